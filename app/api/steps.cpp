#include "app/api/steps.h"

#include <boost/json.hpp>

#include "net/curve_link.h"

namespace staffroom::api {
namespace {

class Stepped final : public Errand {
  public:
    explicit Stepped(Steps<Json> steps) : steps_(std::move(steps)) {}

    std::optional<Reply> poll(Desk&, std::uint64_t) override {
        const auto end = net::uptime_ms() + slice_ms;
        do {
            steps_.step();
            if (steps_.is_done()) return steps_.result();
        } while (net::uptime_ms() < end);
        return std::nullopt;
    }
    std::uint64_t deadline() const override { return 0; }
    Progress progress() const override { return steps_.progress(); }

  private:
    Steps<Json> steps_;
};

}  // namespace

std::unique_ptr<Errand> errand_of(Steps<Json> steps) { return std::make_unique<Stepped>(std::move(steps)); }

}  // namespace staffroom::api
