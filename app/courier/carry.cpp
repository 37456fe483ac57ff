#include "app/courier/carry.h"

#include <algorithm>

#include "app/home.h"
#include "core/hashes.h"

namespace staffroom::courier {
namespace {

constexpr std::size_t items_per_step = 64;
// Asked of the disk before they are needed, so that it is never idle between two of them: 6 MiB.
constexpr std::size_t chunks_ahead = 24;
// Of the stick, left for receipts and the file system's own needs. What people wrote goes on it also when files do not; a
// quarter of a megabyte of it may be gathered, and is not on the stick yet.
constexpr std::uint64_t margin_bytes = 4 << 20, commits_margin_bytes = 1 << 19;

}  // namespace

std::optional<GroupId> group_of(const Home& home, const format::PartHeader& header) {
    for (const auto& [id, group] : home.replica().groups()) {
        if (format::is_of(header, group->keys.tag)) return id;
    }
    return std::nullopt;
}

format::Receipt own_receipt(const Home& home, const GroupId& group) {
    const auto& log = home.replica().log();
    format::Receipt receipt;
    receipt.have = log.own_have(group);
    for (const auto& key : format::all_of(log, group, CommitKind::key)) {
        if (receipt.keys.size() < format::receipt_keys_max) receipt.keys.push_back(id_of(key));
    }
    std::sort(receipt.keys.begin(), receipt.keys.end());
    for (const auto& chunk : home.replica().chunks().wanted(format::receipt_chunks_max)) {
        if (chunk.group == group) receipt.chunks.push_back(chunk.id);
    }
    receipt.parts = log.wanted_parts(group, format::receipt_parts_max);
    return receipt;
}

struct Carry::Reading {
    std::string name;
    GroupId group;
    std::unique_ptr<format::Source> source;
    format::PartReader reader;
};

Carry::Carry(Home& home, std::unique_ptr<Stick> stick, std::unique_ptr<Stick> bag, CarryOptions options)
    : home_(home), stick_(std::move(stick)), bag_(std::move(bag)), options_(std::move(options)) {}

Carry::~Carry() {
    if (stage_ != Stage::over) stick_->drop();
}

Result<bool> Carry::begin() {
    begun_ = true;
    groups_ = options_.groups;
    if (groups_.empty()) groups_ = home_.replica().log().groups();
    // What lies under no name yet was left by an interruption.
    const auto listed = stick_->list();
    if (!listed) return listed.error();
    for (const auto& name : listed->unkept) {
        if (auto removed = stick_->remove(name); !removed) return removed.error();
    }
    auto packets = packets_in(*stick_, done_.strange);
    if (!packets) return packets.error();
    packets_ = std::move(*packets);
    for (const auto& [name, packet] : packets_) {
        if (const auto group = group_of(home_, packet.header)) unread_.emplace_back(name, *group);
    }
    // Receipts first: they stand at the end, where the next is taken from.
    std::ranges::stable_partition(
        unread_, [&](const auto& part) { return packets_.at(part.first).header.kind == format::PartKind::changes; });
    return false;
}

Result<bool> Carry::step() {
    if (!begun_) return begin();
    switch (stage_) {
        case Stage::look:
            return look();
        case Stage::plan:
            return plan();
        case Stage::pack:
            return pack();
        case Stage::leave_receipt:
            return leave_receipt();
        case Stage::end_group:
            return end_group();
        case Stage::open_the_bag:
            return open_the_bag();
        case Stage::pass_on:
            return pass_on();
        case Stage::over:
            break;
    }
    return true;
}

// One box of a part that is on the stick: which commits and chunks are in it, and what its giver has.
Result<bool> Carry::look() {
    if (!reading_) {
        if (unread_.empty()) {
            for (const auto& [id, on_stick] : on_stick_) done_.receipts += on_stick.told.receipts.size();
            stage_ = Stage::plan;
            return false;
        }
        const auto [name, group] = unread_.back();
        unread_.pop_back();
        auto source = stick_->open(name);
        if (!source) return source.error();
        auto reader = format::PartReader::open(**source);
        if (!reader) return reader.error();
        if (reader->header().kind == format::PartKind::changes) on_stick_[group].parts[name];
        reading_.reset(new Reading{name, group, std::move(*source), std::move(*reader)});
        return false;
    }
    const auto box = reading_->reader.next();
    if (!box) return box.error();
    if (!*box) return reading_.reset(), false;
    auto& on_stick = on_stick_[reading_->group];
    auto& part = on_stick.parts;
    if ((*box)->head.kind == format::BoxKind::chunk) {
        const auto id = reading_->reader.chunk_id(**box);
        if (!id && id.code() == Code::io) return id.error();
        if (!id) return false;
        // Somebody wants it though it is here: then the stick has spoiled it, or it came since.
        if (on_stick.wanted.contains(*id)) {
            const auto bytes = reading_->reader.chunk(**box, *id);
            if (!bytes) return bytes.code() == Code::io ? Result<bool>(bytes.error()) : Result<bool>(false);
        }
        part[reading_->name].second.insert(*id);
        return false;
    }
    const auto& replica = home_.replica();
    const auto* group = replica.group(reading_->group);
    auto load = group == nullptr ? Result<format::Load>(Code::not_found, "")
                                 : reading_->reader.load(**box, group->keys.envelope);
    if (!load && load.code() == Code::io) return load.error();
    if (!load) return false;
    for (const auto& frame : load->commits) {
        const auto commit = read_commit(frame.commit);
        if (!commit) continue;
        part[reading_->name].first.insert(commit->id);
        if (!replica.log().knows(group->id, commit->id)) on_stick.told.parents[commit->id] = commit->header.parents;
    }
    for (const auto& receipt : load->receipts) {
        const auto& have = receipt.have;
        if (have.device == home_.identity().device() || have.group != group->id || !is_valid(have)) continue;
        if (replica.log().standing(group->id, have.device) != Standing::current) continue;
        if (auto kept = home_.replica().keep(have); !kept) return kept.error();
        auto& held = on_stick.told.receipts[have.device];
        if (held.have.counter <= have.counter) held = receipt;
        on_stick.wanted.insert(receipt.chunks.begin(), receipt.chunks.end());
    }
    return false;
}

// Decides for one group what goes, and takes away what nobody needs any more.
Result<bool> Carry::plan() {
    if (group_at_ == groups_.size()) {
        stage_ = Stage::open_the_bag;
        return false;
    }
    const auto id = groups_[group_at_];
    const auto& replica = home_.replica();
    auto& on_stick = on_stick_[id];
    const auto devices = destinations(home_, id, options_.person);
    Plan lacked;
    lacked.commits = commits_lacked(home_, id, devices, on_stick.told);
    lacked.chunks = chunks_lacked(home_, id, devices, on_stick.told, lacked.commits);
    const std::set<CommitId> commits(lacked.commits.begin(), lacked.commits.end());
    const std::set<ChunkId> chunks(lacked.chunks.begin(), lacked.chunks.end());
    for (auto part = on_stick.parts.begin(); !options_.person && part != on_stick.parts.end();) {
        const auto& [held_commits, held_chunks] = part->second;
        const bool needed =
            std::ranges::any_of(
                held_commits,
                [&](const CommitId& held) { return commits.contains(held) || !replica.log().knows(id, held); }) ||
            std::ranges::any_of(held_chunks, [&](const ChunkId& held) {
                return chunks.contains(held) || (!replica.chunks().has(held) && !replica.chunks().groups(held).empty());
            });
        if (needed) {
            ++part;
            continue;
        }
        if (auto removed = stick_->remove(part->first); !removed) return removed.error();
        ++done_.removed;
        packets_.erase(part->first);
        part = on_stick.parts.erase(part);
    }
    const auto is_on_stick = [&](const auto& held) {
        return std::ranges::any_of(on_stick.parts, [&](const auto& part) {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, CommitId>) {
                return part.second.first.contains(held);
            } else {
                return part.second.second.contains(held);
            }
        });
    };
    std::uint64_t all = 0;
    for (const auto kind : all_kinds) all += replica.count(id, kind);
    done_.skipped += all - std::min<std::uint64_t>(all, lacked.commits.size());
    done_.skipped += std::erase_if(lacked.commits, is_on_stick) + std::erase_if(lacked.chunks, is_on_stick);
    std::erase_if(lacked.chunks, [&](const ChunkId& chunk) { return !replica.chunks().has(chunk); });
    way_.total += bytes_of(lacked.chunks);
    plan_ = std::move(lacked);
    packer_.emplace(
        *stick_, replica.group(id)->keys,
        Packer::Options{home_.identity().device(), replica.log().own_have(id).counter, options_.part_bytes});
    stage_ = Stage::pack;
    return false;
}

std::uint64_t Carry::bytes_of(const std::vector<ChunkId>& chunks) const {
    std::uint64_t bytes = 0;
    (void)home_.profile().store().read([&](ReadTxn& txn) -> Result<> {
        bytes = 0;
        for (const auto& chunk : chunks) bytes += Chunks::size(txn, chunk).value_or(0);
        return Done{};
    });
    return bytes;
}

bool Carry::has_room_for(std::uint64_t bytes, std::uint64_t margin) const {
    return packed_bytes_ + bytes <= options_.bytes_max && stick_->room() >= bytes + margin;
}

Result<bool> Carry::pack() {
    const auto id = groups_[group_at_];
    const auto& replica = home_.replica();
    for (std::size_t count = 0; count < items_per_step; ++count) {
        const auto ready = packer_->is_ready();
        if (!ready) return ready.error();
        if (!*ready) return false;
        if (plan_.commit_at < plan_.commits.size()) {
            auto frame = replica.log().read(id, plan_.commits[plan_.commit_at]);
            if (frame && !has_room_for(frame->size(), commits_margin_bytes)) {
                // What comes after builds on it.
                done_.left_out += plan_.commits.size() - plan_.commit_at + plan_.chunks.size();
                plan_.commit_at = plan_.commits.size();
                plan_.chunk_at = plan_.chunks.size();
                continue;
            }
            ++plan_.commit_at;
            if (!frame) continue;  // damaged here: `verify` names it
            packed_bytes_ += frame->size();
            ++done_.commits;
            if (auto added = packer_->add(std::move(*frame)); !added) return added.error();
        } else if (!plan_.read.empty()) {
            const auto chunk = std::move(plan_.read.front());
            plan_.read.pop_front();
            way_.done += chunk.bytes.size();
            if (!has_room_for(chunk.bytes.size(), margin_bytes)) {
                ++done_.left_out;
                continue;
            }
            packed_bytes_ += chunk.bytes.size();
            ++done_.chunks;
            if (auto added = packer_->add(chunk.id, chunk.bytes); !added) return added.error();
        } else if (plan_.chunk_at < plan_.chunks.size()) {
            read_chunks();
        } else {
            stage_ = Stage::leave_receipt;
            if (auto finished = packer_->finish(); !finished) return finished.error();
            return false;
        }
    }
    return false;
}

// The next few. What is damaged here is left out, and comes back as from any colleague.
void Carry::read_chunks() {
    std::vector<ByteView> bytes;
    const auto& chunks = home_.replica().chunks();
    const auto end = std::min(plan_.chunk_at + hashes_at_once + chunks_ahead, plan_.chunks.size());
    for (auto& at = plan_.expected; at < end; ++at) chunks.expect(plan_.chunks[at]);
    while (plan_.chunk_at < plan_.chunks.size() && plan_.read.size() < hashes_at_once) {
        const auto& id = plan_.chunks[plan_.chunk_at++];
        if (auto sealed = chunks.read_behind({}, id)) {
            plan_.read.push_back({id, std::move(*sealed)});
        } else {
            lose(id);
        }
    }
    for (const auto& chunk : plan_.read) bytes.push_back(chunk.bytes);
    const auto ids = chunk_ids(bytes);
    auto id = ids.begin();
    std::erase_if(plan_.read, [&](const GivenChunk& chunk) {
        if (chunk.id == *id++) return false;
        lose(chunk.id);
        return true;
    });
}

void Carry::lose(const ChunkId& chunk) {
    const auto& chunks = home_.replica().chunks();
    if (!chunks.has(chunk) || chunks.is_sound(chunk)) return;
    ++done_.damaged;
    (void)home_.replica().lose_chunk(chunk);
}

Result<bool> Carry::leave_receipt() {
    const auto ready = packer_->is_ready();
    if (!ready || !*ready) return ready;
    const auto id = groups_[group_at_];
    auto added = packer_->add_receipt(own_receipt(home_, id), home_.replica().log().haves(id));
    if (!added) return added.error();
    stage_ = Stage::end_group;
    return false;
}

Result<bool> Carry::end_group() {
    const auto ready = packer_->is_ready();
    if (!ready || !*ready) return ready;
    done_.bytes += packer_->bytes();
    packer_.reset();
    ++group_at_;
    stage_ = Stage::plan;
    return false;
}

Result<bool> Carry::open_the_bag() {
    stage_ = Stage::pass_on;
    if (!options_.groups.empty() || options_.person) return false;
    std::vector<std::string> strange;
    const auto bag = packets_in(*bag_, strange);
    if (!bag) return bag.error();
    for (const auto& [name, packet] : *bag) {
        if (!is_news(packets_, name, packet) || group_of(home_, packet.header)) continue;
        waiting_.push_back({name, packet.size});
    }
    return false;
}

// What others gave to be carried on.
Result<bool> Carry::pass_on() {
    if (copying_) {
        const auto copied = copying_->step();
        if (!copied && copied.code() != Code::malformed) return copied.error();
        if (copied && !*copied) return false;
        if (copied) ++done_.passed_on;
        copying_.reset();
        return false;
    }
    if (waiting_.empty()) {
        stage_ = Stage::over;
        return true;
    }
    const auto [name, size] = waiting_.back();
    waiting_.pop_back();
    if (stick_->room() < size + margin_bytes) {
        ++done_.left_out;
        return false;
    }
    auto copying = Copying::begin(*bag_, *stick_, name);
    if (!copying && copying.code() == Code::io) return copying.error();
    if (copying) {
        copying_.emplace(std::move(*copying));
        done_.bytes += size;
    }
    return false;
}

}  // namespace staffroom::courier
