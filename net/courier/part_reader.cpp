#include "net/courier/part_reader.h"

#include <algorithm>

#include "core/files.h"
#include "core/hashes.h"

namespace staffroom::net::courier {
namespace {

constexpr std::size_t window_bytes = 64 * 1024;

Error not_what_it_says() {
    return {Code::malformed, "Something on the stick is damaged.", "What is good was taken. Carry it once more."};
}

}  // namespace

Result<PartReader> PartReader::open(Source& source) {
    if (source.size() > part_bytes_max) {
        return {Code::too_large, "A file on the stick is larger than any part of the courier's.", "It was left alone."};
    }
    const auto begin = source.read(0, front_bytes_max);
    if (!begin) return begin.error();
    const auto front = read_front(*begin);
    if (!front) return front.error();
    return PartReader(source, *front);
}

Result<std::optional<PartReader::Box>> PartReader::head_at(std::uint64_t offset) {
    const auto bytes = source_->read(offset, head_bytes);
    if (!bytes) return bytes.error();
    const auto head = read_head(*bytes, header_.salt, offset);
    if (!head || offset + head_bytes + head->size > source_->size()) return std::optional<Box>();
    return std::optional(Box{*head, offset});
}

Result<> PartReader::find_next_mark() {
    for (auto at = offset_ + 1; at < source_->size() && damaged_bytes_ < damaged_bytes_max;) {
        const auto window = source_->read(at, window_bytes);
        if (!window) return window.error();
        const auto found = std::search(window->begin(), window->end(), box_mark.begin(), box_mark.end());
        if (found != window->end()) {
            offset_ = at + static_cast<std::uint64_t>(found - window->begin());
            return Done{};
        }
        if (window->size() < window_bytes) break;
        at += window->size() - (box_mark.size() - 1);
        damaged_bytes_ += window->size();
    }
    offset_ = source_->size();
    return Done{};
}

Result<std::optional<PartReader::Box>> PartReader::next() {
    bool in_damage = false;
    while (offset_ < source_->size() && damaged_ < damaged_max) {
        const auto box = head_at(offset_);
        if (!box) return box.error();
        if (*box) {
            offset_ += head_bytes + (*box)->head.size;
            if ((*box)->head.kind != BoxKind::end) return *box;
            has_end_ = offset_ == source_->size();
            in_damage = false;
            continue;
        }
        // A mark that is none counts too: a file made of them would otherwise be searched for minutes.
        if (!in_damage) ++damaged_;
        if (in_damage && ++false_marks_ > damaged_max) break;
        in_damage = true;
        if (auto found = find_next_mark(); !found) return found.error();
    }
    return std::optional<Box>();
}

Result<SharedBytes> PartReader::payload(const Box& box) {
    auto bytes = source_->read(box.offset + head_bytes, box.head.size);
    if (bytes && bytes->size() != box.head.size) return not_what_it_says();
    return bytes;
}

Result<Load> PartReader::load(const Box& box, const SymmetricKey& envelope_key) {
    if (box.head.kind != BoxKind::load) return not_what_it_says();
    const auto bytes = payload(box);
    if (!bytes) return bytes.error();
    return open_load(*bytes, envelope_key, header_.salt, box.offset);
}

Result<ChunkId> PartReader::chunk_id(const Box& box) {
    if (box.head.kind != BoxKind::chunk || box.head.size < ChunkId::size) return not_what_it_says();
    const auto bytes = source_->read(box.offset + head_bytes, ChunkId::size);
    if (!bytes) return bytes.error();
    const auto id = ChunkId::from(*bytes);
    return id ? Result<ChunkId>(*id) : Result<ChunkId>(not_what_it_says());
}

Result<SharedBytes> PartReader::chunk(const Box& box) {
    if (box.head.kind != BoxKind::chunk || box.head.size < ChunkId::size) return not_what_it_says();
    const auto size = box.head.size - ChunkId::size;
    auto bytes = source_->read(box.offset + head_bytes + ChunkId::size, size);
    if (bytes && bytes->size() != size) return not_what_it_says();
    return bytes;
}

Result<SharedBytes> PartReader::chunk(const Box& box, const ChunkId& id) {
    auto bytes = chunk(box);
    if (bytes && staffroom::chunk_id(*bytes) != id) return not_what_it_says();
    return bytes;
}

Result<bool> PartCheck::step() {
    const auto box = reader_.next();
    if (!box) return box.error();
    if (!*box) {
        if (auto compared = compare(); !compared) return compared.error();
        if (reader_.damaged() > 0 || !reader_.has_end()) return not_what_it_says();
        return true;
    }
    if ((*box)->head.kind == BoxKind::chunk) {
        const auto id = reader_.chunk_id(**box);
        if (!id) return id.error();
        auto bytes = reader_.chunk(**box);
        if (!bytes) return bytes.error();
        chunks_.emplace_back(*id, std::move(*bytes));
        if (chunks_.size() < hashes_at_once) return false;
        if (auto compared = compare(); !compared) return compared.error();
    }
    return false;
}

Result<> PartCheck::compare() {
    std::vector<ByteView> bytes;
    for (const auto& [id, chunk] : chunks_) bytes.push_back(chunk);
    const auto ids = chunk_ids(bytes);
    const bool right = std::ranges::equal(ids, chunks_, {}, {}, [](const auto& chunk) { return chunk.first; });
    chunks_.clear();
    return right ? Result<>(Done{}) : not_what_it_says();
}

}  // namespace staffroom::net::courier
