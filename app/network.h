// What verbs may ask of the network. The node is it; a verb never sees a link, a frame or a session.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/api/verb.h"
#include "app/file_rates.h"
#include "core/ids.h"
#include "core/members/invite.h"
#include "core/members/link_offer.h"
#include "core/presence.h"
#include "core/result.h"
#include "net/action.h"
#include "net/address.h"
#include "net/peers.h"
#include "storage/ingest.h"

namespace staffroom {

namespace api {
class LiveNotes;
}

struct NetworkOptions {
    std::uint16_t port = 0;  // 0: the system's choice
    bool discovery = true;
    std::vector<net::Address> peers;  // typed by the teacher
};

// A group that a computer nearby shows to strangers.
struct NearbyGroup {
    LinkKey at;
    net::ShownGroup group;
};

struct Underway {
    std::string id;  // the asker's
    std::string verb;
    api::Progress progress;
    std::uint64_t ms = 0;  // since it was begun
};

class Network {
  public:
    virtual ~Network() = default;

    // Opens the doors and the beacon, once; later calls only add peers. Errors: busy (port in use), io.
    virtual Result<> open(const NetworkOptions& options) = 0;
    virtual bool is_open() const = 0;
    virtual net::Ports ports() const = 0;

    // What a verb has just written, so that colleagues who are near get it.
    virtual void wrote(const GroupId& group, const Ingested& ingested) = 0;
    // Pieces of files are gone from here, or came otherwise than from a neighbour.
    virtual void files_changed() = 0;
    virtual void groups_changed() = 0;
    // How fast files may move was set anew (app/file_pace.h).
    virtual void pace_changed() = 0;
    // This computer is another device now (Home::become_device()): the doors, if open, are opened anew with its keys.
    virtual void device_changed() = 0;
    // A group is here now, and this person may write in it: colleagues get to see who they are.
    virtual void joined(const GroupId& group) = 0;
    // Writes that this invitation is closed once the program has run for so long. Error: io (nothing will close it).
    virtual Result<> close_later(const GroupId& group, const InviteKey& invite, std::uint64_t minutes) = 0;
    // Literal addresses at which this computer's doors may be reached, most useful first; none while they are shut.
    virtual std::vector<InvitedAddress> own_addresses() const = 0;

    virtual void join(const Invitation& invitation) = 0;
    // A new computer may be linked with this offer, for as long as the program runs for so many minutes.
    virtual Result<> offer_link(const InviteKey& offer, std::uint64_t minutes) = 0;
    // This is the new computer, and that is what the older one shows.
    virtual void link(const LinkOffer& offer) = 0;
    // This is a new computer, of whoever has the recovery key; the invitation says which colleague to ask.
    struct Rescue {
        SigningSeed recovery;
        Invitation colleague;
    };
    virtual void rescue(const Rescue& rescue) = 0;
    // This is a new computer of somebody who has nothing left, and that is what a colleague shows. The request: what this
    // computer shows in return.
    virtual void ask_to_vouch(const RecoveryOffer& offer, const RecoveryRequest& request) = 0;
    // --- groups that show themselves (net/looking.h)
    virtual void look_anew() = 0;         // forgets what was found
    virtual void look_around() = 0;       // again and again
    virtual bool has_looked() const = 0;  // all that were asked have answered
    virtual const std::vector<NearbyGroup>& nearby_groups() const = 0;
    virtual void ask_to_join(const NearbyGroup& group) = 0;

    // --- comparing words (net/comparing.h)
    // Lets newcomers of this group compare words with this computer. Error: refused (the doors are shut).
    virtual Result<> open_window(const GroupId& group, std::uint64_t minutes) = 0;
    // Looks for a computer nearby that does; to be called again until there is a comparison.
    virtual void seek_window() = 0;
    // What both screens show, until the teacher has said whether it is the same.
    virtual const std::optional<net::Compared>& comparison() const = 0;
    // Those who were found and let somebody in: several may, next to each other. The teacher's choice among them is the
    // comparison, and nothing else is looked for.
    virtual const std::vector<net::Compared>& windows_found() const = 0;
    virtual bool has_sought() const = 0;  // all that were tried have answered
    virtual void compare_with(const net::Compared& found) = 0;
    virtual void forget_comparison(bool same) = 0;

    // How the latest claim for this group was answered (zero: the claim to be linked); nothing while it is open.
    virtual std::optional<net::JoinAnswered> join_answer(const GroupId& group) const = 0;

    virtual std::vector<net::Neighbour> neighbours() const = 0;
    // --- for the doctor
    virtual bool looks_for_colleagues() const = 0;  // by itself: not with --no-discovery
    virtual bool has_network() const = 0;
    // Computers that spoke lately, and those that were dialled in vain, whoever's they are.
    struct Heard {
        net::HeardOf of;
        bool lately = false;
    };
    virtual std::vector<Heard> heard() const = 0;
    // Whose computer it is that answered at this address since open() was last given it.
    virtual std::optional<LinkKey> answered_at(const net::Address& address) const = 0;
    virtual bool is_settled() const = 0;
    // Devices met since the node started, by name.
    virtual std::vector<std::string> met() const = 0;
    // Whether one of them answered at this address since open() was last given it.
    virtual bool has_met(const net::Address& address) const = 0;
    // Commits since the node started.
    virtual std::uint64_t received() const = 0;
    virtual std::uint64_t sent() const = 0;

    // Sealed, to those neighbours in the group; not while the profile is locked.
    virtual void tell_presence(const GroupId& group, const Presence& presence,
                               const std::function<bool(const DeviceId&)>& is_for) = 0;

    // Those that are open in the page's tabs.
    virtual api::LiveNotes& notes() = 0;

    virtual FileRates::Rates file_rates() const = 0;
    virtual std::uint64_t uptime_ms() const = 0;
    // Requests that take more than a moment and are not answered yet.
    virtual std::vector<Underway> underway() const = 0;
    virtual void stop() = 0;
};

}  // namespace staffroom
