#include "storage/waiting.h"

namespace staffroom {
namespace {

// group | missing id | waiting id
Bytes waiting_for_key(const CommitId& missing, keys::GroupNumber group, const CommitId& id) {
    return keys::joined({keys::group(group), missing.view(), id.view()});
}

}  // namespace

void WaitingRoom::add(keys::GroupNumber group, const DeviceId& author, std::size_t bytes) {
    auto& count = counts_[group];
    ++count.commits;
    count.bytes += bytes;
    ++count.by_author[author];
}

void WaitingRoom::drop(keys::GroupNumber group, const DeviceId& author, std::size_t bytes) {
    auto& count = counts_[group];
    --count.commits;
    count.bytes -= bytes;
    if (--count.by_author[author] == 0) count.by_author.erase(author);
}

void WaitingRoom::load(ReadTxn& txn) {
    counts_.clear();
    txn.scan(Table::waiting, {}, [&](ByteView key, ByteView value) {
        const auto frame = decode<CommitFrame>(value);
        const auto commit = frame ? read_commit(frame->commit) : Result<Commit>{frame.error()};
        if (commit) add(read_be32(key), commit->header.author, value.size());
        return true;
    });
}

bool WaitingRoom::has(ReadTxn& txn, keys::GroupNumber group, const CommitId& id) const {
    return count(group) != 0 && txn.has(Table::waiting, keys::in_group(group, id.view()));
}

Result<> WaitingRoom::put(WriteTxn& txn, keys::GroupNumber group, const Commit& commit, const CommitFrame& frame,
                          const std::vector<CommitId>& missing) {
    assert(!missing.empty());
    const auto bytes = encode(frame);
    const auto& count = counts_[group];
    const auto by_author = count.by_author.find(commit.header.author);
    if (count.commits >= limits::waiting_commits || count.bytes + bytes.size() > limits::waiting_bytes ||
        (by_author != count.by_author.end() && by_author->second >= limits::waiting_per_author)) {
        return {Code::busy, "Too many changes are waiting for others that are not here yet.",
                "They come again at the next meeting."};
    }
    txn.put(Table::waiting, keys::in_group(group, commit.id.view()), bytes);
    for (const auto& id : missing) txn.put(Table::waiting_for, waiting_for_key(id, group, commit.id), {});
    add(group, commit.header.author, bytes.size());
    return Done{};
}

std::vector<CommitFrame> WaitingRoom::take_those_waiting_for(WriteTxn& txn, keys::GroupNumber group,
                                                             const CommitId& arrived) {
    if (count(group) == 0) return {};
    const auto prefix = keys::in_group(group, arrived.view());
    std::vector<CommitId> ids;
    txn.scan_keys(Table::waiting_for, prefix, [&](ByteView key) {
        ids.push_back(*CommitId::from(key.subspan(prefix.size())));
        return true;
    });
    std::vector<CommitFrame> frames;
    for (const auto& id : ids) {
        txn.erase(Table::waiting_for, waiting_for_key(arrived, group, id));
        auto found = frame(txn, group, id);
        if (!found) continue;
        const auto commit = read_commit(found->commit);
        txn.erase(Table::waiting, keys::in_group(group, id.view()));
        if (!commit) continue;
        // Whatever else it missed: another that was taken out with it may be that, and is asked for no more.
        for (const auto* ancestors : {&commit->header.parents, &commit->header.auth}) {
            for (const auto& missed : *ancestors) txn.erase(Table::waiting_for, waiting_for_key(missed, group, id));
        }
        drop(group, commit->header.author, encode(*found).size());
        frames.push_back(std::move(*found));
    }
    return frames;
}

void WaitingRoom::index_anew(WriteTxn& txn, const std::function<bool(keys::GroupNumber, const CommitId&)>& is_here) {
    std::vector<Bytes> index, waits_for_nothing;
    txn.scan(Table::waiting, {}, [&](ByteView key, ByteView value) {
        const auto group = read_be32(key);
        const auto frame = decode<CommitFrame>(value);
        const auto commit = frame ? read_commit(frame->commit) : Result<Commit>{frame.error()};
        const auto before = index.size();
        if (commit) {
            for (const auto* ancestors : {&commit->header.parents, &commit->header.auth}) {
                for (const auto& ancestor : *ancestors)
                    if (!is_here(group, ancestor)) index.push_back(waiting_for_key(ancestor, group, commit->id));
            }
        }
        if (index.size() == before) waits_for_nothing.push_back(copy_of(key));
        return true;
    });
    for (const auto& key : waits_for_nothing) txn.erase(Table::waiting, key);
    txn.empty(Table::waiting_for);
    for (const auto& key : index) txn.put(Table::waiting_for, key, {});
    load(txn);
}

std::vector<CommitId> WaitingRoom::ids(ReadTxn& txn, keys::GroupNumber group, std::size_t most) const {
    std::vector<CommitId> ids;
    txn.scan_keys(Table::waiting, keys::group(group), [&](ByteView key) {
        if (ids.size() >= most) return false;
        ids.push_back(*CommitId::from(key.subspan(keys::group_bytes)));
        return true;
    });
    return ids;
}

std::vector<CommitId> WaitingRoom::missing(ReadTxn& txn, keys::GroupNumber group, std::size_t most) const {
    std::vector<CommitId> ids;
    txn.scan_keys(Table::waiting_for, keys::group(group), [&](ByteView key) {
        if (ids.size() >= most) return false;
        const auto id = *CommitId::from(key.subspan(keys::group_bytes, CommitId::size));
        if ((ids.empty() || ids.back() != id) && !has(txn, group, id)) ids.push_back(id);
        return true;
    });
    return ids;
}

std::optional<CommitFrame> WaitingRoom::frame(ReadTxn& txn, keys::GroupNumber group, const CommitId& id) const {
    const auto bytes = txn.get(Table::waiting, keys::in_group(group, id.view()));
    if (!bytes) return std::nullopt;
    auto frame = decode<CommitFrame>(*bytes);
    return frame ? std::optional(std::move(*frame)) : std::nullopt;
}

std::size_t WaitingRoom::count(keys::GroupNumber group) const {
    const auto found = counts_.find(group);
    return found == counts_.end() ? 0 : found->second.commits;
}

}  // namespace staffroom
