#include "core/merge/rope.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace staffroom {
namespace {

bool starts_scalar(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }
bool starts_wide(char c) { return static_cast<unsigned char>(c) >= 0xF0; }

struct Count {
    std::uint32_t scalars = 0;
    std::uint32_t wide = 0;
};
// Eight bytes at a time: to count a text costs less than to read it from the disk.
Count count_of(std::string_view utf8) {
    Count count;
    constexpr std::uint64_t ones = 0x0101010101010101;
    for (; utf8.size() >= 8; utf8.remove_prefix(8)) {
        std::uint64_t word;
        std::memcpy(&word, utf8.data(), 8);
        const auto high = word >> 7 & ones;
        count.scalars += 8;
        if (high == 0) continue;
        const auto second = word >> 6;
        count.scalars -= static_cast<std::uint32_t>((high & ~second) * ones >> 56);
        count.wide += static_cast<std::uint32_t>((high & second & word >> 5 & word >> 4) * ones >> 56);
    }
    for (const char c : utf8) {
        count.scalars += starts_scalar(c);
        count.wide += starts_wide(c);
    }
    return count;
}

// The byte where the scalar value number `offset` begins.
std::size_t byte_of(std::string_view utf8, std::size_t offset) {
    std::size_t at = 0;
    for (; at < utf8.size(); ++at)
        if (starts_scalar(utf8[at]) && offset-- == 0) break;
    return at;
}

// The most bytes up to `most` that end between scalar values.
std::size_t whole_scalars(std::string_view utf8, std::size_t most) {
    if (most >= utf8.size()) return utf8.size();
    while (most > 0 && !starts_scalar(utf8[most])) --most;
    return most;
}

}  // namespace

void Rope::Leaf::move_gap(std::uint32_t offset) {
    if (offset == head_scalars) return;
    const bool plain = count == size();
    if (offset < head_scalars) {
        const auto at = plain ? offset : byte_of({data.data(), head}, offset);
        const auto moved = static_cast<std::uint16_t>(head - at);
        std::memmove(data.data() + capacity - tail - moved, data.data() + at, moved);
        head = static_cast<std::uint16_t>(at);
        tail = static_cast<std::uint16_t>(tail + moved);
    } else {
        const auto further = offset - head_scalars;
        const auto moved = static_cast<std::uint16_t>(plain ? further : byte_of({tail_begin(), tail}, further));
        std::memmove(data.data() + head, tail_begin(), moved);
        head = static_cast<std::uint16_t>(head + moved);
        tail = static_cast<std::uint16_t>(tail - moved);
    }
    head_scalars = static_cast<std::uint16_t>(offset);
}

void Rope::Leaf::append(std::string_view utf8) {
    assert(tail == 0 && utf8.size() <= room());
    std::copy(utf8.begin(), utf8.end(), data.begin() + head);
    const auto more = count_of(utf8);
    head = static_cast<std::uint16_t>(head + utf8.size());
    count = static_cast<std::uint16_t>(count + more.scalars);
    wide = static_cast<std::uint16_t>(wide + more.wide);
    head_scalars = count;
}

std::uint32_t Rope::make_leaf() {
    if (!free_.empty()) {
        const auto id = free_.back();
        free_.pop_back();
        leaves_[id] = std::make_unique<Leaf>();
        return id;
    }
    leaves_.emplace_back(new Leaf);  // not make_unique: the text's bytes need no zeroing
    return static_cast<std::uint32_t>(leaves_.size() - 1);
}

void Rope::assign(std::string_view utf8) {
    leaves_.clear();
    free_.clear();
    unsettled_ = {};
    length_ = utf16_length_ = 0;
    bytes_ = utf8.size();
    std::uint32_t last = Tree::none;
    do {
        const auto part = utf8.substr(0, whole_scalars(utf8, capacity - 64));  // a little room for typing
        utf8.remove_prefix(part.size());
        const auto id = make_leaf();
        leaf(id).append(part);
        const Tree::Counts counts{leaf(id).count, leaf(id).width()};
        length_ += counts[scalars];
        utf16_length_ += counts[units];
        last == Tree::none ? tree_.reset(id, counts) : tree_.insert_after(last, id, counts);
        last = id;
    } while (!utf8.empty());
    here_ = 0;
    here_begin_ = 0;
}

void Rope::settle() const {
    if (unsettled_ == Tree::Counts{}) return;
    tree_.add(here_, unsettled_);
    unsettled_ = {};
}

void Rope::go_to(std::uint32_t position) {
    if (position >= here_begin_ && position - here_begin_ <= leaf(here_).count) return;
    settle();
    // The leaf in which the character before the position lies: writing on at the end of a leaf fills it.
    const auto place = tree_.find(scalars, position == 0 ? 0 : position - 1);
    here_ = place.leaf;
    here_begin_ = place.before[scalars];
}

void Rope::insert(std::uint32_t position, std::string_view utf8) {
    assert(position <= length_);
    if (utf8.empty()) return;
    go_to(position);
    const auto more = utf8.size() == 1 ? Count{1, 0} : count_of(utf8);
    length_ += more.scalars;
    utf16_length_ += more.scalars + more.wide;
    bytes_ += utf8.size();
    Leaf& at = leaf(here_);
    if (utf8.size() > at.room()) return insert_split(utf8, position - here_begin_);
    at.move_gap(position - here_begin_);
    if (utf8.size() == 1)
        at.data[at.head] = utf8[0];
    else
        std::memcpy(at.data.data() + at.head, utf8.data(), utf8.size());
    at.head = static_cast<std::uint16_t>(at.head + utf8.size());
    at.head_scalars = static_cast<std::uint16_t>(at.head_scalars + more.scalars);
    at.count = static_cast<std::uint16_t>(at.count + more.scalars);
    at.wide = static_cast<std::uint16_t>(at.wide + more.wide);
    unsettled_[scalars] += more.scalars;
    unsettled_[units] += more.scalars + more.wide;
}

void Rope::insert_split(std::string_view utf8, std::uint32_t offset) {
    std::string rest(utf8);
    const Leaf* full = &leaf(here_);
    {
        Leaf& at = leaf(here_);
        const auto old_width = at.width();
        const auto old_count = at.count;
        at.move_gap(offset);
        rest.append(at.tail_begin(), at.tail);
        at.tail = 0;
        const auto kept = count_of({at.data.data(), at.head});
        at.count = static_cast<std::uint16_t>(kept.scalars);
        at.wide = static_cast<std::uint16_t>(kept.wide);
        const auto part = whole_scalars(rest, at.head < capacity / 2 ? capacity * 3 / 4 - at.head : 0);
        at.append(std::string_view(rest).substr(0, part));
        rest.erase(0, part);
        unsettled_[scalars] += at.count - std::uint32_t{old_count};
        unsettled_[units] += at.width() - old_width;
        settle();
    }
    assert(full == &leaf(here_));
    (void)full;
    for (std::string_view left = rest; !left.empty();) {
        const auto part = left.substr(0, whole_scalars(left, left.size() <= capacity ? capacity : capacity * 3 / 4));
        left.remove_prefix(part.size());
        const auto id = make_leaf();
        leaf(id).append(part);
        tree_.insert_after(here_, id, {leaf(id).count, leaf(id).width()});
        here_begin_ += leaf(here_).count;
        here_ = id;
    }
}

void Rope::erase(std::uint32_t position, std::uint32_t count) {
    assert(std::uint64_t{position} + count <= length_);
    while (count > 0) {
        go_to(position);
        if (position - here_begin_ == leaf(here_).count) {
            settle();
            here_begin_ += leaf(here_).count;
            here_ = tree_.next(here_);
            continue;  // behind an empty leaf perhaps
        }
        Leaf& at = leaf(here_);
        at.move_gap(position - here_begin_);
        const auto gone = std::min<std::uint32_t>(count, std::uint32_t{at.count} - at.head_scalars);
        const std::string_view behind(at.tail_begin(), at.tail);
        const auto cut = at.count == at.size() ? gone : byte_of(behind, gone);
        std::uint32_t wide = 0;
        if (at.wide > 0) wide = count_of(behind.substr(0, cut)).wide;
        at.tail = static_cast<std::uint16_t>(at.tail - cut);
        at.count = static_cast<std::uint16_t>(at.count - gone);
        at.wide = static_cast<std::uint16_t>(at.wide - wide);
        unsettled_[scalars] -= gone;
        unsettled_[units] -= gone + wide;
        length_ -= gone;
        utf16_length_ -= gone + wide;
        bytes_ -= cut;
        count -= gone;
        if (at.size() < capacity / 4) drop_or_join();
    }
}

// Keeps leaves from thinning out: a small one is dropped when empty, or takes its right neighbour in.
void Rope::drop_or_join() {
    settle();
    const auto right = tree_.next(here_);
    if (leaf(here_).size() == 0) {
        const auto other = right != Tree::none ? right : tree_.previous(here_);
        if (other == Tree::none) return;
        tree_.remove(here_);
        leaves_[here_].reset();
        free_.push_back(here_);
        here_ = other;
        if (right == Tree::none) here_begin_ -= leaf(other).count;
        return;
    }
    if (right == Tree::none || leaf(right).size() + leaf(here_).size() > capacity / 2) return;
    Leaf& from = leaf(right);
    Leaf& at = leaf(here_);
    const auto gap = at.head_scalars;
    at.move_gap(at.count);
    from.move_gap(from.count);
    const Tree::Counts moved{from.count, from.width()};
    at.append({from.data.data(), from.head});
    at.move_gap(gap);
    tree_.remove(right);
    leaves_[right].reset();
    free_.push_back(right);
    tree_.add(here_, moved);
}

void Rope::append_to(std::string& out) const {
    out.reserve(out.size() + bytes_);
    settle();
    for (auto id = tree_.first(); id != Tree::none; id = tree_.next(id)) {
        out.append(leaf(id).data.data(), leaf(id).head);
        out.append(leaf(id).tail_begin(), leaf(id).tail);
    }
}

std::string Rope::slice(std::uint32_t position, std::uint32_t count) const {
    assert(std::uint64_t{position} + count <= length_);
    std::string out;
    settle();
    auto place = tree_.find(scalars, position);
    auto skip = position - place.before[scalars];
    for (auto id = place.leaf; count > 0 && id != Tree::none; id = tree_.next(id)) {
        std::string whole(leaf(id).data.data(), leaf(id).head);
        whole.append(leaf(id).tail_begin(), leaf(id).tail);
        const auto from = byte_of(whole, skip);
        const auto taken = std::min<std::uint32_t>(count, leaf(id).count - skip);
        out.append(whole, from, byte_of(std::string_view(whole).substr(from), taken));
        count -= taken;
        skip = 0;
    }
    return out;
}

std::uint32_t Rope::to_utf16(std::uint32_t position) const {
    if (position >= length_) return utf16_length_;
    settle();
    const auto place = tree_.find(scalars, position);
    const auto before = slice(place.before[scalars], position - place.before[scalars]);
    const auto count = count_of(before);
    return place.before[units] + count.scalars + count.wide;
}

std::uint32_t Rope::from_utf16(std::uint32_t wanted) const {
    if (wanted >= utf16_length_) return length_;
    settle();
    const auto place = tree_.find(units, wanted);
    auto position = place.before[scalars];
    auto left = wanted - place.before[units];
    for (const char c : slice(position, leaf(place.leaf).count)) {
        if (!starts_scalar(c)) continue;
        const std::uint32_t width = starts_wide(c) ? 2 : 1;
        if (left < width) break;
        left -= width;
        ++position;
    }
    return position;
}

}  // namespace staffroom
