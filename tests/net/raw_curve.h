// A CURVE client by hand (rfc.zeromq.org/spec/26), so that a colleague with a right key may behave as badly as it
// likes: claim a routing id, send messages of many frames, bend any byte of its handshake.
#pragma once

#include <sodium.h>

#include <functional>
#include <optional>

#include "core/crypto.h"
#include "tests/net/raw_zmtp.h"

namespace staffroom::net {

class RawCurve {
  public:
    using Bend = std::function<void(std::string&)>;  // of a command just before it is sent

    RawCurve(std::uint16_t port, const LinkPair& own, const LinkKey& server, std::string identity = {}, Bend bend = {})
        : peer_(port), own_(own), server_(server), identity_(std::move(identity)), bend_(std::move(bend)) {
        short_ = {new_link_pair()};
        peer_.write(RawPeer::greeting("CURVE"));
        const auto zeros = std::string(64, '\0');
        send_command(std::string("\5HELLO\1\0", 8) + std::string(72, '\0') + raw(short_.key) + number() +
                     box(zeros, "CurveZMQHELLO---" + number(), server_, short_.secret));
        ++counter_;
    }

    // Goes on with the handshake as far as the other side has answered. True once it is done.
    bool ready() {
        if (state_ == State::hello) {
            const auto welcome = next_frame();
            if (!welcome || !welcome->starts_with("\7WELCOME") || welcome->size() != 168) return false;
            const auto inside = unbox(welcome->substr(24), "WELCOME-" + welcome->substr(8, 16), server_, short_.secret);
            if (inside.size() != 128) return false;
            server_short_ = *LinkKey::from(view_of(inside).first(32));
            const auto vouch_nonce = std::string(16, 'v');
            const auto vouch =
                box(raw(short_.key) + raw(server_), "VOUCH---" + vouch_nonce, server_short_, own_.secret);
            const auto metadata = property("Socket-Type", "DEALER") + property("Identity", identity_);
            send_command("\10INITIATE" + inside.substr(32) + number() +
                         box(raw(own_.key) + vouch_nonce + vouch + metadata, "CurveZMQINITIATE" + number(),
                             server_short_, short_.secret));
            ++counter_;
            state_ = State::initiate;
        }
        if (state_ == State::initiate) {
            const auto answer = next_frame();
            if (answer && answer->starts_with("\5READY")) state_ = State::ready;
        }
        return state_ == State::ready;
    }

    void send(std::string_view words, bool more = false) {
        const auto sealed = box(std::string(1, more ? '\1' : '\0') + std::string(words), "CurveZMQMESSAGEC" + number(),
                                server_short_, short_.secret);
        write_all(RawPeer::frame(0, "\7MESSAGE" + number() + sealed));
        ++counter_;
    }
    std::optional<std::string> receive() {
        const auto message = next_frame();
        if (!message || !message->starts_with("\7MESSAGE")) return std::nullopt;
        const auto inside =
            unbox(message->substr(16), "CurveZMQMESSAGES" + message->substr(8, 8), server_short_, short_.secret);
        return inside.empty() ? std::nullopt : std::optional(inside.substr(1));
    }

    bool is_open() { return peer_.is_open(); }
    // What was accepted to be written and waits to be.
    bool flush() {
        unwritten_.erase(0, peer_.write(unwritten_));
        return unwritten_.empty();
    }

  private:
    enum class State { hello, initiate, ready };

    template <class Value>
    static std::string raw(const Value& value) {
        return text_of(value.view());
    }
    std::string number() const {
        std::string bytes;
        for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(counter_ >> shift);
        return bytes;
    }
    static std::string property(std::string_view name, std::string_view value) {
        std::string bytes(1, static_cast<char>(name.size()));
        bytes += name;
        bytes.append(3, '\0');
        bytes += static_cast<char>(value.size());
        return bytes + std::string(value);
    }
    static const std::uint8_t* data(std::string_view text) { return view_of(text).data(); }
    static std::string box(std::string_view plain, std::string_view nonce, const LinkKey& to, const LinkSecret& from) {
        Bytes out(plain.size() + crypto_box_MACBYTES);
        if (crypto_box_easy(out.data(), data(plain), plain.size(), data(nonce), to.bytes.data(), from.bytes.data()) !=
            0)
            return {};
        return text_of(out);
    }
    static std::string unbox(std::string_view sealed, std::string_view nonce, const LinkKey& from,
                             const LinkSecret& to) {
        if (sealed.size() < crypto_box_MACBYTES) return {};
        Bytes out(sealed.size() - crypto_box_MACBYTES);
        if (crypto_box_open_easy(out.data(), data(sealed), sealed.size(), data(nonce), from.bytes.data(),
                                 to.bytes.data()) != 0)
            return {};
        return text_of(out);
    }
    void send_command(std::string body) {
        if (bend_) bend_(body);
        write_all(RawPeer::frame(4, body));
    }
    void write_all(const std::string& bytes) {
        unwritten_ += bytes;
        flush();
    }
    std::optional<std::string> next_frame() {
        const auto& bytes = peer_.received();
        if (bytes.size() < read_ + 2) return std::nullopt;
        const bool is_long = (bytes[read_] & 2) != 0;
        const std::size_t head = is_long ? 9 : 2;
        if (bytes.size() < read_ + head) return std::nullopt;
        const auto size = is_long ? read_be64(ByteView(bytes).subspan(read_ + 1)) : bytes[read_ + 1];
        if (bytes.size() < read_ + head + size) return std::nullopt;
        const auto body = text_of(ByteView(bytes).subspan(read_ + head, size));
        read_ += head + size;
        return body;
    }

    RawPeer peer_;
    LinkPair own_, short_;
    LinkKey server_, server_short_;
    std::string identity_, unwritten_;
    Bend bend_;
    State state_ = State::hello;
    std::uint64_t counter_ = 1;
    std::size_t read_ = 64;  // after the greeting
};

}  // namespace staffroom::net
