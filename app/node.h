// The one event loop: it waits, routes and owns lifetimes, and decides nothing about records, rights or formats.
//
// Everything that happens arrives here: frames from the link, sightings from the beacon, requests from the local door,
// time. The conversation (net/peers.h) turns frames and time into actions; each kind of action has one executor below.
// The host's rule of that conversation is kept by settle(): after every call, poll until empty.
//
// The same node runs as the daemon and, for the length of one command, inside the command line program.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <set>

#include "app/api/events.h"
#include "app/api/live_notes.h"
#include "app/api/verb.h"
#include "app/chunk_writer.h"
#include "app/home.h"
#include "app/inbox.h"
#include "app/network.h"
#include "app/open_invitations.h"
#include "net/beacon.h"
#include "net/curve_link.h"
#include "net/gathered_commits.h"
#include "storage/pairs.h"

namespace staffroom {

// What is said to whoever asks for more than that while the profile is locked.
Error profile_locked();
Error being_stopped();

struct Request {
    std::string verb;
    api::Json args;
    std::function<void(api::Reply)> answer;  // called on the node's thread, once
    std::string id = {};                     // by which whoever asked knows it among what is under way
    std::function<bool()> is_given_up = [] { return false; };
    bool by_itself = false;                      // a program asks, not a person: no reason not to lock the profile
    std::function<void(api::Desk*)> visit = {};  // instead of a verb
};

class Node final : public Network {
  public:
    explicit Node(Home& home);
    ~Node() override;

    // From any thread.
    void submit(Request request) { inbox_.put(std::move(request)); }
    // What is no verb, on the node's thread; without the desk while the profile is locked or the node stops.
    void visit(std::function<void(api::Desk*)> visit);
    // From a signal handler too.
    void interrupt();

    // Locks a profile that has a passphrase once nobody has asked for anything, or waited for it, for so long. What a
    // program asks by itself does not count. Zero: never.
    void lock_after(std::uint64_t idle_ms) { idle_ms_max_ = idle_ms; }

    // What happens from now on. Before run(), or on the node's thread.
    void tell_events_to(api::Events::Tell tell) { events_.tell_to(std::move(tell)); }

    // Answers what is still to be answered. Nothing more is to be submitted.
    void refuse_requests();

    // Returns once stop() or interrupt() was called, or `done` says so after something has happened.
    void run(const std::function<bool()>& done = [] { return false; });

    Result<> open(const NetworkOptions& options) override;
    bool is_open() const override { return link_ != nullptr; }
    net::Ports ports() const override { return ports_; }
    void wrote(const GroupId& group, const Ingested& ingested) override;
    void files_changed() override;
    void groups_changed() override;
    void pace_changed() override;
    void device_changed() override;
    void joined(const GroupId& group) override { introduce_oneself(group); }
    Result<> close_later(const GroupId& group, const InviteKey& invite, std::uint64_t minutes) override;
    std::vector<InvitedAddress> own_addresses() const override;
    void join(const Invitation& invitation) override;
    Result<> offer_link(const InviteKey& offer, std::uint64_t minutes) override;
    void link(const LinkOffer& offer) override;
    void rescue(const Rescue& rescue) override;
    void look_anew() override;
    void look_around() override;
    bool has_looked() const override { return peers_ && peers_->has_looked(); }
    const std::vector<NearbyGroup>& nearby_groups() const override { return nearby_; }
    void ask_to_join(const NearbyGroup& group) override;
    Result<> open_window(const GroupId& group, std::uint64_t minutes) override;
    void seek_window() override;
    const std::optional<net::Compared>& comparison() const override { return comparison_; }
    const std::vector<net::Compared>& windows_found() const override { return windows_found_; }
    bool has_sought() const override { return peers_ && peers_->has_sought(); }
    void compare_with(const net::Compared& found) override;
    void forget_comparison(bool same) override;
    void ask_to_vouch(const RecoveryOffer& offer, const RecoveryRequest& request) override;
    std::optional<net::JoinAnswered> join_answer(const GroupId& group) const override;
    std::vector<net::Neighbour> neighbours() const override;
    bool looks_for_colleagues() const override { return options_.discovery; }
    bool has_network() const override { return net::Beacon::has_network(); }
    std::vector<Heard> heard() const override;
    std::optional<LinkKey> answered_at(const net::Address& address) const override;
    bool is_settled() const override;
    std::vector<std::string> met() const override;
    bool has_met(const net::Address& address) const override;
    std::uint64_t received() const override { return received_; }
    std::uint64_t sent() const override;
    void tell_presence(const GroupId& group, const Presence& presence,
                       const std::function<bool(const DeviceId&)>& is_for) override;
    api::LiveNotes& notes() override { return notes_; }
    FileRates::Rates file_rates() const override;
    std::uint64_t uptime_ms() const override;
    std::vector<Underway> underway() const override;
    void stop() override { stopping_ = true; }

  private:
    struct Begun {
        std::unique_ptr<api::Errand> errand;
        Request request;
        std::uint64_t began_ms = 0;
    };

    void wait();
    void take_requests();
    void begin(const api::Verb& verb, Request request);
    void take_network(std::uint64_t now);
    void poll_errands(std::uint64_t now);
    void settle(std::uint64_t now);
    void close_invitations(std::uint64_t now);
    void lock_when_idle(std::uint64_t now);
    void carry_out_erasures(std::uint64_t now);
    void let_in_members();
    void close_network();
    void answer_with_welcome(net::LinkId link, const GroupId& group, const DeviceId& device, std::uint64_t now);
    void claim(net::JoinRequest request, const std::vector<InvitedAddress>& addresses, std::uint64_t now);
    void tell_of_link(net::LinkId link, const DeviceRecord& record, const PersonCard& card,
                      const std::vector<GroupChange>& told, std::uint64_t now);
    void tell_new_devices();
    void introduce_oneself(const GroupId& group);
    void took(const GroupId& group, const Result<Ingested>& ingested, std::uint64_t now);
    void take_pairs(const Ingested& ingested);

    // One executor for each kind of action.
    void execute(net::Send& action, std::uint64_t now);
    void execute(net::Dial& action, std::uint64_t now);
    void execute(net::Close& action, std::uint64_t now);
    void execute(net::StoreCommits& action, std::uint64_t now);
    void execute(net::StoreParts& action, std::uint64_t now);
    void execute(net::StoreHave& action, std::uint64_t now);
    void execute(net::StoreChunk& action, std::uint64_t now);
    void execute(net::LoseChunk& action, std::uint64_t now);
    void execute(net::ShareKeys& action, std::uint64_t now);
    void execute(net::Claimed& action, std::uint64_t now);
    void execute(net::LinkClaimed& action, std::uint64_t now);
    void execute(net::RescueClaimed& action, std::uint64_t now);
    void execute(net::VouchClaimed& action, std::uint64_t now);
    void execute(net::AskClaimed& action, std::uint64_t now);
    void execute(net::GroupsShown& action, std::uint64_t now);
    void execute(net::Joined& action, std::uint64_t now);
    void execute(net::Linked& action, std::uint64_t now);
    void execute(net::Rescued& action, std::uint64_t now);
    void execute(net::Vouched& action, std::uint64_t now);
    void execute(net::Compared& action, std::uint64_t now);
    void execute(net::OwnGroupGiven& action, std::uint64_t now);
    void execute(net::PresenceTold& action, std::uint64_t now);
    void execute(net::JoinAnswered& action, std::uint64_t now);
    void execute(net::Met& action, std::uint64_t now);
    void execute(net::Parted& action, std::uint64_t now);
    void store_commits(std::uint64_t now);
    void store(net::GatheredCommits::Batch batch, std::uint64_t now);
    bool is_batch_of_chunks_full() const;
    net::RoomForFiles room_for_files() const;
    void write_chunks_when_due(std::uint64_t now);
    void write_chunks();
    void take_written_chunks(std::uint64_t now);
    void enter_written_chunks(std::uint64_t now);
    std::uint64_t indexing_due() const;

    Home& home_;
    api::Desk desk_;
    SigningKey signing_;
    Inbox<Request> inbox_;
    std::deque<Begun> underway_;
    api::Events events_;
    api::LiveNotes notes_{events_};
    std::unique_ptr<api::Errand> watching_, indexing_;  // never over
    std::uint64_t heard_ms_ = 0, indexed_ms_ = 0;       // when the network, and the index, last had something
    std::atomic<bool> interrupted_ = false;
    OpenInvitations invitations_;
    std::optional<Rescue> rescue_;    // of this computer
    std::optional<DeviceId> helper_;  // the colleague's computer that this one is recovered by
    std::optional<net::Compared> comparison_;
    std::vector<net::Compared> windows_found_;
    std::vector<NearbyGroup> nearby_;
    std::map<DeviceId, BoxKey> rescued_;  // others' that were recovered here since the start
    bool stopping_ = false;
    std::uint64_t started_ms_;
    std::uint64_t asked_ms_;  // when a person last asked for something, or waited
    std::uint64_t idle_ms_max_ = 0;
    std::uint64_t aged_ms_;  // up to when erasures know of this program's running

    // Once the network is open.
    NetworkOptions options_;
    net::Ports ports_;
    std::unique_ptr<net::CurveLink> link_;
    std::unique_ptr<net::Beacon> beacon_;
    std::unique_ptr<net::Peers> peers_;
    std::vector<net::Address> typed_;  // asked again until they answer
    std::uint64_t ask_again_ms_ = 0;
    std::uint64_t watch_ms_ = 0;
    FileRates rates_;
    std::uint64_t tend_ms_ = 0;
    net::GatheredCommits commits_;   // to be stored together
    std::deque<GivenChunk> chunks_;  // likewise
    std::size_t chunks_bytes_ = 0;   // of those
    std::uint64_t chunks_due_ms_ = 0;
    std::unique_ptr<ChunkWriter> chunk_writer_;
    std::vector<ChunkId> written_ids_;  // on the disk, to be entered together
    Chunks::Staged written_;            // likewise
    std::uint64_t written_due_ms_ = 0;
    std::map<GroupId, net::JoinAnswered> join_answers_;
    std::vector<std::string> met_;
    std::set<LinkKey> met_keys_;
    std::map<net::Address, LinkKey> answered_;  // who is at the typed addresses
    std::uint64_t received_ = 0;
    std::uint64_t sent_before_ = 0;  // over links that are gone
};

}  // namespace staffroom
