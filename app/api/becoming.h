// The errand of a new computer that is to be somebody's (device link, recovery help): it waits until it is, and then until
// the groups have come from the computer that let it in, and what is in them.
//
// Only then does it shut out the person's other computers, if they are lost: what they wrote and it has not seen counts as
// written by the thief, and would be set aside.
#pragma once

#include "app/api/errands.h"

namespace staffroom::api {

class Becoming final : public Errand {
  public:
    static constexpr std::uint64_t patience_ms = 60'000, patience_to_show_ms = 10'000, settle_ms = 30'000,
                                   quiet_ms = 700;

    struct From {
        DeviceId device;       // that lets it in
        bool already = false;  // it is that person's
        Error refused;
        std::string not_found;
        std::optional<SigningSeed> recovery = std::nullopt;  // of the sheet, to shut out the others
        std::optional<Json> request = std::nullopt;  // to show to colleagues; the answer while too few have vouched
    };
    Becoming(From from, std::uint64_t now)
        : from_(std::move(from)), until_(now + (from_.request ? patience_to_show_ms : patience_ms)) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override;
    std::uint64_t deadline() const override { return next_; }

  private:
    bool is_near(Desk& desk) const;
    Result<> shut_out_others(Desk& desk) const;

    From from_;
    std::uint64_t until_, settle_until_ = 0, quiet_since_ = 0, next_ = 0;
    bool others_out_ = false;
    std::pair<std::size_t, std::uint64_t> seen_;
};

}  // namespace staffroom::api
