// What the conversation asks its host to do, and what it knows of the device it speaks for.
//
// The host's rule: after every call, poll until empty; then sleep until deadline(). Actions of one call are carried out
// in order. A store is answered by stored() or chunks_stored() once its transaction has returned, never before.
#pragma once

#include <variant>
#include <vector>

#include "core/genesis.h"
#include "core/ports.h"
#include "net/link_seam.h"
#include "net/lobby_message.h"

namespace staffroom::net {

// The device that speaks. Everything here outlives the conversation.
struct Here {
    const CommitLog& log;
    const ChunkStore& chunks;
    const SigningKey& signing;
    DeviceRecord record;
    RunId run;
    std::uint64_t newest = protocol_newest;
    std::uint64_t oldest = protocol_oldest;
};

struct Send {
    LinkId link;
    SharedBytes frame;
};
struct Close {
    LinkId link;
    Parting why = Parting::done;
};
// Commits of one group from a colleague, to be checked and kept in one transaction. Answered by stored(ticket).
struct StoreCommits {
    std::uint64_t ticket = 0;
    GroupId group;
    std::vector<CommitFrame> commits;
};
struct StoreParts {  // answered by stored(ticket) with an empty report
    std::uint64_t ticket = 0;
    GroupId group;
    std::vector<GivenPart> parts;
};
// Its signature has been checked; kept if its counter is newer.
struct StoreHave {
    Have have;
};
// Checked against its id. Answered by chunks_stored().
struct StoreChunk {
    ChunkId id;
    SharedBytes bytes;
};
// What lies here as that chunk is something else: no more of it, and it is wanted again. Followed by chunks_changed().
struct LoseChunk {
    ChunkId id;
};
// An entitled device lacks these epoch keys: write a `share` if they are here (membership.md E4).
struct ShareKeys {
    GroupId group;
    DeviceId asker;
    std::vector<EpochId> epochs;
};
// A newcomer at our lobby; its signatures have been checked. Answered by claim_decided().
struct Claimed {
    LinkId link;
    Claim claim;
};
// A new computer at our lobby that wants to be linked; its signatures have been checked. Answered by claim_decided().
struct LinkClaimed {
    LinkId link;
    LinkClaim claim;
};
// A new computer at our lobby that has somebody's recovery sheet; likewise.
struct RescueClaimed {
    LinkId link;
    RescueClaim claim;
};
// A new computer at our lobby for which colleagues are to vouch; likewise.
struct VouchClaimed {
    LinkId link;
    VouchClaim claim;
};
// A stranger at our lobby who asks to join a group that shows itself; likewise.
struct AskClaimed {
    LinkId link;
    AskClaim claim;
};
// What another computer shows to strangers.
struct GroupsShown {
    LinkKey at;
    std::vector<ShownGroup> groups;
};
// Our own claim was answered with a welcome, which has been opened: keep the group.
struct Joined {
    Welcome welcome;
};
// Our own claim to be linked was accepted: this is the person now, and the card proves this device.
struct Linked {
    PersonCard card;
};
// Whose recovery sheet it is: the card does not prove this device yet.
struct Rescued {
    PersonCard card;
};
// Enough colleagues have vouched for this device: this is the person, whose card does not prove the device.
struct Vouched {
    PersonCard card;
};
// Both sides of a comparison of words (net/comparing.h) have revealed what they had committed to.
struct Compared {
    bool hosting = false;  // our window was open; else we are the newcomer
    Hash agreed;           // its first bytes are the words
    Hash seed;             // of the invitation that only the two know, good once both teachers say "same"
    GroupId group;
    DeviceRecord other;
    LinkKey host;  // transport key of the device whose window is open
};
// Another device tells of a group that both should be in. Whether it is of the same person is for the host to judge.
struct OwnGroupGiven {
    DeviceId from;
    Bytes sealed;  // for this device's box key
};
// Where a colleague is in a note, to be shown if it opens. `from` is who is at the other end of the link.
struct PresenceTold {
    DeviceId from;
    GroupId group;
    SealedPresence sealed;
};
// Our own claim is not answered with a welcome (yet).
struct JoinAnswered {
    GroupId group;  // zero: to be linked
    Outcome outcome = Outcome::wait;
    bool over = false;  // no further try will be made
};
// Something to show or to log; nothing needs to be done.
struct Met {
    DeviceId device;
    RunId run;
};
struct Parted {
    DeviceId device;
    RunId run;
    Parting why = Parting::done;
};

using Action = std::variant<Send, Dial, Close, StoreCommits, StoreParts, StoreHave, StoreChunk, LoseChunk, ShareKeys,
                            Claimed, LinkClaimed, RescueClaimed, VouchClaimed, AskClaimed, GroupsShown, Joined, Linked,
                            Rescued, Vouched, Compared, OwnGroupGiven, PresenceTold, JoinAnswered, Met, Parted>;

}  // namespace staffroom::net
