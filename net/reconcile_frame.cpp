#include "net/reconcile_frame.h"

#include <bit>

namespace staffroom::net {
namespace {
enum ItemKind : std::uint64_t { summary = 0, listing = 1, send_all = 2, wanted = 3 };
constexpr std::uint64_t kinds_count = 4;
enum WantedForm : std::uint64_t { everything = 0, bitmap = 1, listed = 2 };

std::size_t shared_nibbles(const Prefix& a, const Prefix& b) {
    return std::min({Prefix::common(a.low(), b.low()), a.size(), b.size()});
}
std::size_t varint_size(std::uint64_t value) { return value < 0x80 ? 1 : 1 + varint_size(value >> 7); }

// Nibbles from..to of a prefix, two a byte, the last byte filled with a zero.
void write_nibbles(Writer& ar, const Prefix& prefix, std::size_t from) {
    for (auto i = from; i < prefix.size(); i += 2) {
        const unsigned low = i + 1 < prefix.size() ? prefix[i + 1] : 0u;
        ar.bytes.push_back(static_cast<std::uint8_t>(prefix[i] << 4 | low));
    }
}
Prefix read_nibbles(Reader& ar, Prefix prefix, std::size_t count) {
    const auto bytes = ar.take((count + 1) / 2);
    if (ar.failed()) return {};
    for (std::size_t i = 0; i < count; ++i)
        prefix = prefix.with(static_cast<std::uint8_t>(i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15));
    if (count % 2 != 0 && (bytes.back() & 15) != 0) ar.fail();
    return prefix;
}

void write_short(Writer& ar, Short value) {
    for (unsigned shift = 0; shift < 64; shift += 8) ar.bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}
std::vector<Short> read_shorts(Reader& ar, std::size_t count) {
    const auto bytes = ar.take(8 * count);
    std::vector<Short> values(bytes.size() / 8);
    for (std::size_t i = 0; i < bytes.size(); ++i) values[i / 8] |= static_cast<Short>(bytes[i]) << (8 * (i % 8));
    return values;
}

// Positions as a bitmap or as a list of gaps, whichever is shorter: one spelling for each.
Bytes bitmap_of(const std::vector<std::uint16_t>& positions) {
    Bytes bits(positions.back() / 8u + 1);
    for (const auto at : positions) bits[at / 8] |= static_cast<std::uint8_t>(1 << (at % 8));
    return bits;
}
std::vector<std::uint16_t> gaps_of(const std::vector<std::uint16_t>& positions) {
    std::vector<std::uint16_t> gaps;
    int before = -1;
    for (const auto at : positions) {
        gaps.push_back(static_cast<std::uint16_t>(at - before - 1));
        before = at;
    }
    return gaps;
}
std::size_t gaps_size(const std::vector<std::uint16_t>& positions) {
    std::size_t size = varint_size(positions.size());
    for (const auto gap : gaps_of(positions)) size += varint_size(gap);
    return size;
}
bool prefers_bitmap(const std::vector<std::uint16_t>& positions) {
    const auto bytes = positions.back() / 8u + 1;
    return varint_size(bytes) + bytes <= gaps_size(positions);
}

void write_wanted(Writer& ar, const Wanted& want) {
    if (want.all) return ar.write_varint(everything);
    if (prefers_bitmap(want.positions)) {
        auto bits = bitmap_of(want.positions);
        ar.write_varint(bitmap);
        ar(blob<limits::listed_ids / 8>(bits));
    } else {
        auto gaps = gaps_of(want.positions);
        ar.write_varint(listed);
        ar(capped<limits::listed_ids>(gaps));
    }
}
Wanted read_wanted(Reader& ar) {
    Wanted want;
    const auto form = ar.read_varint(listed);
    if (form == everything) {
        want.all = true;
        return want;
    }
    if (form == bitmap) {
        Bytes bits;
        ar(blob<limits::listed_ids / 8>(bits));
        if (bits.empty() || bits.back() == 0) ar.fail();
        for (std::size_t i = 0; i < bits.size() * 8; ++i)
            if ((bits[i / 8] >> (i % 8) & 1) != 0) want.positions.push_back(static_cast<std::uint16_t>(i));
    } else {
        std::vector<std::uint16_t> gaps;
        ar(capped<limits::listed_ids>(gaps));
        std::size_t at = 0;
        for (const auto gap : gaps) {
            at += gap;
            if (at >= limits::listed_ids) ar.fail();
            want.positions.push_back(static_cast<std::uint16_t>(at++));
        }
    }
    if (ar.failed() || want.positions.empty() || prefers_bitmap(want.positions) != (form == bitmap)) {
        ar.fail();
        return {};
    }
    return want;
}

void write_summary(Writer& ar, const Prefix& range, const Summary& is) {
    ar.write_varint(is.node.size() - range.size());
    write_nibbles(ar, is.node, range.size());
    ar.bytes.push_back(static_cast<std::uint8_t>(is.digits));
    ar.bytes.push_back(static_cast<std::uint8_t>(is.digits >> 8));
    for (const auto fingerprint : is.fingerprints) write_short(ar, fingerprint);
}
Summary read_summary(Reader& ar, const Prefix& range) {
    Summary is;
    if (range.size() == Prefix::max_size) return ar.fail(), is;
    is.node = read_nibbles(ar, range, ar.read_varint(Prefix::max_size - 1 - range.size()));
    const auto digits = ar.take(2);
    if (ar.failed()) return {};
    is.digits = static_cast<std::uint16_t>(digits[0] | digits[1] << 8);
    if (std::popcount(is.digits) < 2) ar.fail();
    is.fingerprints = read_shorts(ar, static_cast<std::size_t>(std::popcount(is.digits)));
    return is;
}
}  // namespace

std::size_t encoded_size(const RangeItem& item, const Prefix& before) {
    const auto added = item.range.size() - shared_nibbles(before, item.range);
    const auto size = 1 + varint_size(kinds_count * added + kinds_count - 1) + (added + 1) / 2;
    if (const auto* is = std::get_if<Summary>(&item.says))
        return size + 1 + (is->node.size() - item.range.size() + 1) / 2 + 2 + 8 * is->fingerprints.size();
    if (const auto* list = std::get_if<Listing>(&item.says))
        return size + varint_size(list->ids.size()) + 8 * list->ids.size();
    if (const auto* want = std::get_if<Wanted>(&item.says)) {
        if (want->all) return size + 1;
        const auto bits = want->positions.back() / 8u + 1;
        return size + 1 + std::min(varint_size(bits) + bits, gaps_size(want->positions));
    }
    return size;
}

bool may_follow(const RangeItem& before, const Prefix& range) {
    if (std::holds_alternative<Summary>(before.says)) return before.range < range;
    return before.range < range && !before.range.contains(range);
}

// item = shared nibbles | kind + 4 * new nibbles | new nibbles, two a byte | what it says
void Ranges::save_items(Writer& ar) const {
    ar.write_varint(items.size());
    Prefix before;
    for (const auto& item : items) {
        const auto shared = shared_nibbles(before, item.range);
        ar.write_varint(shared);
        ar.write_varint(item.says.index() + kinds_count * (item.range.size() - shared));
        write_nibbles(ar, item.range, shared);
        before = item.range;
        if (const auto* is = std::get_if<Summary>(&item.says)) write_summary(ar, item.range, *is);
        if (const auto* want = std::get_if<Wanted>(&item.says)) write_wanted(ar, *want);
        if (const auto* list = std::get_if<Listing>(&item.says)) {
            ar.write_varint(list->ids.size());
            for (const auto id : list->ids) write_short(ar, id);
        }
    }
}

void Ranges::load_items(Reader& ar) {
    if (part >= limits::reconcile_frames) ar.fail();
    const auto count = ar.read_length(limits::reconcile_items);
    for (std::size_t i = 0; i < count && !ar.failed(); ++i) {
        const auto before = items.empty() ? Prefix() : items.back().range;
        const auto shared = ar.read_varint(before.size());
        const auto head = ar.read_varint(kinds_count * (Prefix::max_size - shared) + kinds_count - 1);
        RangeItem item;
        item.range = read_nibbles(ar, before.cut(shared), head / kinds_count);
        if (ar.failed()) break;
        if (shared != shared_nibbles(before, item.range)) ar.fail();
        if (!items.empty() && !may_follow(items.back(), item.range)) ar.fail();
        switch (static_cast<ItemKind>(head % kinds_count)) {
            case summary:
                item.says = read_summary(ar, item.range);
                break;
            case send_all:
                item.says = SendAll{};
                break;
            case wanted:
                item.says = read_wanted(ar);
                break;
            case listing: {
                const auto size = ar.read_varint(limits::listed_ids);
                if (size == 0) ar.fail();
                item.says = Listing{read_shorts(ar, size)};
                break;
            }
        }
        if (!ar.failed()) items.push_back(std::move(item));
    }
    if (ar.failed()) items.clear();
}

}  // namespace staffroom::net
