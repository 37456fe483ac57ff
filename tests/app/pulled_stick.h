// A stick with a hand on it: it is pulled out at the nth thing that is asked of it, or has no room.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "app/courier/stick.h"
#include "app/courier/stick_error.h"

namespace staffroom::courier {

struct Hand {
    std::size_t at = ~std::size_t{0};
    std::size_t asked = 0;
    bool full = false;
    std::optional<std::uint64_t> room;
    std::map<std::string, std::size_t> opened;  // how often each part was

    bool pulled() const { return asked > at; }
    std::optional<Error> ask() {
        if (asked++ < at) return std::nullopt;
        asked = at + 1;
        return Error{Code::io, "The stick does not answer.", ""};
    }
};

class PulledSource final : public format::Source {
  public:
    PulledSource(std::unique_ptr<format::Source> real, Hand& hand) : real_(std::move(real)), hand_(hand) {}
    std::uint64_t size() const override { return real_->size(); }
    Result<SharedBytes> read(std::uint64_t offset, std::size_t count) override {
        if (auto error = hand_.ask()) return *error;
        return real_->read(offset, count);
    }
    bool is_ready() override { return real_->is_ready(); }

  private:
    std::unique_ptr<format::Source> real_;
    Hand& hand_;
};

class PulledStick final : public Stick {
  public:
    PulledStick(const std::filesystem::path& folder, Hand& hand)
        : real_(std::move(open_stick(folder, Make::yes)).value()), hand_(hand) {}
    Result<Listed> list() override {
        return asked<Listed>([&] { return real_->list(); });
    }
    Result<std::unique_ptr<format::Source>> open(const std::string& name) override {
        ++hand_.opened[name];
        return wrapped([&] { return real_->open(name); });
    }
    Result<> begin(const std::string& name) override {
        return asked<Done>([&] { return real_->begin(name); });
    }
    Result<> write(ByteView bytes) override {
        if (hand_.full) return stick_full();
        // Half of it is there when the stick goes.
        if (hand_.asked == hand_.at) (void)real_->write(bytes.first(bytes.size() / 2));
        return asked<Done>([&] { return real_->write(bytes); });
    }
    bool is_ready() override { return hand_.pulled() || real_->is_ready(); }
    Result<bool> keep() override {
        return asked<bool>([&] { return real_->keep(); });
    }
    void drop() override {
        if (!hand_.pulled()) real_->drop();
    }
    Result<> remove(const std::string& name) override {
        return asked<Done>([&] { return real_->remove(name); });
    }
    std::uint64_t room() const override { return hand_.room.value_or(real_->room()); }

  private:
    template <class T, class Ask>
    Result<T> asked(Ask ask) {
        if (auto error = hand_.ask()) return *error;
        return ask();
    }
    template <class Ask>
    Result<std::unique_ptr<format::Source>> wrapped(Ask ask) {
        if (auto error = hand_.ask()) return *error;
        auto source = ask();
        if (!source) return source.error();
        return std::unique_ptr<format::Source>(new PulledSource(std::move(*source), hand_));
    }
    std::unique_ptr<Stick> real_;
    Hand& hand_;
};

}  // namespace staffroom::courier
