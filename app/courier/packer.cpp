#include "app/courier/packer.h"

namespace staffroom::courier {

Result<bool> Packer::is_ready() {
    if (!closing_) return stick_.is_ready();
    const auto kept = stick_.keep();
    closing_ = kept && !*kept;
    return kept;
}

Result<> Packer::put(Bytes bytes) {
    bytes_ += bytes.size();
    auto written = stick_.write(bytes);
    if (!written) stick_.drop();
    return written;
}

Result<> Packer::begin(format::PartKind kind) {
    const auto header = format::make_header(kind, keys_.tag, options_.giver, options_.serial, parts_++);
    if (auto begun = stick_.begin(format::name_of(header)); !begun) return begun;
    writer_.emplace(header, keys_.envelope);
    return put(writer_->front());
}

Result<> Packer::flush() {
    if (load_.commits.empty()) return Done{};
    auto put_load = put(writer_->load(load_));
    load_ = {};
    load_size_ = 0;
    return put_load;
}

Result<> Packer::close() {
    if (!writer_) return Done{};
    if (auto flushed = flush(); !flushed) return flushed;
    if (auto ended = put(writer_->end()); !ended) return ended;
    writer_.reset();
    closing_ = true;
    return Done{};
}

Result<> Packer::make_room(std::size_t more) {
    assert(!closing_);
    if (!writer_) return begin(format::PartKind::changes);
    if (load_size_ + more < format::load_bytes && load_.commits.size() < format::load_commits_max) return Done{};
    return flush();
}

Result<> Packer::add(CommitFrame commit) {
    const auto size = commit.size();
    if (auto made = make_room(size); !made) return made;
    load_size_ += size;
    load_.commits.push_back(std::move(commit));
    return writer_->size() + load_size_ > options_.part_bytes ? close() : Result<>(Done{});
}

Result<> Packer::add(const ChunkId& id, ByteView sealed) {
    if (auto made = make_room(format::load_bytes); !made) return made;  // what it belongs to stands before it
    if (auto added = put(writer_->chunk(id, sealed)); !added) return added;
    return writer_->size() > options_.part_bytes ? close() : Result<>(Done{});
}

Result<> Packer::finish() { return close(); }

Result<> Packer::add_receipt(const format::Receipt& own, const std::vector<Have>& others) {
    assert(!writer_ && !closing_);
    if (auto begun = begin(format::PartKind::receipt); !begun) return begun;
    if (auto first = put(writer_->load({{own}, {}, {}})); !first) return first;
    for (std::size_t at = 0; at < others.size(); at += format::load_haves_max) {
        const auto end = std::min(others.size(), at + format::load_haves_max);
        format::Load load;
        load.haves.assign(others.begin() + static_cast<std::ptrdiff_t>(at),
                          others.begin() + static_cast<std::ptrdiff_t>(end));
        if (auto more = put(writer_->load(load)); !more) return more;
    }
    return close();
}

}  // namespace staffroom::courier
