// What is written to a flat log and kept in it.
#include "tests/world/flat_log.h"

#include <algorithm>

namespace staffroom::world {

Commit FlatLog::parsed(const CommitFrame& frame) { return std::move(read_commit(frame.commit)).value(); }

std::vector<CommitId> FlatLog::ancestors_of(const Commit& commit) {
    auto all = commit.header.parents;
    all.insert(all.end(), commit.header.auth.begin(), commit.header.auth.end());
    return all;
}

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
    chunks[chunk.id] = copy_of(chunk.bytes);
    std::erase_if(wanted_chunks, [&](const WantedChunk& wanted) { return wanted.id == chunk.id; });
    return true;
}

void FlatLog::lose(const ChunkId& chunk) {
    wanted_chunks.push_back(
        {chunk, *chunk_groups.at(chunk).begin(), static_cast<std::uint32_t>(chunks.at(chunk).size())});
    chunks.erase(chunk);
}

Result<IngestReport> FlatLog::share(const net::ShareKeys& share) {
    shares.push_back(share);
    return IngestReport{};
}

}  // namespace staffroom::world
