// Everything this device says to others: all its sessions, the chunks between them, whom it dials, and its lobby. The
// whole conversation behind one value: arrivals, reports and time go in, actions come out.
//
// The host's rule: after every call, poll() until nothing; then sleep until deadline(). `now` is monotonic, in ms.
//
// Rules:
//  - one session per (device, run). Of two links to the same, the one dialled by the smaller (device id, run) stays; of
//    two dialled by the same side, the newer, for then the older is broken. Before a new link is closed for an older
//    one, the older must show a sign of life within 5 s, or a dead link would keep its own successor out (T22);
//  - new commits are pushed to up to 8 neighbours that share the group and were not seen to have them, whoever they
//    came from, and announced to the others;
//  - a link in the lobby that nobody speaks on is closed after 10 s.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/chunks.h"
#include "net/comparing.h"
#include "net/dialling.h"
#include "net/lobby.h"
#include "net/looking.h"
#include "net/session.h"

namespace staffroom::net {

// A session as the screens show it.
struct Neighbour {
    LinkId link;
    DeviceId device;
    RunId run;
    std::string name;  // the device's
    Door door = Door::members;
    bool dialled = false;  // by us
    std::uint64_t since_ms = 0, heard_ms = 0;
    std::uint64_t given = 0, taken = 0;  // commits
    std::uint64_t too_fast = 0;          // commits of its own that were declined: they came faster than 200 a second
    bool held = false;                   // commits of our own wait, because it takes only 200 of them a second
    std::size_t groups = 0;              // shared
    bool full = false;                   // its disk takes no files, as it says
    bool settled = false;                // equal with us, as far as both may show
};

class Peers {
  public:
    static constexpr std::size_t eager_count = 8, lines_max = 96;
    static constexpr std::size_t tried_max =
        256;  // computers that are looked at for a window, or for groups, in one go
    static constexpr std::uint64_t contest_ms = 5'000, lobby_ms = 10'000;

    explicit Peers(const Here& here);
    Peers(const Peers&) = delete;
    Peers& operator=(const Peers&) = delete;

    // From the beacon, the command line, memory.
    void heard(const Contact& contact, std::uint64_t now);
    // Dials it now, however often that was in vain before; a second link beside one that stands would only contest it.
    void hurry(const LinkKey& key, std::uint64_t now);
    // What became of a Dial action, and what the link brought.
    void dialling(const Dial& dial, const Result<LinkId>& link, std::uint64_t now);
    void arrived(const Arrival& arrival, std::uint64_t now);

    // The reports of StoreCommits and StoreParts; an error is a store that failed.
    void stored(std::uint64_t ticket, const GroupId& group, const Result<IngestReport>& report, std::uint64_t now);
    // The report of StoreChunk, of several that came together.
    void chunks_stored(const std::vector<ChunkId>& chunks, bool ok, std::uint64_t now);
    // Commits written by this device, once they are on disk. `control`: some are control commits.
    void wrote(const GroupId& group, const std::vector<CommitId>& ids, bool control, std::uint64_t now);
    // Where this device's teacher is in a note, to the neighbours that `is_for` names; not passed on by them.
    void tell_presence(const GroupId& group, const SealedPresence& sealed,
                       const std::function<bool(const DeviceId&)>& is_for);
    // A group was made or joined; devices were linked or revoked.
    void groups_changed(std::uint64_t now);
    // A chunk was added here, or other ones are wanted than before.
    void chunks_changed(std::uint64_t now);
    // The same, told to colleagues at once: chunks that were here are gone, so that nobody relies on them.
    void chunks_lost(std::uint64_t now);
    // Not taken by the link, whose queue is full.
    void unsent(const Send& send, std::uint64_t now) { chunks_.unsent(send, now); }
    // Said again and again (ChunkExchange::set_room).
    void set_room(RoomForFiles room, std::uint64_t now) { chunks_.set_room(room, now); }
    // Whether this disk takes them, but not as fast as they come: what is under way still comes, and no more.
    void set_disk_behind(bool is_behind, std::uint64_t now) { chunks_.set_disk_behind(is_behind, now); }
    // From now on, for all neighbours together.
    void set_pace(const Pace& pace, std::uint64_t now) { chunks_.set_pace(pace, now); }

    void join(JoinRequest request, std::uint64_t now);
    // To every run of that device that is here: another one of the same person, which lacks a group.
    void give_own_group(const DeviceId& device, const Bytes& sealed);
    void claim_decided(LinkId link, const Answer& answer, std::uint64_t now);

    // Lets newcomers compare words with us, for so long (net/comparing.h).
    void open_window(const GroupId& group, std::uint64_t ms, std::uint64_t now);
    // The teacher here said whether the words were the same; both sides forget what was not.
    void window_decided(bool same);
    // Looks at every computer that was heard of and is not linked for one whose window is open; again and again.
    void seek_window(std::uint64_t now);
    // All that were tried have answered.
    bool has_sought() const;
    void stop_seeking();

    // What strangers at our lobby are told of.
    void show_groups(std::vector<ShownGroup> groups) { shown_ = {std::move(groups)}; }
    // Asks every computer that was heard of which groups it shows, once; call it again and again.
    void look_around(std::uint64_t now);
    void look_anew() { lookers_.clear(); }
    // All that were asked have answered, and some were.
    bool has_looked() const;

    void tick(std::uint64_t now);
    std::optional<Action> poll() { return out_.poll(); }
    std::uint64_t deadline() const;

    std::vector<Neighbour> neighbours() const;
    std::vector<HeardOf> heard_of() const { return dialling_.heard_of(); }
    // The keys of those who came in by the members' door and are not parted from yet.
    std::vector<LinkKey> within() const;
    // Every neighbour is equal with us and nothing is under way.
    bool is_settled() const;
    const ChunkExchange& chunks() const { return chunks_; }
    std::uint64_t wrong_claims() const { return admitting_.wrong_count(); }
    // Says goodbye on every link.
    void leave();

  private:
    struct Line {
        LinkKey key;
        Door door = Door::members;
        bool dialled = false;
        std::optional<Address> from;
        std::uint64_t since = 0;
        std::unique_ptr<Session> session;  // none yet, or never, in the lobby
        bool met = false;
        std::uint64_t offers = 0;         // version of its shared groups as last seen
        std::optional<LinkId> contested;  // the older link that must show life for this one to go
        std::uint64_t contested_at = 0;
        std::optional<std::uint64_t> shown_at;  // when it was last told of groups that show themselves
    };

    void open(const Arrival& arrival, std::uint64_t now);
    void hear(LinkId link, Line& line, const SharedBytes& frame, std::uint64_t now);
    void begin_session(LinkId link, Line& line, std::uint64_t now);
    void tell_haves(bool fewer_files, std::uint64_t now);
    void spread(const GroupId& group, const std::vector<CommitId>& ids, bool control, std::uint64_t now);
    void close(LinkId link, Parting why, bool say, std::uint64_t now);
    void forget(LinkId link, Parting why, std::uint64_t now);
    // Sees to what the sessions came to in the last call.
    void settle(std::uint64_t now);
    void greeted(LinkId link, Line& line, std::uint64_t now);
    void judge_contests(std::uint64_t now);
    bool is_preferred(const Line& line, const Session& session) const;
    Joining* joining_with(const LinkKey& key);
    CompareSeeker* seeker_with(const LinkKey& key);
    Looker* looker_with(const LinkKey& key);
    void look_at(const LinkKey& key, std::uint64_t now);
    // The same about groups that are shown.
    bool hear_looking(LinkId link, Line& line, ByteView frame, std::uint64_t now);
    // A frame about comparing words, or an answer to one; whether it was.
    bool hear_comparison(LinkId link, Line& line, ByteView frame, std::uint64_t now);
    // A link to the inviter's device at the members' door, which the newcomer may claim on.
    std::optional<LinkId> link_to(const LinkKey& key) const;
    void claim_on_open_links(std::uint64_t now);
    // The same, unless another claim is being made over it.
    std::optional<LinkId> link_to_claim_on(const Joining& joining) const;
    // Over a link that stays.
    void hear_answer(LinkId link, ByteView frame);
    std::optional<Door> door_for(const Contact& contact) const;

    Here here_;
    Outbox out_;
    OwnRates rates_;
    std::map<LinkId, Line> lines_;
    Dialling dialling_;
    ChunkExchange chunks_;
    Admitting admitting_;
    std::vector<Joining> joins_;
    std::optional<CompareWindow> window_;
    ShownGroups shown_;
    std::vector<Looker> lookers_;         // one a computer that was asked
    std::vector<CompareSeeker> seekers_;  // one a computer that was tried
    std::set<LinkKey> introduced_;        // who let us in: dialled though no member table here names them yet
};

}  // namespace staffroom::net
