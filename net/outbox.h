// Where the parts of a conversation leave what they want done, in order.
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "net/action.h"

namespace staffroom::net {

inline constexpr std::uint64_t never_ms = UINT64_MAX;

class Outbox {
  public:
    template <class M>
    void say(LinkId link, const M& message) {
        actions_.push_back(Send{link, frame_of(message)});
    }
    void act(Action action) { actions_.push_back(std::move(action)); }
    std::optional<Action> poll() {
        if (actions_.empty()) return std::nullopt;
        auto action = std::move(actions_.front());
        actions_.pop_front();
        return action;
    }

    // Names a store, so that its report finds back. Never the same twice.
    std::uint64_t next_ticket() { return ++ticket_; }

  private:
    std::deque<Action> actions_;
    std::uint64_t ticket_ = 0;
};

}  // namespace staffroom::net
