#include "net/greeting.h"

#include <algorithm>

namespace staffroom::net {

Greeting::Greeting(const Here& here, const On& on, std::uint64_t now)
    : here_(here), on_(on), nonce_(random_id<Nonce16>()), next_(now) {}

Bytes Greeting::proof_bytes(const Nonce16& dialler, const Nonce16& acceptor, const LinkKey& acceptor_key) const {
    Bytes bytes = copy_of(view_of("staffroom-hello-v1"));
    append(bytes, dialler.view());
    append(bytes, acceptor.view());
    append(bytes, acceptor_key.view());
    return bytes;
}

void Greeting::say(std::uint64_t now, Outbox& out) {
    next_ = now + again_ms;
    Hello hello;
    hello.newest = here_.newest;
    hello.oldest = here_.oldest;
    hello.nonce = nonce_;
    hello.heard = heard_;
    if (on_.door == Door::members || on_.dialled) {
        hello.record = here_.record;
        hello.run = here_.run;
    }
    if (on_.door == Door::lobby && on_.dialled && heard_) {
        hello.proof = here_.signing.sign(proof_bytes(nonce_, *heard_, on_.peer));
    }
    out.say(on_.link, hello);
}

std::optional<DeviceRecord> Greeting::record_by_key() const {
    const auto device = here_.log.device_of(on_.peer);
    if (!device) return std::nullopt;
    DeviceRecord record;
    record.device = *device;
    record.link = on_.peer;
    return record;
}

std::optional<Parting> Greeting::hear(const Hello& hello, std::uint64_t now, Outbox& out) {
    if (done_) {
        // Ours got lost: the other side still asks.
        if (hello.heard != nonce_) say(now, out);
        return std::nullopt;
    }
    const auto version = std::min(here_.newest, hello.newest);
    if (version < here_.oldest || version < hello.oldest) return Parting::version;
    const bool stranger_in_lobby = on_.door == Door::lobby && !on_.dialled;
    const auto record = on_.door == Door::lobby && on_.dialled ? record_by_key() : hello.record;
    if (!record || (!stranger_in_lobby && record->link != on_.peer)) return Parting::stranger;
    if (hello.record && !is_valid(*hello.record)) return Parting::stranger;
    if (record->device == here_.record.device && hello.run == here_.run) return Parting::myself;

    heard_ = hello.nonce;
    if (hello.heard != nonce_) {
        say(now, out);
        return std::nullopt;
    }
    const auto& dialler = on_.dialled ? nonce_ : *heard_;
    const auto& acceptor = on_.dialled ? *heard_ : nonce_;
    if (stranger_in_lobby &&
        (!hello.proof ||
         !verify(record->device.view(), proof_bytes(dialler, acceptor, here_.record.link), *hello.proof))) {
        return Parting::stranger;
    }
    done_ = Greeted{*record, hello.run, version, dialler, acceptor};
    say(now, out);
    return std::nullopt;
}

void Greeting::tick(std::uint64_t now, Outbox& out) {
    // Who was dialled answers, and does not speak first: a stranger's silence costs nothing.
    if (done_ || now < next_) return;
    if (on_.dialled || heard_) {
        say(now, out);
    } else {
        next_ = now + again_ms;
    }
}

}  // namespace staffroom::net
