// What errands share (app/api/verb.h).
#pragma once

#include "app/api/verb.h"
#include "app/network.h"

namespace staffroom::api {

inline constexpr std::uint64_t look_ms = 50;  // between two looks at what the network has come to

// An errand that is over as it begins.
class Answered final : public Errand {
  public:
    explicit Answered(Reply reply) : reply_(std::move(reply)) {}
    std::optional<Reply> poll(Desk&, std::uint64_t) override { return reply_; }
    std::uint64_t deadline() const override { return 0; }

  private:
    Reply reply_;
};

// Shows a code, or links this computer with the one that another shows (app/api/linking.cpp).
std::unique_ptr<Errand> device_link(Desk& desk, const Json& args);

// What is on its way: bytes that are still to come, bytes a second in and out, seconds left as far as that can be told, and
// how much of it finds no room here, or with whom near (app/api/files.cpp).
Json transfers_now(Desk& desk);
// Bytes of files that are wanted here. Linear in what is wanted.
std::uint64_t bytes_to_come(Desk& desk);
// Whether what colleagues have finds no room here, or not all of it does.
bool lacks_room(Desk& desk);
// The names of those near who say so of theirs.
boost::json::array who_lacks_room(Desk& desk);

// By the options that say whom to meet (app/api/meeting.cpp). Errors: malformed, and those of Network::open().
Result<> open_network(Desk& desk, const Json& args);

// Until this computer is in the group, and what is there is here (app/api/meeting.cpp); where the program runs on, only
// the first of it. Needs: the network is open.
std::unique_ptr<Errand> wait_to_be_in(const GroupId& group, bool runs_on);  // after it was asked for
std::unique_ptr<Errand> join_with(Desk& desk, const Invitation& invitation, bool runs_on);

}  // namespace staffroom::api
