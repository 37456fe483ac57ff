// The conversation with one colleague's device and run, over one link: a value that eats frames and time and leaves
// actions. See net/PROTOCOL.md, "Session".
//
// Phases: greeting -> offers -> talking (sets compared, commits given and taken, haves told, what is missing asked for,
// new commits passed on as they come). Everything after the greeting goes on side by side; each part is a small machine
// of its own: greeting, offers, sets, giving, taking, asking, telling.
//
// Rules:
//  - a frame of a kind that is not known is passed over; one that breaks a rule ends the session;
//  - a group that is not shared is never spoken of: frames that name it are passed over, for offers change at any time;
//  - a side that hears nothing for 10 s asks for a sign of life, and gives up after 30 s;
//  - in the lobby only control sets are compared; the session ends, and says so, when both know each other;
//  - whoever came in by the members' door and is current in no group any more is a guest as in the lobby: the farewell
//    is said, and 10 s without progress end the session.
#pragma once

#include "net/asking.h"
#include "net/giving.h"
#include "net/greeting.h"
#include "net/offers.h"
#include "net/sets.h"
#include "net/taking.h"
#include "net/telling.h"
#include "net/token_bucket.h"

namespace staffroom::net {

class Session {
  public:
    static constexpr std::uint64_t greeting_ms = 10'000, guest_progress_ms = 10'000;
    static constexpr std::uint64_t ping_ms = 10'000, silent_ms = 30'000, look_ms = 10'000, keys_ms = 10'000;
    static constexpr unsigned keys_asked_max = 8;  // times that a group's keys are asked for within keys_ms
    static constexpr std::uint64_t presence_per_s = 10, presence_burst = 20;  // heard; what is more is passed over
    static constexpr std::size_t eager_count = 64;  // new commits passed on one by one; more: the sets are compared

    // `out` and `rates` are shared with the other sessions and outlive them.
    Session(const Here& here, const Greeting::On& on, OwnRates& rates, Outbox& out, std::uint64_t now);

    void receive(ByteView frame, std::uint64_t now);
    void tick(std::uint64_t now);
    std::uint64_t deadline() const;

    // Set once the session is over: the caller closes the link.
    const std::optional<Parting>& parting() const { return parting_; }
    void part(Parting why);

    // Whether the ticket was this session's.
    bool stored(std::uint64_t ticket, const Result<IngestReport>& report, std::uint64_t now);
    // Complete commits that are new here, from whomever. `lazily`: announce them only.
    void fresh(const GroupId& group, const std::vector<CommitId>& ids, bool lazily, std::uint64_t now);
    // Where this device's teacher is in a note. To a current member only, and not while commits have to wait.
    void tell_presence(const GroupId& group, const SealedPresence& sealed);
    // Groups or standings may have changed.
    void standings_changed(std::uint64_t now);
    // Others' haves, or parts and keys here, changed.
    void changed(const GroupId& group, std::uint64_t now);
    // Other files are here, or wanted, than before; `fewer`: some that were here are gone.
    void files_changed(bool fewer, std::uint64_t now);
    // Once greeted: the caller has seen that no other link to the same device and run stays instead.
    void start(std::uint64_t now);
    bool is_started() const { return talk_.has_value(); }
    void ask_for_life(std::uint64_t now);

    const Greeting::On& on() const { return on_; }
    const Greeted* greeted() const { return greeting_.done(); }
    std::uint64_t heard_ms() const { return heard_; }  // when the last frame came
    // Everything that both may show is equal on both sides and nothing is under way.
    bool is_settled() const;
    std::uint64_t given_count() const { return talk_ ? talk_->giving.given_count() : 0; }
    std::uint64_t taken_count() const { return talk_ ? talk_->taking.taken_count() : 0; }
    // Of the commits that the other side wrote itself: those that came faster than anybody may write, and were
    // declined.
    std::uint64_t too_fast_count() const { return talk_ ? talk_->taking.too_fast_count() : 0; }
    // Of those that this device wrote: some wait, because the other side takes only so many a second.
    bool is_held() const { return talk_ && talk_->giving.is_held(); }
    const std::vector<Shared>& shared() const;
    std::uint64_t shared_version() const { return talk_ ? talk_->offers.version() : 0; }  // rises when it changes
    bool was_left() const { return left_; }                                               // the other side ended it

    // Chunks are exchanged beside the session (net/chunks.h): these frames are not for it.
    static bool is_about_chunks(Kind kind) {
        return (kind >= Kind::want_chunks && kind <= Kind::chunk) || kind == Kind::get_chunks || kind == Kind::chunks ||
               kind == Kind::wrong_chunk || kind == Kind::room;
    }

  private:
    struct Talk {
        Talk(const Here& here, const Greeting::On& on, const Greeted& greeted, OwnRates& rates);
        Offers offers;
        Sets sets;
        Giving giving;
        Taking taking;
        Asking asking;
        Telling telling;
        TokenBucket presence{presence_per_s, presence_burst};
    };

    // Decodes and hands on, or ends the session; `with_shared` passes over groups that are not shared.
    template <class M, class Then>
    void with(ByteView frame, Then then);
    template <class M, class Then>
    void with_shared(ByteView frame, Then then);
    void hear(Kind kind, ByteView frame, std::uint64_t now);
    void hear_in_talk(Kind kind, ByteView frame, std::uint64_t now);
    void hear(CommitsFrame&& frame, std::uint64_t now);
    void hear(const Haves& haves, std::uint64_t now);
    void hear(const WantParts& want);
    void hear(const AskFarewell& ask);
    void hear(const AskKeys& ask, std::uint64_t now);
    void hear(PresenceFrame&& told, std::uint64_t now);
    bool shares_presence(const Shared& shared) const;
    void offers_may_have_changed(std::uint64_t now);
    void obey(const Sets::Verdict& verdict);
    bool is_guest() const;
    void look(std::uint64_t now);
    void keep_alive(std::uint64_t now);

    const Here& here_;
    Greeting::On on_;
    OwnRates& rates_;
    Outbox& out_;
    Greeting greeting_;
    std::optional<Talk> talk_;
    std::optional<Parting> parting_;
    std::uint64_t began_, heard_, progress_, pinged_;
    bool left_ = false;
    bool guest_ = false;               // is_guest(), when standings were last asked for
    std::uint64_t progress_seen_ = 0;  // commits given and taken, and offers, at progress_
    std::uint64_t offers_seen_ = 0;
    std::uint64_t look_all_ = 0;
    std::set<GroupId> look_at_;
    struct Asked {
        std::uint64_t since = 0;
        unsigned count = 0;
    };
    std::map<GroupId, Asked> keys_asked_;  // by the other side, within keys_ms
};

}  // namespace staffroom::net
