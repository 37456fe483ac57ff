#include "net/lobby_message.h"

#include <algorithm>

#include "net/chunk_message.h"
#include "tests/decoder_laws.h"

using namespace staffroom;
using namespace staffroom::net;

namespace {

template <class I>
I counting(std::uint8_t from) {
    I id;
    for (auto& byte : id.bytes) byte = from++;
    return id;
}

DeviceRecord some_record() {
    DeviceRecord record;
    record.device = counting<DeviceId>(1);
    record.name = "Ann";
    return record;
}

const auto tag = counting<Tag>(0x10);
const auto id = counting<CommitId>(0x40);

}  // namespace

TEST_CASE("O01 O02 O03 O05 every message is decoded exactly or not at all") {
    laws::check_decoder(Hello{
        1, 1, counting<Nonce16>(0), counting<Nonce16>(9), some_record(), counting<RunId>(2), Signature{}, {7, 8}});
    laws::check_decoder(Bye{3});
    laws::check_decoder(Groups{300, 2, true, {{tag, Serves::control}, {counting<Tag>(0x11), Serves::all}}});
    laws::check_decoder(ReconcileFrame{tag, CommitKind::key, {1, 2, 3}});
    laws::check_decoder(CommitsFrame{tag, 7, CommitKind::content, 2, {{{1, 2, 3}, {Bytes{4, 5}, std::nullopt}}, {}}});
    laws::check_decoder(Taken{7, {{id, Declined::rate}}});
    laws::check_decoder(Announce{tag, {id, id}});
    laws::check_decoder(Want{tag, {id}});
    laws::check_decoder(AskFarewell{tag, {id, counting<CommitId>(0x41)}});
    laws::check_decoder(WantParts{tag, {{id, 300}}});
    laws::check_decoder(Parts{tag, {{{id, 1}, {1, 2}}}, {{id, 2}}});
    laws::check_decoder(AskKeys{tag, {counting<EpochId>(3)}});
    laws::check_decoder(WantChunks{{counting<ChunkId>(3)}});
    laws::check_decoder(HaveChunks{{counting<ChunkId>(3)}});
    laws::check_decoder(GetChunk{counting<ChunkId>(3)});
    laws::check_decoder(ChunkFrame{counting<ChunkId>(3), Bytes{1, 2, 3}});
    laws::check_decoder(GetChunks{{counting<ChunkId>(3), counting<ChunkId>(4)}});
    laws::check_decoder(WrongChunk{counting<ChunkId>(3)});
    laws::check_decoder(RoomFrame{true});
    laws::check_decoder(ChunksFrame{{{counting<ChunkId>(3), Bytes{1, 2, 3}}, {counting<ChunkId>(4), std::nullopt}}});
    laws::check_decoder(ChunkFrame{counting<ChunkId>(3), std::nullopt});
    laws::check_decoder(Ping{300});
    laws::check_decoder(Pong{300});
    laws::check_decoder(Answer{Outcome::welcome, {1, 2, 3}});
    laws::check_decoder(PresenceFrame{tag, {counting<EpochId>(3), counting<Nonce24>(5), {1, 2, 3}}});
    Have have;
    have.counter = 300;
    have.content.heads = {id};
    laws::check_decoder(Haves{tag, {have}});
}

TEST_CASE("a chunk's frame is its head and its bytes, and what is read of one that came stays part of it") {
    const auto chunk = counting<ChunkId>(3);
    const Bytes bytes(300, 7);
    auto frame = frame_of(ChunkFrame{chunk, bytes});
    auto made = Bytes{static_cast<std::uint8_t>(ChunkFrame::kind)};
    append(made, encode(ChunkHead{chunk, 300}));
    append(made, bytes);
    CHECK(made == frame);

    std::optional<SharedBytes> came(std::move(frame));
    const auto* end = came->end().base();
    auto read = message_in<ChunkFrame>(*came);
    came.reset();
    REQUIRE(read.ok());
    CHECK(std::ranges::equal(*read->bytes, bytes));
    CHECK(read->bytes->end().base() == end);

    const auto copied = message_in<ChunkFrame>(ByteView(made));
    made.assign(made.size(), 0);
    CHECK(std::ranges::equal(*copied->bytes, bytes));
}

TEST_CASE("O01 O02 O03 O05 a claim is decoded exactly or not at all, and only with its signature") {
    const auto secrets = new_device();
    Claim claim;
    claim.group = counting<GroupId>(1);
    claim.card = {make_person(secrets, {}), make_device_record(secrets, "Ben"), {}};
    claim.device = claim.card.first.device;
    const SigningKey invitation(new_signing_seed());
    claim.invite = invitation.public_key<InviteKey>();
    sign(claim, invitation);
    CHECK(is_valid(claim));
    laws::check_decoder(claim);

    const auto valid = encode(claim);
    for (std::size_t bit = 0; bit < 8 * valid.size(); ++bit) {
        auto bent = valid;
        bent[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        const auto decoded = decode<Claim>(bent);
        CHECK_FALSE((decoded.ok() && is_valid(*decoded)));
    }
    claim.device = counting<DeviceId>(7);
    sign(claim, invitation);
    CHECK_FALSE(is_valid(claim));
}

TEST_CASE("a have's signature covers all of it") {
    const auto secrets = new_device();
    const SigningKey key(secrets.signing);
    Have have;
    have.device = key.public_key<DeviceId>();
    have.counter = 3;
    have.content.heads = {id};
    sign(have, key);
    CHECK(is_valid(have));
    laws::check_decoder(have);
    const auto valid = encode(have);
    for (std::size_t bit = 0; bit < 8 * valid.size(); ++bit) {
        auto bent = valid;
        bent[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        const auto decoded = decode<Have>(bent);
        CHECK_FALSE((decoded.ok() && is_valid(*decoded)));
    }
}

TEST_CASE("the example in PROTOCOL.md is what the program says") {
    Hello hello;
    hello.nonce = counting<Nonce16>(0);
    hello.run = counting<RunId>(0x20);
    CHECK(to_hex(frame_of(hello)) == "010201000102030405060708090a0b0c0d0e0f0000202122232425262728292a2b2c2d2e2f0000");
    CHECK(to_hex(frame_of(Ping{300})) == "12ac02");
}

TEST_CASE(
    "O01 O02 O03 a claim to be linked, and one by a recovery sheet, are decoded exactly or not at all, and only as "
    "signed") {
    const auto secrets = new_device();
    const SigningKey device(secrets.signing), offer(new_signing_seed()), recovery(new_signing_seed());
    const auto record = make_device_record(secrets, "Ben at home");
    const auto person = counting<PersonId>(1);

    LinkClaim link;
    link.offer = offer.public_key<InviteKey>();
    link.statement = propose_link(person, counting<DeviceId>(9), record, device, {0});
    sign(link, offer);
    CHECK(is_valid(link));
    laws::check_decoder(link);
    auto other_path = link;
    other_path.statement.path = {1};
    CHECK_FALSE(is_valid(other_path));
    sign(other_path, offer);
    CHECK_FALSE(is_valid(other_path));  // the new computer did not sign that

    RescueClaim rescue;
    rescue.recovery = recovery.public_key<Hash>();
    rescue.record = record;
    sign(rescue, recovery);
    CHECK(is_valid(rescue));
    rescue.link = make_recovery_link(person, recovery, record, device, {0});
    sign(rescue, recovery);
    CHECK(is_valid(rescue));
    laws::check_decoder(rescue);
    for (const auto& bent : {encode(link), encode(rescue)}) {
        const auto valid = bent;
        for (std::size_t bit = 0; bit < 8 * valid.size(); bit += 7) {
            auto bytes = valid;
            bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
            const auto as_link = decode<LinkClaim>(bytes);
            const auto as_rescue = decode<RescueClaim>(bytes);
            CHECK_FALSE((as_link.ok() && is_valid(*as_link)));
            CHECK_FALSE((as_rescue.ok() && is_valid(*as_rescue)));
        }
    }
    // A link by another device, and one of another computer: nothing of it is the recovery key's.
    auto wrong = rescue;
    wrong.link = make_link(person, SigningKey(new_signing_seed()), record, device, {0});
    sign(wrong, recovery);
    CHECK_FALSE(is_valid(wrong));
    wrong = rescue;
    wrong.record = make_device_record(new_device(), "Somebody's");
    sign(wrong, recovery);
    CHECK_FALSE(is_valid(wrong));
    laws::check_decoder(OwnGroup{{1, 2, 3}});
}
