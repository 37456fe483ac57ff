#include "net/courier/part_reader.h"

#include "core/files.h"
#include "tests/decoder_laws.h"
#include "tests/page.h"

using namespace staffroom;
using namespace staffroom::net::courier;

namespace {

template <class I>
I counting(std::uint8_t from) {
    I id;
    for (auto& byte : id.bytes) byte = from++;
    return id;
}

const auto tag_key = counting<SymmetricKey>(0);
const auto envelope_key = counting<SymmetricKey>(0x20);

struct Memory final : Source {
    explicit Memory(Bytes with) : bytes(std::move(with)) {}
    std::uint64_t size() const override { return claimed.value_or(bytes.size()); }
    Result<SharedBytes> read(std::uint64_t offset, std::size_t count) override {
        const auto from = std::min<std::uint64_t>(offset, bytes.size());
        const auto most = std::min<std::uint64_t>(count, bytes.size() - from);
        const auto asked = ByteView(bytes).subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(most));
        return SharedBytes(copy_of(asked));
    }
    Bytes bytes;
    std::optional<std::uint64_t> claimed;
};

SealedChunk some_chunk(std::uint8_t filled, std::size_t size) {
    return seal_chunk(counting<SymmetricKey>(0x40), Bytes(size, filled));
}

Load some_load() {
    Load load;
    Receipt receipt;
    receipt.have.counter = 300;
    receipt.keys = {counting<CommitId>(1)};
    receipt.chunks = {counting<ChunkId>(2)};
    receipt.parts = {{counting<CommitId>(3), 300}};
    load.receipts = {receipt};
    load.haves = {Have{}};
    load.commits = {{{1, 2, 3}, {Bytes{4, 5}, std::nullopt}}, {{6}, {}}};
    return load;
}

// A part of two loads and three chunks.
struct Written {
    Bytes bytes;
    std::vector<ChunkId> chunks;
};
Written some_part() {
    PartWriter writer(make_header(PartKind::changes, tag_key, counting<DeviceId>(9), 7), envelope_key);
    Written part{writer.front(), {}};
    append(part.bytes, writer.load(some_load()));
    append(part.bytes, writer.load({{}, {}, {{{7, 7}, {}}}}));
    for (std::uint8_t filled = 1; filled <= 3; ++filled) {
        const auto chunk = some_chunk(filled, 40);
        append(part.bytes, writer.chunk(chunk.ref.id, chunk.bytes));
        part.chunks.push_back(chunk.ref.id);
    }
    append(part.bytes, writer.end());
    CHECK(writer.size() == part.bytes.size());
    return part;
}

// What somebody with the keys gets out of a file.
struct Read {
    std::size_t loads = 0, chunks = 0, bad = 0;
    bool opened = false, whole = false;
};
Read read_all(Source& source) {
    Read read;
    auto reader = PartReader::open(source);
    if (!reader) return read;
    read.opened = true;
    while (true) {
        const auto box = reader->next();
        REQUIRE(box.ok());
        if (!*box) break;
        if ((*box)->head.kind == BoxKind::load) {
            const auto load = reader->load(**box, envelope_key);
            ++(load.ok() ? read.loads : read.bad);
        } else {
            const auto id = reader->chunk_id(**box);
            ++(id.ok() && reader->chunk(**box, *id).ok() ? read.chunks : read.bad);
        }
    }
    read.bad += reader->damaged();
    read.whole = read.bad == 0 && reader->has_end();
    return read;
}

}  // namespace

TEST_CASE("O01 O02 O03 O05 a courier's header, heads and loads are decoded exactly or not at all") {
    const auto header = make_header(PartKind::receipt, tag_key, counting<DeviceId>(9), 300);
    laws::check_decoder(header);
    laws::check_decoder(some_load());
    laws::check_decoder(some_load().receipts[0]);
    const auto salt = counting<Nonce16>(5);
    const BoxHead head{BoxKind::chunk, 300};
    CHECK(laws::decoder_breach(
              head_of(head, salt, 77),
              [&](ByteView bytes) {
                  const auto read = read_head(bytes, salt, 77);
                  return read ? Result<BoxHead>(*read) : Result<BoxHead>(Code::malformed, "");
              },
              [&](const BoxHead& read) { return head_of(read, salt, 77); }) == "");
    CHECK_FALSE(read_head(head_of(head, salt, 77), salt, 78));
    CHECK_FALSE(read_head(head_of(head, salt, 77), counting<Nonce16>(6), 77));
}

TEST_CASE("the parts of a trip are read in the order in which they were written, its receipt last") {
    const auto device = counting<DeviceId>(9), other = counting<DeviceId>(10);
    std::vector<PartHeader> parts;
    for (const std::uint32_t number : {0u, 1u, 2u, 255u, 256u, 70'000u, 0xFFFFFFFFu})
        parts.push_back(make_header(PartKind::changes, tag_key, device, 7, number));
    for (const std::uint32_t number : {0u, 1u})
        parts.push_back(make_header(PartKind::changes, tag_key, device, 300, number));
    parts.push_back(make_header(PartKind::receipt, tag_key, device, 7));
    auto sorted = parts;
    std::ranges::reverse(sorted);
    std::ranges::sort(sorted, {}, reading_order);
    CHECK(sorted == parts);
    // Of two givers neither stands in the middle of the other's.
    auto mixed = parts;
    for (const std::uint32_t number : {0u, 1u, 2u})
        mixed.push_back(make_header(PartKind::changes, tag_key, other, 7, number));
    std::ranges::sort(mixed, {}, reading_order);
    std::size_t changes = 0;
    for (std::size_t i = 1; i < mixed.size(); ++i)
        changes += mixed[i].kind == PartKind::changes && mixed[i].serial == 7 && mixed[i].giver != mixed[i - 1].giver;
    CHECK_EQ(changes, 1);
}

TEST_CASE("a part belongs to those who hold the group's key, and says nothing of the group to others") {
    auto header = make_header(PartKind::changes, tag_key, counting<DeviceId>(9), 7);
    CHECK(is_of(header, tag_key));
    CHECK_FALSE(is_of(header, envelope_key));
    CHECK(header.giver == make_header(PartKind::receipt, tag_key, counting<DeviceId>(9), 8).giver);
    header.serial = 8;
    CHECK_FALSE(is_of(header, tag_key));
    const auto part = some_part();
    const auto device = counting<DeviceId>(9);
    CHECK(std::search(part.bytes.begin(), part.bytes.end(), device.bytes.begin(), device.bytes.end()) ==
          part.bytes.end());
    Memory file(part.bytes);
    auto reader = std::move(PartReader::open(file)).value();
    const auto box = reader.next();
    CHECK(reader.load(**box, counting<SymmetricKey>(0x99)).code() == Code::malformed);
}

TEST_CASE("the page's example is what the program writes, and is read back") {
    PartHeader header;
    header.salt = counting<Nonce16>(0);
    header.giver = counting<Giver>(0x10);
    header.serial = 300;
    header.tag = counting<PartTag>(0x20);
    PartWriter writer(header, envelope_key);
    auto bytes = writer.front();
    append(bytes, writer.end());
    CHECK(to_hex(bytes) == to_hex(page_example("net/courier/COURIER.md", "part")));
    CHECK(name_of(header) == "kipuw6qhgiyfovcn.stf");
    CHECK(is_part_name(name_of(header)));
    const auto front = read_front(bytes);
    REQUIRE(front.ok());
    CHECK(front->header == header);
}

TEST_CASE("names that every file system holds, and no others") {
    CHECK(is_part_name("abcdefgh234567aa.stf"));
    for (const auto* name : {"ABCDEFGH234567AA.stf", "abcdefgh234567aa.stf.part", "../bcdefgh234567.stf", "", ".stf",
                             "abcdefgh234567a\n.stf"}) {
        CHECK_FALSE(is_part_name(name));
    }
    const auto one = make_header(PartKind::receipt, tag_key, counting<DeviceId>(9), 1);
    const auto later = make_header(PartKind::receipt, tag_key, counting<DeviceId>(9), 2);
    CHECK(name_of(one) == name_of(later));
    CHECK(name_of(make_header(PartKind::changes, tag_key, counting<DeviceId>(9), 1)) !=
          name_of(make_header(PartKind::changes, tag_key, counting<DeviceId>(9), 1)));
}

TEST_CASE("a part of a newer version is refused with words") {
    auto bytes = some_part().bytes;
    bytes[5] = part_version + 1;
    CHECK(read_front(bytes).code() == Code::refused);
}

TEST_CASE("B03 a bent bit costs its own box, wherever it is, and is reported") {
    const auto part = some_part();
    Memory good(part.bytes);
    const auto all = read_all(good);
    CHECK((all.loads == 2 && all.chunks == 3 && all.whole));
    const auto front = read_front(part.bytes)->size;
    for (std::size_t bit = 0; bit < 8 * part.bytes.size(); ++bit) {
        auto bent = part.bytes;
        bent[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        Memory file(bent);
        const auto read = read_all(file);
        INFO("bit ", bit);
        if (bit / 8 < front) {
            // Another salt, giver, serial or tag: members see that it is not what it says; a carrier passes it on.
            CHECK((!read.opened || !read.whole || !is_of(read_front(bent)->header, tag_key)));
            continue;
        }
        CHECK_FALSE(read.whole);
        CHECK(read.loads + read.chunks >= 4);
    }
}

TEST_CASE("B03 a part cut at any byte gives what came before") {
    const auto part = some_part();
    std::size_t before = 0;
    for (std::size_t length = 0; length < part.bytes.size(); ++length) {
        Memory file(copy_of(ByteView(part.bytes).first(length)));
        const auto read = read_all(file);
        CHECK_FALSE(read.whole);
        CHECK(read.loads + read.chunks >= before);
        before = read.loads + read.chunks;
    }
    CHECK(before == 5);
}

TEST_CASE("B04 10 kB that claim 10 TB, or a box of 4 GiB, are refused without taking memory") {
    Memory huge(Bytes(10'000, 1));
    huge.claimed = std::uint64_t{10} << 40;
    CHECK(PartReader::open(huge).code() == Code::too_large);

    auto part = some_part();
    const auto front = read_front(part.bytes);
    const auto salt = front->header.salt;
    const auto lie = head_of({BoxKind::chunk, 0xFFFFFFFF}, salt, front->size);
    std::copy(lie.begin(), lie.end(), part.bytes.begin() + static_cast<std::ptrdiff_t>(front->size));
    Memory file(part.bytes);
    laws::Allocated::reset();
    const auto read = read_all(file);
    CHECK(laws::Allocated::total() < 4 << 20);
    CHECK((read.loads == 1 && read.chunks == 3 && !read.whole));
}

TEST_CASE("B09 a part made of marks is given up, not searched for minutes") {
    auto bytes = front_of(make_header(PartKind::changes, tag_key, counting<DeviceId>(9), 1));
    for (std::size_t i = 0; i < 400'000; ++i) append(bytes, box_mark);
    Memory file(bytes);
    const auto read = read_all(file);
    CHECK((read.opened && !read.whole && read.loads == 0));
}

TEST_CASE("S10 a chunk with wrong bytes for its id is refused") {
    PartWriter writer(make_header(PartKind::changes, tag_key, counting<DeviceId>(9), 7), envelope_key);
    auto bytes = writer.front();
    append(bytes, writer.chunk(some_chunk(1, 40).ref.id, some_chunk(2, 40).bytes));
    append(bytes, writer.end());
    Memory file(bytes);
    auto reader = std::move(PartReader::open(file)).value();
    const auto box = reader.next();
    CHECK(reader.chunk(**box, *reader.chunk_id(**box)).code() == Code::malformed);
    PartCheck check(std::move(PartReader::open(file)).value());
    auto done = check.step();
    while (done.ok() && !*done) done = check.step();
    CHECK(done.code() == Code::malformed);
}

TEST_CASE("a whole part is found whole, by whoever holds no key too") {
    Memory file(some_part().bytes);
    PartCheck check(std::move(PartReader::open(file)).value());
    Result<bool> done = false;
    for (int steps = 0; done.ok() && !*done; ++steps) {
        REQUIRE(steps < 10);
        done = check.step();
    }
    CHECK(done.ok());
}
