#include "app/courier/lacked.h"

#include <algorithm>
#include <map>

#include "app/home.h"
#include "storage/file_refs.h"

namespace staffroom::courier {
namespace {

struct NamedFile {
    std::uint64_t depth = 0;
    CommitId commit;
    FileRef file;
};

// Every file that a record of the group holds now, the newest first.
std::vector<NamedFile> files_of(const Replica& replica, const GroupId& group) {
    std::vector<NamedFile> files;
    replica.each_record(group, [&](RecordState&& state) {
        for (const auto& cell : state.cells) {
            for (const auto& entry : cell.values) {
                if (const auto* file = entry.value.get<FileRef>())
                    files.push_back({entry.depth, entry.at.commit, *file});
            }
        }
        return true;
    });
    std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.depth > b.depth; });
    return files;
}

// What devices have said of the chunks that they want.
struct Wishes {
    bool all = false;  // somebody wants chunks and did not say which
    std::set<ChunkId> named;
};

Wishes wishes_of(const std::map<DeviceId, format::Known>& devices,
                 const std::map<DeviceId, format::Receipt>& receipts) {
    Wishes wishes;
    for (const auto& [device, known] : devices) {
        const auto newest = std::max_element(known.haves.begin(), known.haves.end(),
                                             [](const Have& a, const Have& b) { return a.counter < b.counter; });
        if (newest != known.haves.end() && newest->wanted_chunks == 0) continue;
        const auto receipt = receipts.find(device);
        if (receipt == receipts.end()) {
            wishes.all = true;
        } else {
            wishes.named.insert(receipt->second.chunks.begin(), receipt->second.chunks.end());
        }
    }
    return wishes;
}

// What the heads build on that are on the stick and not here.
std::vector<CommitId> below(const std::vector<Have>& haves, const std::map<CommitId, std::vector<CommitId>>& parents) {
    std::vector<CommitId> here, ahead;
    std::set<CommitId> met;
    for (const auto& have : haves) {
        for (const auto* set : {&have.control, &have.content}) {
            ahead.insert(ahead.end(), set->heads.begin(), set->heads.end());
        }
    }
    while (!ahead.empty()) {
        const auto id = ahead.back();
        ahead.pop_back();
        if (!met.insert(id).second) continue;
        const auto found = parents.find(id);
        if (found == parents.end()) {
            here.push_back(id);
        } else {
            ahead.insert(ahead.end(), found->second.begin(), found->second.end());
        }
    }
    return here;
}

std::map<DeviceId, format::Known> known_of(const Home& home, const GroupId& group, const std::vector<DeviceId>& devices,
                                           const Told& told) {
    std::map<DeviceId, format::Known> known;
    for (const auto& device : devices) known[device];
    for (auto& have : home.replica().log().haves(group)) {
        if (const auto found = known.find(have.device); found != known.end()) found->second.haves.push_back(have);
    }
    for (auto& [device, of] : known) {
        const auto receipt = told.receipts.find(device);
        if (receipt != told.receipts.end()) of.keys = receipt->second.keys;
        of.also = below(of.haves, told.parents);
    }
    return known;
}

class ChunkList {
  public:
    explicit ChunkList(std::vector<ChunkId>& list) : list_(list) {}
    void add(const ChunkId& id) {
        if (seen_.insert(id).second) list_.push_back(id);
    }

  private:
    std::vector<ChunkId>& list_;
    std::set<ChunkId> seen_;
};

}  // namespace

std::vector<DeviceId> destinations(const Home& home, const GroupId& group, const std::optional<PersonId>& person) {
    std::vector<DeviceId> devices;
    const auto& members = home.replica().group(group)->members;
    for (const auto& record : members.readers()) {
        if (record.device == home.identity().device()) continue;
        if (!person || members.person_of(record.device) == person) devices.push_back(record.device);
    }
    return devices;
}

std::vector<CommitId> commits_lacked(const Home& home, const GroupId& group, const std::vector<DeviceId>& devices,
                                     const Told& told) {
    const auto& log = home.replica().log();
    const auto known = known_of(home, group, devices, told);
    std::vector<CommitId> commits;
    for (const auto kind : {CommitKind::control, CommitKind::key, CommitKind::content}) {
        std::set<CommitKey> keys;
        std::set<std::vector<Hash>> asked;  // many say the same: each answer is worked out once
        for (const auto& [device, of] : known) {
            std::vector<Hash> roots;
            for (const auto& have : of.haves) roots.push_back(have.set(kind).root);
            std::sort(roots.begin(), roots.end());
            if (kind != CommitKind::key && !asked.insert(roots).second) continue;
            const auto more = format::lacking(log, group, kind, of);
            keys.insert(more.begin(), more.end());
        }
        for (const auto& key : keys) commits.push_back(id_of(key));
    }
    // Whose parts are wanted goes whole.
    std::set<CommitId> named(commits.begin(), commits.end());
    for (const auto& [device, of] : known) {
        const auto receipt = told.receipts.find(device);
        if (receipt == told.receipts.end()) continue;
        for (const auto& part : receipt->second.parts) {
            if (log.knows(group, part.commit) && named.insert(part.commit).second) commits.push_back(part.commit);
        }
    }
    return commits;
}

std::vector<ChunkId> chunks_lacked(Home& home, const GroupId& group, const std::vector<DeviceId>& devices,
                                   const Told& told, const std::vector<CommitId>& commits) {
    const std::set<CommitId> fresh(commits.begin(), commits.end());
    std::vector<ChunkId> chunks;
    ChunkList list(chunks);
    const auto wishes = wishes_of(known_of(home, group, devices, told), told.receipts);
    if (!wishes.all && wishes.named.empty() && fresh.empty()) return chunks;
    for (const auto& each : files_of(home.replica(), group)) {
        const auto is_named = [&](const ChunkRef& ref) { return wishes.named.contains(ref.id); };
        const auto& manifest = each.file.manifest;
        // Whoever lacks a file's manifest cannot yet say what else of it is wanted.
        const bool whole = wishes.all || fresh.contains(each.commit) || std::ranges::any_of(manifest, is_named);
        if (!whole && wishes.named.empty()) continue;
        Result<Manifest> opened(Code::not_found, "");
        (void)home.profile().store().read([&](ReadTxn& txn) -> Result<> {
            opened = file_refs::manifest_of(txn, home.profile().chunks(), each.file);
            return Done{};
        });
        for (const auto& ref : manifest) {
            if (whole) list.add(ref.id);
        }
        if (!opened) continue;
        for (const auto& ref : opened->chunks) {
            if (whole || is_named(ref)) list.add(ref.id);
        }
    }
    // Of earlier versions of files, which no record holds any more.
    for (const auto& id : wishes.named) list.add(id);
    return chunks;
}

}  // namespace staffroom::courier
