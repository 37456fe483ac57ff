#include "app/courier/unload.h"

#include <algorithm>

#include "app/courier/carry.h"
#include "app/home.h"
#include "app/network.h"
#include "core/hashes.h"
#include "storage/pairs.h"

namespace staffroom::courier {
namespace {

// One transaction takes so much: few enough that colleagues are served in between, enough to share its sync.
// A part with more that is no good than this is not worth the time.
constexpr std::uint64_t bad_max = 1'000;
constexpr std::size_t batch_commits = 2'000, batch_bytes = 1 << 20, batch_chunks = 64, batch_chunk_bytes = 8 << 20;

Error disk_full() { return {Code::refused, "Disk full.", "Free some space, then unload once more: it goes on."}; }

}  // namespace

struct Unload::Reading {
    GroupId group;
    std::unique_ptr<format::Source> source;
    format::PartReader reader;
    std::uint64_t bad_before = 0;
};

Unload::Unload(Home& home, Network& network, std::unique_ptr<Stick> stick, std::unique_ptr<Stick> bag)
    : home_(home),
      network_(network),
      stick_(std::move(stick)),
      bag_(std::move(bag)),
      batches_(home.profile().store(), home.profile().chunks(), Take::used) {}

Unload::~Unload() {
    if (stage_ == Stage::over) return;
    stick_->drop();
    bag_->drop();
}

Result<bool> Unload::step() {
    switch (stage_) {
        case Stage::list:
            return list();
        case Stage::next_part:
            return next_part();
        case Stage::read:
            return read();
        case Stage::for_others:
            return for_others();
        case Stage::copy:
            return copy();
        case Stage::leave_receipt:
            return leave_receipt();
        case Stage::end_group:
            return end_group();
        case Stage::over:
            break;
    }
    return true;
}

Result<bool> Unload::list() {
    auto packets = packets_in(*stick_, done_.strange);
    if (!packets) return packets.error();
    packets_ = std::move(*packets);
    for (const auto& [name, packet] : packets_) {
        others_.push_back(name);
        parts_.total += packet.size;
    }
    find_own(others_);
    stage_ = Stage::next_part;
    return false;
}

// Moves what belongs to a group that is here to what is read next. Whether there was any.
bool Unload::find_own(std::vector<std::string>& names) {
    std::vector<std::pair<std::string, GroupId>> found;
    std::erase_if(names, [&](const std::string& name) {
        const auto group = group_of(home_, packets_.at(name).header);
        if (group) found.emplace_back(name, *group);
        return group.has_value();
    });
    // Receipts last: what they say of commits can be judged then. A chunk of a part may belong to a file whose manifest is
    // in the one before.
    std::ranges::sort(found, {},
                      [&](const auto& part) { return format::reading_order(packets_.at(part.first).header); });
    for (const auto& [name, group] : found) groups_.insert(group);
    own_.insert(own_.end(), found.begin(), found.end());
    return !found.empty();
}

Result<bool> Unload::next_part() {
    if (own_at_ == own_.size()) {
        // What was passed over may be referred to by what came after it.
        if (passed_over_ && came_) {
            own_at_ = 0;
            again_ = true;
            came_ = passed_over_ = false;
            return false;
        }
        // What was another's may be ours now: groups of two are offered in groups of many.
        if (find_own(others_)) {
            again_ = false;
        } else {
            stage_ = Stage::for_others;
        }
        return false;
    }
    const auto& [name, group] = own_[own_at_++];
    auto source = stick_->open(name);
    if (!source) return source.error();
    auto reader = format::PartReader::open(**source);
    if (!reader) return reader.error();
    reading_.reset(new Reading{group, std::move(*source), std::move(*reader), done_.damaged + done_.declined});
    stage_ = Stage::read;
    return false;
}

Result<bool> Unload::read() {
    if (!reading_->source->is_ready()) return false;
    const auto box = reading_->reader.next();
    if (!box) return box.error();
    const auto* group = home_.replica().group(reading_->group);
    const bool hopeless = done_.damaged + done_.declined > reading_->bad_before + bad_max;
    if (!*box || group == nullptr || hopeless) {
        if (auto ended = end_part(); !ended) return ended.error();
        stage_ = Stage::next_part;
        return false;
    }
    if ((*box)->head.kind == format::BoxKind::chunk) {
        // All commits of a part stand before its chunks: what these belong to is known first.
        if (auto stored = store_commits(); !stored) return stored.error();
        if (auto taken = take_chunk(**box); !taken) return taken.error();
        return false;
    }
    if (again_) return false;
    auto load = reading_->reader.load(**box, group->keys.envelope);
    if (!load && load.code() == Code::io) return load.error();
    if (!load) return ++done_.damaged, false;
    if (auto taken = take(std::move(*load)); !taken) return taken.error();
    return false;
}

Unload::Way Unload::way() const {
    auto way = parts_;
    if (reading_ && !again_) way.done += reading_->reader.offset();
    way.done = std::min(way.done, way.total);
    return way;
}

Result<> Unload::end_part() {
    if (!again_) parts_.done += reading_->source->size();
    if (!again_) done_.damaged += reading_->reader.damaged() + (reading_->reader.has_end() ? 0 : 1);
    if (auto stored = store_commits(); !stored) return stored;
    if (auto stored = store_chunks(); !stored) return stored;
    if (auto stored = batches_.finish(); !stored) return stored;
    reading_.reset();
    return Done{};
}

Result<> Unload::take(format::Load load) {
    const auto& group = reading_->group;
    auto& replica = home_.replica();
    for (auto& receipt : load.receipts) load.haves.push_back(std::move(receipt.have));
    const auto known = load.haves.empty() ? std::vector<Have>{} : replica.log().haves(group);
    for (const auto& have : load.haves) {
        if (have.device == home_.identity().device() || have.group != group || !is_valid(have)) continue;
        if (replica.log().standing(group, have.device) != Standing::current) continue;
        const bool is_older = std::ranges::any_of(known, [&](const Have& held) {
            return held.device == have.device && held.run == have.run && held.counter >= have.counter;
        });
        if (is_older) continue;
        if (auto kept = replica.keep(have); !kept) return kept;
        ++done_.receipts;
    }
    for (auto& commit : load.commits) {
        commits_size_ += commit.size();
        commits_.push_back(std::move(commit));
    }
    return commits_.size() >= batch_commits || commits_size_ >= batch_bytes ? store_commits() : Result<>(Done{});
}

Result<> Unload::store_commits() {
    if (commits_.empty()) return Done{};
    if (!takes_changes(home_.profile().room())) return disk_full();
    const auto& group = reading_->group;
    const auto ingested = home_.replica().ingest(group, commits_);
    if (!ingested) return ingested.error();
    const auto& report = ingested->report;
    const auto counted = report.fresh.size() + report.waiting.size() + report.declined.size();
    done_.commits += report.fresh.size();
    done_.waiting += report.waiting.size();
    done_.declined += report.declined.size();
    done_.skipped += commits_.size() - std::min(commits_.size(), counted);
    if (!report.fresh.empty()) {
        done_.bytes += commits_size_;
        came_ = true;
        network_.wrote(group, *ingested);
        if (ingested->members_changed) network_.joined(group);
        if (ingested->members_changed || ingested->keys_changed) {
            // A colleague may have offered what only the two of us shall read.
            const auto pairs = take_pair_offers(home_.replica());
            if (!pairs) return pairs.error();
            if (!pairs->empty()) network_.groups_changed();
        }
    }
    commits_.clear();
    commits_size_ = 0;
    return Done{};
}

Result<> Unload::take_chunk(const format::PartReader::Box& box) {
    const auto id = reading_->reader.chunk_id(box);
    if (!id && id.code() == Code::io) return id.error();
    if (!id) return ++done_.damaged, Done{};
    const auto& chunks = home_.replica().chunks();
    const auto is_it = [&](const GivenChunk& each) { return each.id == *id; };
    const bool gathered = std::ranges::any_of(chunks_, is_it) || std::ranges::any_of(unverified_, is_it);
    if (gathered || chunks.has(*id)) {
        if (!again_) ++done_.skipped;
        return Done{};
    }
    if (chunks.groups(*id).empty()) {
        // Its manifest may be among what was just gathered.
        if (auto stored = store_chunks(); !stored) return stored;
        if (auto stored = batches_.finish(); !stored) return stored;
        if (chunks.groups(*id).empty()) {
            if (!again_) ++done_.skipped;
            passed_over_ = true;
            return Done{};
        }
    }
    const auto has_room = has_room_for(*id);
    if (!has_room) return has_room.error();
    if (!*has_room) {
        if (!no_room_.insert(*id).second) return Done{};
        done_.no_room += box.head.size;
        if (again_) --done_.skipped;  // it was counted as that in the round before
        return Done{};
    }
    auto bytes = reading_->reader.chunk(box);
    if (!bytes && bytes.code() == Code::io) return bytes.error();
    if (!bytes) return ++done_.damaged, Done{};
    unverified_.push_back({*id, std::move(*bytes)});
    if (unverified_.size() >= hashes_at_once) verify_chunks();
    return chunks_.size() >= batch_chunks || chunks_size_ >= batch_chunk_bytes ? store_chunks() : Result<>(Done{});
}

Result<bool> Unload::has_room_for(const ChunkId& chunk) {
    const auto& chunks = home_.replica().chunks();
    if (const auto known = chunks.fits(chunk, fit_)) return *known;
    // What is on its way would count twice: as taken from the disk, and as still to come.
    if (auto stored = store_chunks(); !stored) return stored.error();
    if (auto stored = batches_.finish(); !stored) return stored.error();
    fit_ = chunks.fit();
    return chunks.fits(chunk, fit_).value_or(true);
}

void Unload::verify_chunks() {
    std::vector<ByteView> bytes;
    for (const auto& chunk : unverified_) bytes.push_back(chunk.bytes);
    const auto ids = chunk_ids(bytes);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] != unverified_[i].id) {
            ++done_.damaged;
            continue;
        }
        if (again_) --done_.skipped;
        chunks_size_ += unverified_[i].bytes.size();
        chunks_.push_back(std::move(unverified_[i]));
    }
    unverified_.clear();
}

Result<> Unload::store_chunks() {
    verify_chunks();
    if (chunks_.empty()) return Done{};
    if (home_.profile().room() != Room::for_all) return disk_full();
    done_.chunks += chunks_.size();
    done_.bytes += chunks_size_;
    came_ = true;
    chunks_size_ = 0;
    return batches_.put(std::exchange(chunks_, {}));
}

Result<bool> Unload::for_others() {
    if (others_.empty()) {
        stage_ = Stage::leave_receipt;
        return false;
    }
    const auto name = others_.back();
    others_.pop_back();
    std::vector<std::string> strange;
    const auto bag = packets_in(*bag_, strange);
    if (!bag) return bag.error();
    const auto& packet = packets_.at(name);
    parts_.done += packet.size;
    if (!is_news(*bag, name, packet)) return false;
    const auto go = make_way(*bag, packet);
    if (!go || bag_->room() < packet.size + colleagues_need_free_bytes) {
        ++done_.left_behind;
        return false;
    }
    for (const auto& older : *go) {
        if (auto removed = bag_->remove(older); !removed) return removed.error();
    }
    auto copying = Copying::begin(*stick_, *bag_, name);
    if (!copying && copying.code() == Code::io) return copying.error();
    if (!copying) return ++done_.damaged, false;
    copying_.emplace(std::move(*copying));
    done_.bytes += packet.size;
    stage_ = Stage::copy;
    return false;
}

Result<bool> Unload::copy() {
    const auto copied = copying_->step();
    if (!copied && copied.code() != Code::malformed) return copied.error();
    if (copied && !*copied) return false;
    ++(copied ? done_.for_others : done_.damaged);
    copying_.reset();
    stage_ = Stage::for_others;
    return false;
}

Result<bool> Unload::leave_receipt() {
    if (groups_.empty()) {
        stage_ = Stage::over;
        return true;
    }
    const auto id = *groups_.begin();
    const auto& log = home_.replica().log();
    const auto receipt = own_receipt(home_, id);
    packer_.emplace(*stick_, home_.replica().group(id)->keys,
                    Packer::Options{home_.identity().device(), receipt.have.counter, 0});
    const auto added = packer_->add_receipt(receipt, log.haves(id));
    if (!added) return receipt_failed(added.error());
    done_.left_receipt = true;
    stage_ = Stage::end_group;
    return false;
}

// Write-protected, or full: what was on it is here all the same.
Result<bool> Unload::receipt_failed(const Error& why) {
    if (why.code != Code::refused && why.code != Code::too_large) return why;
    packer_.reset();
    done_.left_receipt = false;
    stage_ = Stage::over;
    return true;
}

Result<bool> Unload::end_group() {
    const auto ready = packer_->is_ready();
    if (!ready) return receipt_failed(ready.error());
    if (!*ready) return false;
    packer_.reset();
    groups_.erase(groups_.begin());
    stage_ = Stage::leave_receipt;
    return false;
}

}  // namespace staffroom::courier
