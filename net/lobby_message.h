// What is said in the lobby: claims of those who want to come in and their answers, compared words, groups that show
// themselves. Frames and rules are those of net/message.h.
#pragma once

#include "net/message.h"

namespace staffroom::net {

// A newcomer asks to be let in, at the lobby of any organiser's device. It names no role: the invitation's own counts.
// The invitation's key signs the rest, so the seed never travels, and whoever overhears a claim can only let the same
// person in once more.
struct Claim {
    static constexpr Kind kind = Kind::claim;
    std::uint64_t newest = protocol_newest;
    std::uint64_t oldest = protocol_oldest;
    GroupId group;
    InviteKey invite;
    PersonCard card;
    DeviceId device;  // of the card: the one that asks, and that the welcome is sealed to
    Signature signature;

    template <class A>
    void serialize_body(A& ar) {
        ar(newest, oldest, group, invite, card, device);
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(signature);
    }
};
void sign(Claim& claim, const SigningKey& invitation);
// The signature, the card, and that the device is one of the card's.
bool is_valid(const Claim& claim);

// A new computer asks the one whose screen it has seen to be linked to the same person. The offer's key signs the rest,
// so that its seed never travels; the linker adds its own signature to the statement.
struct LinkClaim {
    static constexpr Kind kind = Kind::link_claim;
    std::uint64_t newest = protocol_newest;
    std::uint64_t oldest = protocol_oldest;
    InviteKey offer;
    DeviceStatement statement;  // a proposal (core/persons.h)
    Signature signature;

    template <class A>
    void serialize_body(A& ar) {
        ar(newest, oldest, offer, statement);
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(signature);
    }
};
void sign(LinkClaim& claim, const SigningKey& offer);
// The signature, and that the device to be linked has signed the proposal.
bool is_valid(const LinkClaim& claim);

// By the words of a recovery sheet a new computer asks a colleague's who it is (the card is the answer), and then says
// that the recovery key has linked it.
struct RescueClaim {
    static constexpr Kind kind = Kind::rescue_claim;
    std::uint64_t newest = protocol_newest;
    std::uint64_t oldest = protocol_oldest;
    Hash recovery;                        // public key
    DeviceRecord record;                  // of the new computer
    std::optional<DeviceStatement> link;  // by the recovery key; none in the first question
    Signature signature;                  // likewise

    template <class A>
    void serialize_body(A& ar) {
        ar(newest, oldest, recovery, record, maybe(link));
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(signature);
    }
};
void sign(RescueClaim& claim, const SigningKey& recovery);
// All signatures, and that it is this computer that the recovery key links.
bool is_valid(const RescueClaim& claim);

// A computer for which colleagues are to vouch asks one of theirs whether it is that person's by now. The answer is the
// card, or that too few have vouched.
struct VouchClaim {
    static constexpr Kind kind = Kind::vouch_claim;
    std::uint64_t newest = protocol_newest;
    std::uint64_t oldest = protocol_oldest;
    RecoveryRequest request;  // signed by the computer

    template <class A>
    void serialize(A& ar) {
        ar(newest, oldest, request);
    }
};
bool is_valid(const VouchClaim& claim);

// Two computers about to compare words (net/comparing.h): first what each will say is bound, then it is said.
struct CompareCommit {
    static constexpr Kind kind = Kind::compare_commit;
    std::uint64_t newest = protocol_newest;
    std::uint64_t oldest = protocol_oldest;
    Hash commitment;
    template <class A>
    void serialize(A& ar) {
        ar(newest, oldest, commitment);
    }
};
struct CompareReveal {
    static constexpr Kind kind = Kind::compare_reveal;
    GroupId group;  // that the newcomer is to come into; zero in the newcomer's own
    DeviceRecord record;
    Hash nonce;
    template <class A>
    void serialize(A& ar) {
        ar(group, record, nonce);
    }
};

// A stranger asks which groups show themselves here (net/looking.h).
struct Look {
    static constexpr Kind kind = Kind::look;
    std::uint64_t newest = protocol_newest;
    std::uint64_t oldest = protocol_oldest;
    template <class A>
    void serialize(A& ar) {
        ar(newest, oldest);
    }
};
struct ShownGroup {
    GroupId id;
    std::string name;
    std::string purpose;  // in a sentence; may be empty
    std::string by;       // the organiser who shows it
    bool operator==(const ShownGroup&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(id, text<staffroom::limits::title_bytes>(name), text<staffroom::limits::title_bytes>(purpose),
           text<staffroom::limits::name_bytes>(by));
    }
};
struct ShownGroups {
    static constexpr Kind kind = Kind::shown_groups;
    std::vector<ShownGroup> groups;
    template <class A>
    void serialize(A& ar) {
        ar(capped<limits::shown_count>(groups));
    }
};

// A stranger asks to join a group that shows itself; signed by the device. Answered like a claim, by "asked" at first.
struct AskClaim {
    static constexpr Kind kind = Kind::ask_claim;
    std::uint64_t newest = protocol_newest;
    std::uint64_t oldest = protocol_oldest;
    GroupId group;
    PersonCard card;
    DeviceId device;  // of the card
    Signature signature;

    template <class A>
    void serialize_body(A& ar) {
        ar(newest, oldest, group, card, device);
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(signature);
    }
};
void sign(AskClaim& claim, const SigningKey& device);
bool is_valid(const AskClaim& claim);

enum class Outcome : std::uint8_t {
    welcome,    // `sealed` opens with the device's box key
    asked,      // an organiser will say; come again
    wait,       // come again: this device is busy, or has to learn of the invitation first
    used,       // as often as it may be
    closed,     // its time is over, or who gave it no longer may
    unknown,    // no such invitation, or it was changed on the way
    elsewhere,  // this device's person may not let anybody in: find an organiser's
    removed,    // was in this group once: an organiser adds them by hand, or not
    oneself,    // this very person: one's own invitation
    version,    // no common version
};
constexpr Outcome last_value(Outcome) { return Outcome::version; }

struct Answer {
    static constexpr Kind kind = Kind::answer;
    Outcome outcome = Outcome::wait;
    Bytes sealed;  // a Welcome; to the other claims the PersonCard, the new link in it
    template <class A>
    void serialize(A& ar) {
        ar(choice(outcome), blob<limits::answer_bytes>(sealed));
    }
};

}  // namespace staffroom::net
