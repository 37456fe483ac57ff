#include "app/courier/packer.h"

namespace staffroom::courier {

Result<Keeping> Keeping::begin(Stick& stick, const std::optional<SymmetricKey>& envelope_key) {
    if (auto synced = stick.sync(); !synced) return stick.drop(), synced.error();
    auto source = stick.open_begun();
    if (!source) return stick.drop(), source.error();
    auto reader = format::PartReader::open(**source);
    if (!reader) return stick.drop(), reader.error();
    return Keeping(stick, std::move(*source), format::PartCheck(std::move(*reader), envelope_key));
}

Result<bool> Keeping::step() {
    const auto whole = check_.step();
    if (!whole && whole.code() == Code::malformed) {
        stick_->drop();
        return Error{Code::io, "What was written to the stick does not read back.", "Use another stick."};
    }
    if (!whole) return stick_->drop(), whole.error();
    if (!*whole) return false;
    source_.reset();
    if (auto kept = stick_->keep(); !kept) return stick_->drop(), kept.error();
    return true;
}

Result<bool> Packer::is_ready() {
    if (!keeping_) return true;
    const auto kept = keeping_->step();
    if (!kept || *kept) keeping_.reset();
    return kept;
}

Result<> Packer::put(Bytes bytes) {
    bytes_ += bytes.size();
    auto written = stick_.write(bytes);
    if (!written) stick_.drop();
    return written;
}

Result<> Packer::begin(format::PartKind kind) {
    const auto header = format::make_header(kind, keys_.tag, options_.giver, options_.serial);
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
    auto keeping = Keeping::begin(stick_, keys_.envelope);
    if (!keeping) return keeping.error();
    keeping_.emplace(std::move(*keeping));
    return Done{};
}

Result<> Packer::make_room(std::size_t more) {
    assert(!keeping_);
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
    assert(!writer_ && !keeping_);
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
