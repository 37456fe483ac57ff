// What the conversation may ask of a flat log.
#include <algorithm>

#include "tests/world/flat_log.h"

namespace staffroom::world {
namespace {

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

}  // namespace

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

bool FlatLog::read(const ChunkId& chunk, Bytes& behind) const {
    const auto at = chunks.find(chunk);
    if (at != chunks.end()) append(behind, at->second);
    return at != chunks.end();
}

std::optional<std::uint32_t> FlatLog::size(const ChunkId& chunk) const {
    const auto at = chunks.find(chunk);
    return at == chunks.end() ? std::nullopt : std::optional(static_cast<std::uint32_t>(at->second.size()));
}

bool FlatLog::is_sound(const ChunkId& chunk) const {
    const auto at = chunks.find(chunk);
    return at != chunks.end() && chunk_id(at->second) == chunk;
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

std::vector<WantedChunk> FlatLog::fitting(std::size_t limit) const {
    auto some = wanted_chunks;
    std::erase_if(some, [&](const WantedChunk& wanted) { return too_large.contains(wanted.id); });
    if (some.size() > limit) some.resize(limit);
    return some;
}

}  // namespace staffroom::world
