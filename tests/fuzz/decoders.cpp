#include "core/commit.h"
#include "core/files.h"
#include "core/genesis.h"
#include "core/have.h"
#include "core/members/invite.h"
#include "core/members/link_offer.h"
#include "core/ops.h"
#include "core/persons.h"
#include "core/records/ops.h"
#include "core/records/record.h"
#include "core/tree.h"
#include "net/beacon_message.h"
#include "net/chunk_message.h"
#include "net/courier/part.h"
#include "net/lobby_message.h"
#include "net/message.h"
#include "net/reconcile_frame.h"
#include "tests/fuzz/targets.h"

namespace staffroom::fuzz {
namespace {

template <class T>
void exact(ByteView bytes) {
    const auto decoded = decode<T>(bytes);
    if (!decoded.ok()) return;
    const auto again = encode(*decoded);
    law(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()),
        "decoding and encoding gives the same bytes");
}

// Whatever they give, they end and touch nothing that is not theirs.
void commit(ByteView bytes) { (void)read_commit(bytes); }
void node(ByteView bytes) { (void)decode_node(Prefix(), bytes); }
void front(ByteView bytes) { (void)net::courier::read_front(bytes); }
void invitation(ByteView bytes) { (void)invitation_from({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); }

using Decoder = void (*)(ByteView);
template <class... T>
constexpr std::array<Decoder, sizeof...(T)> each_exact = {exact<T>...};

constexpr auto& core_types =
    each_exact<CommitHeader, CommitFrame, Genesis, Welcome, DeviceRecord, PersonGenesis, DeviceStatement, PersonCard,
               RecoveryRequest, Have, ChunkRef, Manifest, FileRef, OpList, ContentPart, PersonsOp, InviteOp, CloseOp,
               AddOp, AppointOp, RemoveOp, DemoteOp, LeaveOp, AdmitOp, HideOp, RekeyOp, ShareOp, CannotOpenOp, PairOp,
               CreateOp, AssignOp, EditOp, EraseOp, Value, RecordState, LinkOffer>;
constexpr auto& net_types =
    each_exact<net::BeaconMessage, net::Hello, net::Bye, net::Groups, net::ReconcileFrame, net::CommitsFrame,
               net::Taken, net::Announce, net::Want, net::AskFarewell, net::Haves, net::WantParts, net::Parts,
               net::AskKeys, net::WantChunks, net::HaveChunks, net::GetChunk, net::ChunkFrame, net::Ping, net::Pong,
               net::Claim, net::Answer, net::ReconcileBody, net::courier::PartHeader, net::courier::Load,
               net::courier::Receipt, net::GetChunks, net::ChunksFrame, net::WrongChunk, net::RoomFrame>;
constexpr std::array<Decoder, 4> others = {commit, node, front, invitation};

}  // namespace

// A new decoder goes to the end of its list, so that the inputs that are kept still mean what they meant.
void decoders(ByteView input) {
    if (input.empty()) return;
    const std::size_t which = input[0] % 64;
    const auto bytes = input.subspan(1);
    const bool from_net = input[0] >= 128;
    if (input[0] >= 64 && input[0] < 128) {
        if (which < others.size()) others[which](bytes);
    } else if (from_net) {
        if (which < net_types.size()) net_types[which](bytes);
    } else if (which < core_types.size()) {
        core_types[which](bytes);
    }
}

}  // namespace staffroom::fuzz
