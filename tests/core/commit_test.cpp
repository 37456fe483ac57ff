#include "core/commit.h"

#include <doctest/doctest.h>

#include "core/genesis.h"
#include "core/ops.h"
#include "tests/page.h"

using namespace staffroom;

namespace {

// A device that writes into a group nobody else is in.
struct Author {
    Author() { init_crypto(); }
    DeviceSecrets secrets = new_device();
    SigningKey key{secrets.signing};
    GroupId group = random_id<GroupId>();
    SymmetricKey epoch_key = random_secret<SymmetricKey>();

    Draft draft(CommitKind kind = CommitKind::content) {
        Draft draft;
        draft.group = group;
        draft.kind = kind;
        draft.run = RunId{{9}};
        draft.depth = 4;
        draft.wall_ms = 1'700'000'000'000;
        if (kind != CommitKind::key) draft.parents = {CommitId{{7}}, CommitId{{3}}};
        if (kind != CommitKind::control) draft.auth = {root_of(group)};
        if (kind == CommitKind::content) draft.epoch = epoch_id(group, epoch_key);
        draft.parts = {Bytes{1, 2, 3}, Bytes(500, 8)};
        return draft;
    }
    Composed write(const Draft& draft) { return std::move(compose(draft, &epoch_key, key)).value(); }
};

bool stands(ByteView bytes) {
    const auto commit = read_commit(bytes);
    return commit.ok() && has_signature(*commit);
}

}  // namespace

TEST_CASE("a commit is read back by a colleague who has the key") {
    Author author;
    const auto made = author.write(author.draft());
    const auto read = read_commit(made.frame.commit);
    REQUIRE(read.ok());
    CHECK(read->id == made.commit.id);
    CHECK(read->header == made.commit.header);
    CHECK(has_signature(*read));
    CHECK(std::is_sorted(read->header.parents.begin(), read->header.parents.end()));
    for (std::size_t index = 0; index < 2; ++index) {
        CHECK(is_part(read->header, index, *made.frame.parts[index]));
        CHECK(open_part(read->header, index, *made.frame.parts[index], author.epoch_key) ==
              author.draft().parts[index]);
    }
    CHECK_FALSE(is_part(read->header, 2, *made.frame.parts[1]));
}

TEST_CASE("O01 every single-bit flip of a commit is refused") {
    Author author;
    for (const auto kind : all_kinds) {
        const auto bytes = author.write(author.draft(kind)).frame.commit;
        REQUIRE(stands(bytes));
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            auto flipped = bytes;
            flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
            CHECK_FALSE(stands(flipped));
        }
    }
}

TEST_CASE("O02 O03 a commit truncated at each byte, or one byte longer, is refused") {
    Author author;
    const auto bytes = author.write(author.draft()).frame.commit;
    for (std::size_t length = 0; length < bytes.size(); ++length) CHECK_FALSE(stands(ByteView(bytes).first(length)));
    auto longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(stands(longer));
}

TEST_CASE("O07 64 KiB with its parts is accepted, one byte more is not") {
    Author author;
    auto draft = author.draft();
    draft.parts = {Bytes(1000, 1)};
    const auto small = author.write(draft);
    const auto room = limits::commit_bytes - small.frame.size();
    // Sizes above 127 and 16,383 take a byte more each in the header.
    draft.parts = {Bytes(1000 + room - 1, 1)};
    auto largest = compose(draft, &author.epoch_key, author.key);
    REQUIRE(largest.ok());
    CHECK(largest->frame.size() == limits::commit_bytes);
    CHECK(read_commit(largest->frame.commit).ok());
    draft.parts[0].push_back(1);
    const auto over = compose(draft, &author.epoch_key, author.key);
    REQUIRE_FALSE(over.ok());
    CHECK(over.code() == Code::too_large);
    CHECK(read_commit(Bytes(limits::commit_bytes + 1)).code() == Code::too_large);
}

TEST_CASE("O08 a signature by another device is refused") {
    Author author, other;
    auto bytes = author.write(author.draft()).frame.commit;
    const auto header = ByteView(bytes).first(bytes.size() - Signature::size);
    const auto foreign = other.key.sign(header);
    std::copy(foreign.bytes.begin(), foreign.bytes.end(), bytes.end() - Signature::size);
    CHECK_FALSE(stands(bytes));
}

TEST_CASE("O09 a part moved to another group does not open") {
    Author author;
    const auto made = author.write(author.draft());
    auto moved = made.commit.header;
    moved.group = random_id<GroupId>();
    CHECK_FALSE(open_part(moved, 0, *made.frame.parts[0], author.epoch_key));
    CHECK_FALSE(open_part(made.commit.header, 1, *made.frame.parts[0], author.epoch_key));
}

TEST_CASE("O10 low-order and identity keys sign nothing") {
    Author author;
    auto made = author.write(author.draft());
    for (const auto first : {std::uint8_t{0}, std::uint8_t{1}}) {
        Commit forged = made.commit;
        forged.header.author = DeviceId{{first}};
        std::fill(forged.bytes.end() - Signature::size, forged.bytes.end(), std::uint8_t{0});
        forged.bytes[forged.bytes.size() - Signature::size] = first;
        CHECK_FALSE(has_signature(forged));
    }
    CHECK_FALSE(seal_box(BoxKey{}, Bytes{1}));
}

TEST_CASE("O11 a malleated signature is refused") {
    Author author;
    auto bytes = author.write(author.draft()).frame.commit;
    // S + L is the same scalar modulo the group order L, and must not be a second valid signature.
    constexpr std::uint8_t order[32] = {0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7,
                                        0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0,    0,    0,    0,    0,    0,
                                        0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        auto& byte = bytes[bytes.size() - 32 + i];
        carry += static_cast<unsigned>(byte) + order[i];
        byte = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    CHECK(read_commit(bytes).ok());
    CHECK_FALSE(stands(bytes));
}

TEST_CASE("O13 thirty-three, repeated or unsorted parents are refused") {
    Author author;
    auto header = author.write(author.draft()).commit.header;
    const auto refused = [&](std::vector<CommitId> parents) {
        header.parents = std::move(parents);
        Writer ar;
        ar(header.version, header.group, choice(header.kind), header.author, header.run, header.depth);
        ar.write_varint(header.parents.size());
        for (auto& parent : header.parents) ar(parent);
        ar(sorted<32>(header.auth), sorted<32>(header.seen), header.wall_ms, header.epoch, capped<512>(header.parts));
        append(ar.bytes, author.key.sign(ar.bytes).view());
        return !read_commit(ar.bytes).ok();
    };
    std::vector<CommitId> many;
    for (std::uint8_t i = 0; i < 33; ++i) many.push_back(CommitId{{i}});
    CHECK(refused(many));
    many.pop_back();
    CHECK_FALSE(refused(many));
    CHECK(refused({CommitId{{1}}, CommitId{{1}}}));
    CHECK(refused({CommitId{{2}}, CommitId{{1}}}));
}

TEST_CASE("each kind carries only what belongs to it") {
    Author author;
    const auto shape = [&](CommitKind kind, auto change) {
        auto header = author.write(author.draft(kind)).commit.header;
        change(header);
        auto bytes = encode(header);
        append(bytes, author.key.sign(bytes).view());
        return read_commit(bytes).ok();
    };
    CHECK(shape(CommitKind::control, [](auto&) {}));
    CHECK_FALSE(shape(CommitKind::control, [](auto& h) { h.auth = {CommitId{}}; }));
    CHECK_FALSE(shape(CommitKind::control, [](auto& h) { h.parents.clear(); }));
    CHECK_FALSE(shape(CommitKind::key, [](auto& h) { h.parents = {CommitId{}}; }));
    CHECK_FALSE(shape(CommitKind::key, [](auto& h) { h.epoch = EpochId{{1}}; }));
    CHECK_FALSE(shape(CommitKind::content, [](auto& h) { h.auth.clear(); }));
    CHECK_FALSE(shape(CommitKind::content, [](auto& h) { h.seen = {CommitId{}}; }));
    CHECK_FALSE(shape(CommitKind::content, [](auto& h) { h.depth = 0; }));
    CHECK_FALSE(shape(CommitKind::content, [](auto& h) { h.version = 0; }));
    CHECK(shape(CommitKind::content, [](auto& h) { h.version = 200; }));
}

TEST_CASE("a frame says which parts are here") {
    Author author;
    auto frame = author.write(author.draft()).frame;
    frame.parts[0].reset();
    const auto read = decode<CommitFrame>(encode(frame));
    REQUIRE(read.ok());
    CHECK(*read == frame);
}

TEST_CASE("the commit on the page is the commit that the code writes") {
    init_crypto();
    SigningSeed seed;
    for (std::size_t i = 0; i < seed.bytes.size(); ++i) seed.bytes[i] = static_cast<std::uint8_t>(i);
    Draft draft;
    draft.group = GroupId{{0xAA, 0xAA}};
    draft.kind = CommitKind::control;
    draft.run = RunId{{0x77}};
    draft.depth = 1;
    draft.parents = {root_of(draft.group)};
    draft.wall_ms = 1000;
    draft.parts = {encode(OpList{})};
    const auto made = compose(draft, nullptr, SigningKey(seed)).value();
    CHECK_EQ(to_hex(page_example("core/MODEL.md", "commit")), to_hex(made.frame.commit));
}
