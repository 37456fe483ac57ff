#include "tests/world/flat_log.h"

#include <algorithm>

namespace staffroom::world {
namespace {

Commit parsed(const CommitFrame& frame) { return std::move(read_commit(frame.commit)).value(); }

// A set as the conversation may read it.
class ReadOnly final : public TreeStore {
  public:
    explicit ReadOnly(const FlatTreeStore* set) : set_(set) {}
    Result<std::vector<CommitKey>> keys(const CommitKey& first, const CommitKey& last,
                                        std::size_t most) const override {
        return set_ ? set_->keys(first, last, most) : std::vector<CommitKey>{};
    }
    Result<std::optional<Bytes>> node(ByteView name) const override {
        return set_ ? set_->node(name) : std::optional<Bytes>{};
    }
    Result<> put_node(ByteView, ByteView) override { return assert(false), Done{}; }
    Result<> erase_nodes() override { return assert(false), Done{}; }

  private:
    const FlatTreeStore* set_;
};

std::vector<CommitId> ancestors_of(const Commit& commit) {
    auto all = commit.header.parents;
    all.insert(all.end(), commit.header.auth.begin(), commit.header.auth.end());
    return all;
}

}  // namespace

// --- writing ---------------------------------------------------------------------------------------------------------

Composed FlatLog::write(const GroupId& id, CommitKind kind, std::size_t size, bool kept) {
    auto& group = groups_.at(id);
    Draft draft;
    draft.group = id;
    draft.kind = kind;
    draft.run = run_;
    const auto deepest = [&](const std::vector<CommitId>& ids) {
        std::uint64_t depth = 0;
        for (const auto& commit : ids) {
            if (group.commits.contains(commit)) depth = std::max(depth, parsed(group.commits.at(commit)).header.depth);
        }
        return depth;
    };
    auto control = heads(id, CommitKind::control);
    if (control.empty()) control.push_back(root_of(id));
    control.resize(std::min<std::size_t>(control.size(), 32));
    if (kind == CommitKind::control) {
        draft.parents = control;
        draft.depth = 1 + deepest(control);
    } else {
        draft.auth = control;
        if (kind == CommitKind::content) draft.parents = heads(id, kind);
        if (draft.parents.size() > 32) draft.parents.resize(32);
        draft.depth = 1 + std::max(deepest(kind == CommitKind::key ? control : draft.parents), std::uint64_t{0});
    }
    SymmetricKey epoch_key;
    if (kind == CommitKind::content) draft.epoch = epoch_id(id, epoch_key);
    Bytes part(size);
    random_bytes(part);
    draft.parts = {part};
    auto made = compose(draft, &epoch_key, signing_).value();
    if (kept) take(id, {made.frame});
    return made;
}

bool FlatLog::has_ancestors(const Group& group, const Commit& commit) const {
    const auto all = ancestors_of(commit);
    return std::all_of(all.begin(), all.end(), [&](const CommitId& ancestor) {
        return ancestor == root_of(commit.header.group) || group.commits.contains(ancestor);
    });
}

IngestReport FlatLog::take(const GroupId& id, const std::vector<CommitFrame>& frames) {
    IngestReport report;
    auto& group = groups_.at(id);
    std::map<CommitKind, std::vector<CommitKey>> added;
    const auto complete = [&](const Commit& commit, const CommitFrame& frame) {
        group.commits.emplace(commit.id, frame);
        added[commit.header.kind].push_back(key_of(commit.header.depth, commit.id));
        report.fresh.push_back(commit.id);
        report.control |= commit.header.kind == CommitKind::control;
    };
    for (const auto& frame : frames) {
        auto commit = read_commit(frame.commit);
        if (!commit || !has_signature(*commit)) {
            if (commit) report.declined.push_back({commit->id, Declined::malformed});
            continue;
        }
        if (knows(id, commit->id)) continue;
        auto kept = frame;
        for (std::size_t i = 0; i < kept.parts.size(); ++i) {
            if (kept.parts[i] && !is_part(commit->header, i, *kept.parts[i])) kept.parts[i].reset();
        }
        if (has_ancestors(group, *commit)) {
            complete(*commit, kept);
        } else {
            group.waiting.emplace(commit->id, kept);
            report.waiting.push_back(commit->id);
        }
    }
    for (bool woken = true; woken;) {
        woken = false;
        for (auto at = group.waiting.begin(); at != group.waiting.end();) {
            const auto commit = parsed(at->second);
            if (has_ancestors(group, commit)) {
                complete(commit, at->second);
                at = group.waiting.erase(at);
                woken = true;
            } else {
                ++at;
            }
        }
    }
    for (auto& [kind, keys] : added) {
        if (!group.trees[kind].add(keys)) assert(false);
    }
    ++counter_;
    return report;
}

Result<IngestReport> FlatLog::keep(const net::StoreCommits& batch) {
    if (disk_full) return {Code::refused, "The disk is full.", "Free some space."};
    return take(batch.group, batch.commits);
}

Result<IngestReport> FlatLog::keep(const net::StoreParts& batch) {
    if (disk_full) return {Code::refused, "The disk is full.", "Free some space."};
    auto& group = groups_.at(batch.group);
    for (const auto& part : batch.parts) {
        const auto at = group.commits.find(part.name.commit);
        if (at == group.commits.end() || part.name.index >= at->second.parts.size()) continue;
        if (is_part(parsed(at->second).header, part.name.index, part.bytes)) {
            at->second.parts[part.name.index] = part.bytes;
        }
    }
    ++counter_;
    return IngestReport{};
}

void FlatLog::keep(const Have& have) { groups_.at(have.group).haves[have.device][have.run] = have; }

bool FlatLog::keep(const net::StoreChunk& chunk) {
    if (disk_full) return false;
    chunks[chunk.id] = chunk.bytes;
    std::erase_if(wanted_chunks, [&](const WantedChunk& wanted) { return wanted.id == chunk.id; });
    return true;
}

Result<IngestReport> FlatLog::share(const net::ShareKeys& share) {
    shares.push_back(share);
    return IngestReport{};
}

// --- reading ---------------------------------------------------------------------------------------------------------

std::vector<GroupId> FlatLog::groups() const {
    std::vector<GroupId> ids;
    for (const auto& [id, group] : groups_) ids.push_back(id);
    return ids;
}

Standing FlatLog::standing(const GroupId& id, const DeviceId& device) const {
    const auto& standings = groups_.at(id).standings;
    const auto at = standings.find(device);
    return at == standings.end() ? Standing::unknown : at->second;
}

std::optional<DeviceId> FlatLog::device_of(const LinkKey& link) const {
    const auto at = devices.find(link);
    return at == devices.end() ? std::nullopt : std::optional(at->second);
}

std::unique_ptr<TreeStore> FlatLog::tree(const GroupId& id, CommitKind kind) const {
    const auto& trees = groups_.at(id).trees;
    const auto at = trees.find(kind);
    return std::make_unique<ReadOnly>(at == trees.end() ? nullptr : &at->second);
}

std::uint64_t FlatLog::count(const GroupId& id, CommitKind kind) const {
    const auto& trees = groups_.at(id).trees;
    const auto at = trees.find(kind);
    return at == trees.end() ? 0 : at->second.all_keys().size();
}

std::vector<CommitId> FlatLog::heads(const GroupId& id, CommitKind kind) const {
    std::set<CommitId> all;
    const auto& group = groups_.at(id);
    const auto trees = group.trees.find(kind);
    if (trees == group.trees.end()) return {};
    for (const auto& key : trees->second.all_keys()) {
        all.insert(id_of(key));
        for (const auto& parent : parsed(group.commits.at(id_of(key))).header.parents) all.erase(parent);
    }
    return {all.begin(), all.end()};
}

bool FlatLog::knows(const GroupId& id, const CommitId& commit) const {
    const auto& group = groups_.at(id);
    return group.commits.contains(commit) || group.waiting.contains(commit);
}

std::optional<CommitFrame> FlatLog::read(const GroupId& id, const CommitId& commit) const {
    const auto& group = groups_.at(id);
    if (const auto at = group.commits.find(commit); at != group.commits.end()) return at->second;
    if (const auto at = group.waiting.find(commit); at != group.waiting.end()) return at->second;
    return std::nullopt;
}

std::optional<Bytes> FlatLog::read_part(const GroupId& id, const PartName& part) const {
    const auto frame = read(id, part.commit);
    return frame && part.index < frame->parts.size() ? frame->parts[part.index] : std::nullopt;
}

std::vector<CommitId> FlatLog::waiting(const GroupId& id, std::size_t limit) const {
    std::vector<CommitId> ids;
    for (const auto& [commit, frame] : groups_.at(id).waiting) {
        if (ids.size() < limit) ids.push_back(commit);
    }
    return ids;
}

std::vector<CommitId> FlatLog::missing(const GroupId& id, std::size_t limit) const {
    std::set<CommitId> ids;
    for (const auto& [commit, frame] : groups_.at(id).waiting) {
        for (const auto& ancestor : ancestors_of(parsed(frame))) {
            if (!knows(id, ancestor) && ancestor != root_of(id) && ids.size() < limit) ids.insert(ancestor);
        }
    }
    return {ids.begin(), ids.end()};
}

std::vector<PartName> FlatLog::wanted_parts(const GroupId& id, std::size_t limit) const {
    std::vector<PartName> names;
    for (const auto& [commit, frame] : groups_.at(id).commits) {
        for (std::size_t i = 0; i < frame.parts.size() && names.size() < limit; ++i) {
            if (!frame.parts[i]) names.push_back({commit, static_cast<std::uint16_t>(i)});
        }
    }
    return names;
}

std::vector<CommitId> FlatLog::farewell(const GroupId& id, const DeviceId&, const std::vector<CommitId>& known,
                                        std::size_t limit) const {
    // Everything that leads to the removals, parents first.
    const auto& group = groups_.at(id);
    std::set<std::pair<std::uint64_t, CommitId>> found;
    std::vector<CommitId> open = group.removals;
    while (!open.empty()) {
        const auto next = open.back();
        open.pop_back();
        const auto at = group.commits.find(next);
        if (at == group.commits.end() || std::find(known.begin(), known.end(), next) != known.end()) continue;
        const auto commit = parsed(at->second);
        if (!found.insert(commit.order()).second) continue;
        open.insert(open.end(), commit.header.parents.begin(), commit.header.parents.end());
    }
    std::vector<CommitId> ids;
    for (const auto& [depth, commit] : found) {
        if (ids.size() < limit) ids.push_back(commit);
    }
    return ids;
}

Hash FlatLog::root(const GroupId& id, CommitKind kind) const { return tree_top(*tree(id, kind)).value().fingerprint; }

Have FlatLog::own_have(const GroupId& id) const {
    Have have;
    have.device = record_.device;
    have.run = run_;
    have.group = id;
    have.counter = counter_;
    have.control.root = root(id, CommitKind::control);
    have.key.root = root(id, CommitKind::key);
    have.content.root = root(id, CommitKind::content);
    have.wanted_parts = wanted_parts(id, 1'000).size();
    sign(have, signing_);
    return have;
}

std::vector<Have> FlatLog::haves(const GroupId& id) const {
    std::vector<Have> all;
    for (const auto& [device, runs] : groups_.at(id).haves) {
        for (const auto& [run, have] : runs) all.push_back(have);
    }
    return all;
}

std::optional<Bytes> FlatLog::read(const ChunkId& chunk) const {
    const auto at = chunks.find(chunk);
    return at == chunks.end() ? std::nullopt : std::optional(at->second);
}

std::vector<GroupId> FlatLog::groups(const ChunkId& chunk) const {
    const auto at = chunk_groups.find(chunk);
    if (at == chunk_groups.end()) return {};
    return {at->second.begin(), at->second.end()};
}

std::vector<WantedChunk> FlatLog::wanted(std::size_t limit) const {
    auto some = wanted_chunks;
    if (some.size() > limit) some.resize(limit);
    return some;
}

}  // namespace staffroom::world
