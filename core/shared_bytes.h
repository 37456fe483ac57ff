// Bytes that nobody changes any more, with what keeps them: themselves, or something larger that they are part of (a
// frame that came). They go from hand to hand, also to another thread, and are never copied; the last one to hold them
// lets them go.
#pragma once

#include <memory>
#include <utility>

#include "core/bytes.h"

namespace staffroom {

class SharedBytes {
  public:
    SharedBytes() = default;
    SharedBytes(Bytes bytes) {  // NOLINT(google-explicit-constructor): these are the same bytes
        auto own = std::make_shared<const Bytes>(std::move(bytes));
        view_ = *own;
        keeper_ = std::move(own);
    }
    // `view` stays as it is for as long as `keeper` lives.
    SharedBytes(ByteView view, std::shared_ptr<const void> keeper) : keeper_(std::move(keeper)), view_(view) {}

    const std::uint8_t* data() const { return view_.data(); }
    std::size_t size() const { return view_.size(); }
    bool empty() const { return view_.empty(); }
    auto begin() const { return view_.begin(); }
    auto end() const { return view_.end(); }
    const std::shared_ptr<const void>& keeper() const { return keeper_; }

  private:
    std::shared_ptr<const void> keeper_;
    ByteView view_;
};

}  // namespace staffroom
