// Every message of a session; those of the lobby are in net/lobby_message.h. A frame is one message: kind (u8) and body. See net/PROTOCOL.md for who sends what
// when, and a worked example.
//
// Rules:
//  - a kind that this program does not know is passed over, so that a newer program may say more;
//  - a known kind whose body does not decode exactly is a protocol error: the link is closed;
//  - any frame may be lost, doubled or overtaken: whoever needs an answer asks again, and everything may be said twice;
//  - groups are named by the dialler's tag, never by id: whoever cannot compute it learns nothing from it.
#pragma once

#include <optional>
#include <vector>

#include "core/files.h"
#include "core/have.h"
#include "core/ids.h"
#include "core/persons.h"
#include "core/ports.h"
#include "core/presence.h"
#include "core/wire.h"

namespace staffroom::net {

namespace limits {
inline constexpr std::size_t reconcile_bytes = 64 * 1024;
inline constexpr std::size_t groups_count = 512;          // shared with one colleague
inline constexpr std::size_t ids_count = 512;             // in one message
inline constexpr std::size_t batch_bytes = 128 * 1024;    // a frame of commits is full when it has reached this
inline constexpr std::size_t requests_count = 8;          // frames of commits under way on one link
inline constexpr std::size_t chunks_ahead = 64;           // whole chunks asked for on one link and not here yet
inline constexpr std::size_t chunk_ids_count = 2'048;     // in one message about chunks; 512 in version 1
inline constexpr std::size_t small_chunks_ahead = 2'048;  // chunks of any size asked for on one link and not here yet
inline constexpr std::size_t chunks_in_frame = 256;
inline constexpr std::uint64_t frames_ahead = 1'024;  // of commits, beyond the oldest that is not taken
inline constexpr std::size_t haves_count = 16;
inline constexpr std::size_t parts_count = 64;
inline constexpr std::size_t epochs_count = 64;
inline constexpr std::size_t shown_count = 8;           // groups that a lobby shows to strangers
inline constexpr std::size_t answer_bytes = 64 * 1024;  // a sealed welcome
}  // namespace limits

inline constexpr std::uint64_t protocol_newest = 2;
inline constexpr std::uint64_t protocol_oldest = 1;

using Tag = Id<struct GroupTagTag, 16>;

enum class Kind : std::uint8_t {
    hello = 1,
    bye = 2,
    groups = 3,
    reconcile = 4,
    commits = 5,
    taken = 6,
    announce = 7,
    want = 8,
    ask_farewell = 9,
    haves = 10,
    want_parts = 11,
    parts = 12,
    ask_keys = 13,
    want_chunks = 14,
    have_chunks = 15,
    get_chunk = 16,
    chunk = 17,
    ping = 18,
    pong = 19,
    own_group = 20,
    get_chunks = 21,  // since version 2
    chunks = 22,
    presence = 23,  // likewise
    wrong_chunk = 24,
    room = 25,
    claim = 32,  // lobby only, as is its answer
    answer = 33,
    link_claim = 34,      // likewise, answered alike
    rescue_claim = 35,    // likewise
    vouch_claim = 36,     // likewise
    compare_commit = 37,  // lobby only, both ways
    compare_reveal = 38,
    look = 39,  // likewise, answered by
    shown_groups = 40,
    ask_claim = 41,  // as claim
};

// The first message both ways, repeated until the other's names our nonce.
struct Hello {
    static constexpr Kind kind = Kind::hello;
    std::uint64_t newest = protocol_newest;  // versions spoken: the conversation is in the smaller newest,
    std::uint64_t oldest = protocol_oldest;  // unless that is below somebody's oldest
    Nonce16 nonce;
    std::optional<Nonce16> heard;        // the other's nonce
    std::optional<DeviceRecord> record;  // at the members' door it names the transport key that the link has proved;
                                         // none by the side that binds the lobby: a stranger there learns no name
    RunId run;
    std::optional<Signature> proof;  // by a dialler in the lobby, whose transport key there is made for that one dial
    Bytes more;                      // what a newer version adds
    template <class A>
    void serialize(A& ar) {
        ar(newest, oldest, nonce, maybe(heard), maybe(record), run, maybe(proof), blob<1024>(more));
    }
};

enum class Parting : std::uint8_t {
    done,       // nothing is wrong: the program ends, or there are neighbours enough
    version,    // no common version
    stranger,   // the record is not this link's
    myself,     // the same device and run
    duplicate,  // another link to the same device and run stays
    protocol,   // a message broke a rule
    silent,     // no sign of life, or no progress
    promises,   // offered what it did not deliver
    members,    // lobby: you are known now, come to the members' door
};
const char* name_of(Parting reason);

struct Bye {
    static constexpr Kind kind = Kind::bye;
    std::uint8_t reason = 0;  // a Parting; one that is not known means done
    template <class A>
    void serialize(A& ar) {
        ar(reason);
    }
};

// What the sender gives of a group.
enum class Serves : std::uint8_t { farewell, control, all };
constexpr Serves last_value(Serves) { return Serves::all; }

struct GroupOffer {
    Tag tag;  // the sender's own
    Serves serves = Serves::all;
    auto operator<=>(const GroupOffer&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(tag, choice(serves));
    }
};
// All of the sender's groups; said again until an answer's `heard` is this serial.
struct Groups {
    static constexpr Kind kind = Kind::groups;
    std::uint64_t serial = 0;  // rises when the offers change
    std::uint64_t heard = 0;   // the other's newest
    bool asks = false;         // an answer is wanted
    std::vector<GroupOffer> offers;
    template <class A>
    void serialize(A& ar) {
        ar(serial, heard, asks, sorted<limits::groups_count>(offers));
    }
};

// One message of net/reconcile.
struct ReconcileFrame {
    static constexpr Kind kind = Kind::reconcile;
    Tag group;
    CommitKind set = CommitKind::control;
    Bytes body;
    template <class A>
    void serialize(A& ar) {
        ar(group, choice(set), blob<limits::reconcile_bytes>(body));
    }
};

// Commits given: asked for, found missing by reconciliation, or new. Sent again until taken.
struct CommitsFrame {
    static constexpr Kind kind = Kind::commits;
    Tag group;
    std::uint64_t number = 0;  // of the sender's frames on this link, from 1 on
    CommitKind set = CommitKind::control;
    std::uint64_t promised = 0;  // so many that the reconciliation of this set promised are done with by this frame
    std::vector<CommitFrame> commits;
    template <class A>
    void serialize(A& ar) {
        ar(group, number, choice(set), promised, capped<limits::ids_count>(commits));
    }
};
struct DeclinedId {
    CommitId id;
    Declined why = Declined::malformed;
    template <class A>
    void serialize(A& ar) {
        ar(id, choice(why));
    }
};
// That frame is on disk, but for what is declined by name.
struct Taken {
    static constexpr Kind kind = Kind::taken;
    std::uint64_t number = 0;
    std::vector<DeclinedId> declined;
    template <class A>
    void serialize(A& ar) {
        ar(number, capped<limits::ids_count>(declined));
    }
};

// "I have these": new ones lazily, and those that wait for an ancestor. Answered by a Want of what is not known.
struct Announce {
    static constexpr Kind kind = Kind::announce;
    Tag group;
    std::vector<CommitId> ids;
    template <class A>
    void serialize(A& ar) {
        ar(group, capped<limits::ids_count>(ids));
    }
};
struct Want {
    static constexpr Kind kind = Kind::want;
    Tag group;
    std::vector<CommitId> ids;
    template <class A>
    void serialize(A& ar) {
        ar(group, capped<limits::ids_count>(ids));
    }
};

// By a removed device: the control heads it has. Answered by the control commits up to its removal.
struct AskFarewell {
    static constexpr Kind kind = Kind::ask_farewell;
    Tag group;
    std::vector<CommitId> heads;
    template <class A>
    void serialize(A& ar) {
        ar(group, sorted<staffroom::limits::heads_count>(heads));
    }
};

struct Haves {
    static constexpr Kind kind = Kind::haves;
    Tag group;
    std::vector<Have> haves;
    template <class A>
    void serialize(A& ar) {
        ar(group, capped<limits::haves_count>(haves));
    }
};

struct WantParts {
    static constexpr Kind kind = Kind::want_parts;
    Tag group;
    std::vector<PartName> parts;
    template <class A>
    void serialize(A& ar) {
        ar(group, capped<limits::parts_count>(parts));
    }
};
struct GivenPart {
    PartName name;
    Bytes bytes;
    template <class A>
    void serialize(A& ar) {
        ar(name, blob<staffroom::limits::commit_bytes>(bytes));
    }
};
struct Parts {
    static constexpr Kind kind = Kind::parts;
    Tag group;
    std::vector<GivenPart> parts;  // as many as a frame holds; the rest is asked for again
    std::vector<PartName> absent;
    template <class A>
    void serialize(A& ar) {
        ar(group, capped<limits::parts_count>(parts), capped<limits::parts_count>(absent));
    }
};

// "I cannot read these epochs": a holder that may answers with a `share` (membership.md E4).
struct AskKeys {
    static constexpr Kind kind = Kind::ask_keys;
    Tag group;
    std::vector<EpochId> epochs;
    template <class A>
    void serialize(A& ar) {
        ar(group, capped<limits::epochs_count>(epochs));
    }
};

struct Ping {
    static constexpr Kind kind = Kind::ping;
    std::uint64_t token = 0;
    template <class A>
    void serialize(A& ar) {
        ar(token);
    }
};
struct Pong {
    static constexpr Kind kind = Kind::pong;
    std::uint64_t token = 0;
    template <class A>
    void serialize(A& ar) {
        ar(token);
    }
};

// "A group of ours that you lack": between two devices of one person.
struct OwnGroup {
    static constexpr Kind kind = Kind::own_group;
    Bytes sealed;  // a Welcome, for the box key of the device that is told
    template <class A>
    void serialize(A& ar) {
        ar(blob<limits::answer_bytes>(sealed));
    }
};

// Where the sender's teacher is in a note, for those who have the group's epoch keys. Lost, it is not missed.
struct PresenceFrame {
    static constexpr Kind kind = Kind::presence;
    Tag group;
    SealedPresence sealed;
    template <class A>
    void serialize(A& ar) {
        ar(group, sealed);
    }
};

template <class M>
Bytes frame_of(const M& message) {
    Writer frame;
    frame.bytes.push_back(static_cast<std::uint8_t>(M::kind));
    frame(message);
    return std::move(frame.bytes);
}
// The body of a frame whose kind is M's; needs a frame that is not empty. Error: malformed.
template <class M>
Result<M> message_in(ByteView frame) {
    return decode<M>(frame.subspan(1));
}
// The same; what M holds as SharedBytes stays part of the frame.
template <class M, std::same_as<SharedBytes> Frame>
Result<M> message_in(const Frame& frame) {
    return decode<M>(ByteView(frame).subspan(1), frame.keeper());
}
// Needs a frame that is not empty.
inline Kind kind_of(ByteView frame) { return static_cast<Kind>(frame[0]); }

}  // namespace staffroom::net
