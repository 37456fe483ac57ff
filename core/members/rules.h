// Who may do what, with nobody in charge of the order: strict seniority, evaluated in one pass, most senior first.
//
// A pure function of the *set* of control commits: no clock, no order of arrival. It works on plain facts, so that it
// knows neither signatures nor encodings; core/members/membership.h feeds it. The rules, each with its why:
//
//  M-1 Grants raise. The genesis grants founder i organiser with path [i]; `add` grants reader or member, without a
//      path; `appoint` grants organiser, with the path of its author plus (depth, id, op), and member-level besides.
//      Of two paths the shorter, then the smaller, is the more senior. Nobody can make a path that is senior to their
//      own, so nobody can rise above those who let them in.
//  M-2 An act by X is effective if under some *one* effective organiser grant to X in its past no binding cut that does
//      not know the act lowers X below organiser. Its path is that of the most senior such grant.
//  M-3 `remove` caps at none, `demote` at its role, `leave` (oneself; always effective, needs no standing) at none. An
//      effective cut R of X binds a grant g to X unless
//        (i)   R is another's and X is founder 0: somebody must be beyond reach, or two could lock each other out;
//        (ii)  R is another's, g gives organiser and R's path is not strictly senior to g's: juniors cannot cut
//        seniors; (iii) g has R in its past and g is member-level, or g's author is as senior as R's or more, or R is
//        X's own:
//              who knows of a cut may undo it, but nobody makes an organiser of whom a senior cut.
//      An act that R *knows* (it is in R's past; content: in the past of R's `seen`) is not bound by R.
//  M-4 Role now = the greatest, over effective grants, of the role less the caps that bind it. Content survives if
//      under one grant in the past of its `auth` that is at least member.
//  M-5 Every cut that can bind an organiser grant comes from a more senior path, so one pass by path settles all. An
//      effective cut stays effective where it binds nothing.
//  M-6 Content masked by a cut is set aside, never deleted; `admit` brings it back, `hide` is the mirror.
//  M-8 A revoked device is cut to none; what the revocation knows stays. By an organiser it binds as a cut of the
//      person does under (i) and (ii), and no grant undoes it. By another device of the person it needs an older authority
//      (the recovery key before all), and counts under a grant where the person is not cut below member without
//      knowing it, nor its carrier revoked by a more senior authority without knowing it.
//  M-9 A device that speaks for X only because organisers vouched for it counts once two organisers other than X did, or
//      the only other one. X's role through it is at most member, and X cannot leave through it, until X is appointed
//      again by an organiser who, or whose senior, vouched for it before: so founder 0's own rank never returns this
//      way. "The only other one" = nobody else is an organiser now by an office that does not know the vouch; so nobody
//      is alone by writing as if the others had not come yet.
//
// Acts of one commit are ordered: a later op knows the earlier ones.
//
// Cost: n acts in about n log n plus, for each person, grants x cuts; the pasts take n*n/16 bytes. Adding an act that
// does not disturb what others did concurrently costs grants x cuts of the two persons concerned; otherwise everything
// is evaluated afresh.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/ids.h"
#include "core/members/past.h"
#include "core/ops.h"

namespace staffroom {

struct PathStep {
    std::uint64_t depth = 0;
    CommitId id;
    std::uint32_t op = 0;
    auto operator<=>(const PathStep&) const = default;
};
struct Path {
    std::uint32_t founder = 0;
    std::vector<PathStep> steps;

    bool operator==(const Path&) const = default;
    // Less = more senior.
    std::strong_ordering operator<=>(const Path& other) const {
        if (const auto length = steps.size() <=> other.steps.size(); length != 0) return length;
        if (const auto first = founder <=> other.founder; first != 0) return first;
        return steps <=> other.steps;
    }
};

enum class ActKind : std::uint8_t {
    add,
    appoint,
    remove,
    demote,
    leave,
    admit,
    hide,
    revoke,    // of a device
    vouch,     // for a device, that it is the person's
    organise,  // anything else that only an organiser may do (invite, close)
};

// What one op of a control commit asks for.
struct Act {
    ActKind kind = ActKind::organise;
    std::uint32_t op = 0;       // position among all ops of its commit, over all parts
    PersonId who;               // whose role (leave: the author), or whose device
    Role role = Role::none;     // add, demote
    std::vector<CommitId> ids;  // admit, hide
    DeviceId device;            // revoke, vouch
    // revoke by another device of the same person: the device path of who signed it; none = the recovery key.
    std::optional<std::vector<std::uint32_t>> authority;
};

struct ControlFact {
    CommitId id;
    std::uint64_t depth = 0;
    PersonId author;
    DeviceId device;
    std::vector<CommitId> parents;  // all added before, or the genesis
    std::vector<Act> acts;          // ascending by op
    bool vouched = false;           // the device speaks for the author only because it was vouched for
};

struct ContentFact {
    CommitId id;
    PersonId author;
    DeviceId device;
    std::vector<CommitId> auth;  // control commits, or the genesis
    bool vouched = false;        // as above
};

// Whether a content commit is in the past of the `seen` of this control commit. Asked only for cuts of its author and
// for decisions that name it.
using KnownTo = std::function<bool(const CommitId& control)>;

enum class Verdict : std::uint8_t {
    shown,
    set_aside,      // masked by a cut that its author had not heard of: an organiser may admit or hide it
    hidden,         // by an organiser
    without_right,  // its author could not write, or knew of the cut
};
struct Judgement {
    Verdict verdict = Verdict::without_right;
    Role role = Role::none;  // under which it was written: what its ops may touch
    bool shown() const { return verdict == Verdict::shown; }
};

struct RoleNow {
    Role role = Role::none;
    std::optional<Path> path;  // of an organiser
    bool operator==(const RoleNow&) const = default;
};

// What adding a commit may have changed for content that is already here.
struct Shift {
    std::vector<PersonId> people;    // all their content is to be judged again
    std::vector<CommitId> contents;  // and these
};

class Rules {
  public:
    // Needs: 1 or more founders, all different. In a pair group nobody removes or demotes, and only the founders are
    // ever granted anything.
    Rules(const CommitId& genesis, const std::vector<PersonId>& founders, bool pair = false);

    // Needs: id new, parents known.
    Shift add(const ControlFact& fact);

    const Pasts& pasts() const { return pasts_; }

    bool is_effective(const CommitId& control, std::uint32_t op) const;
    std::optional<Path> path_of(const CommitId& control, std::uint32_t op) const;  // of an act effective by standing

    RoleNow role_now(const PersonId& person) const;
    std::vector<PersonId> people() const;  // everyone with a role now, ascending

    Judgement judge(const ContentFact& content, const KnownTo& known_to) const;

    // The role that the past of `auth` gives, counting only the cuts in that past.
    Role role_at(const PersonId& person, const std::vector<CommitId>& auth) const;
    // For validity: whether any grant to the person, by whomever, is in the past of `auth`. Cuts play no part.
    bool was_granted(const PersonId& person, const std::vector<CommitId>& auth) const;
    // Anywhere, and effective.
    bool was_granted(const PersonId& person) const;
    // What the person may do through this device now: none when it is revoked, or vouched for and not by enough. Knows
    // no links.
    Role role_through(const PersonId& person, const DeviceId& device, bool vouched = false) const;

    // Whether enough organisers vouched for this device of the person.
    bool is_vouched_for(const PersonId& person, const DeviceId& device) const;

    // Whether the past of `auth` has every effective removal, leave and revocation, or had all that was ever granted to
    // those people and already gave them nothing (E3; the second, so that somebody long removed cannot force new keys by
    // leaving again and again. Who was let in later is not meant: they were given the key, and must lose it).
    bool knows_removals(const std::vector<CommitId>& auth) const;
    // Whether it has every effective add and appointment of those who have a role now.
    bool knows_arrivals(const std::vector<CommitId>& auth) const;
    // The removals and leaves of this person and the revocations of this device, in order of arrival: what the device
    // is told, with all that is in their pasts, and nothing more (E6).
    std::vector<CommitId> removals_of(const PersonId& person, const DeviceId& device) const;

    // Evaluates everything afresh. No answer changes: add() has already done what was needed.
    void evaluate();

  private:
    using Index = std::uint32_t;
    using Indices = std::vector<Index>;
    static constexpr Index nobody = ~Index{0};

    // An act, or the genesis' grant to a founder. An effective appointment (or founder's) is an *office*: a grant of
    // organiser, with a rank.
    struct Node {
        Act act;
        Pasts::Index commit = 0;
        std::uint64_t depth = 0;
        Index author = nobody;  // people_
        Index who = nobody;
        DeviceId device;
        bool own = false;        // a leave, or a revocation by the same person: needs no standing
        bool vouched = false;    // by a device that was vouched for
        Index under = nobody;    // the most senior office that makes it effective
        std::uint32_t rank = 0;  // of an office: its place by path among all offices
        std::uint32_t length = 0;
    };
    struct Person {
        PersonId id;
        Indices acts;                       // by this person, that need standing
        Indices leaves;                     // always effective
        Indices revocations;                // by other devices of the same person, oldest authority first
        std::vector<Pasts::Index> granted;  // whether or not effective
        // Effective:
        Indices offices;  // by rank
        Indices grants;   // member-level
        Indices cuts;
        Indices outside_revocations;  // by organisers
        Indices vouches;              // for devices of this person
    };
    // A grant to a person: the organiser or the member-level side of a node.
    struct Grant {
        Index node;
        bool office;
    };

    Index person(const PersonId& id);
    const Person* find(const PersonId& id) const;
    std::optional<Index> find(const CommitId& control, std::uint32_t op) const;
    bool is_well_formed(const Act& act, const ControlFact& fact) const;
    Index number(const ControlFact& fact, const Act& act, Pasts::Index commit);
    bool precedes(Index earlier, Index later) const;

    bool is_more_senior(Index office, Index other) const;
    Path path_to(Index office) const;
    Role role_of(const Grant& grant) const;
    Role cap_of(Index cut) const;
    bool reaches(Index cut, const Grant& grant) const;
    bool binds(Index cut, const Grant& grant) const;
    Indices cuts_binding(const Grant& grant) const;
    Indices revocations_under(const Grant& grant) const;
    bool is_in_force(Index own_revocation) const;
    bool is_trusted(const DeviceId& device, Index office) const;
    bool is_vouched_for(const Person& person, const DeviceId& device) const;
    bool is_only_voucher(Index vouch) const;
    Role role_through(const Grant& grant, const DeviceId& device, bool vouched) const;
    Role value_of(const Grant& grant) const;
    std::optional<Index> office_now(const Person& person) const;
    template <class Visit>
    void each_grant(const Person& person, Visit visit) const;
    std::optional<ActKind> decision(const CommitId& content, const Person& author, const KnownTo& known_to) const;

    void add(Index act, Shift& shift);
    bool stands(Index act, Index office, const Indices& cuts, const Indices& revocations) const;
    void enact(Index act, Index office);
    void install(Index office);
    bool disturbs(Index cut) const;
    void evaluate(Shift& shift);
    void shift_for(Index act, Shift& shift) const;

    bool pair_;
    Index founders_ = 0;  // their nodes and people have the first numbers
    Pasts pasts_;
    std::vector<Node> nodes_;
    std::vector<Person> people_;
    std::unordered_map<PersonId, Index, IdHash> numbers_;
    std::unordered_map<CommitId, std::vector<Index>, IdHash> acts_of_;    // by commit, ascending by op
    std::unordered_map<CommitId, std::vector<Index>, IdHash> decisions_;  // effective admits and hides, by content
    Indices offices_;                                                     // by path, most senior first
    Indices vacant_;                                                      // appointments made, not yet given a rank
};

}  // namespace staffroom
