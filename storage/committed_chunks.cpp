#include "storage/committed_chunks.h"

#include <utility>

#include "storage/file_refs.h"

namespace staffroom {

const Group* CommittedChunks::numbered(keys::GroupNumber number) const {
    for (const auto& [id, group] : groups_) {
        if (group->number == number) return group.get();
    }
    return nullptr;
}

void CommittedChunks::at_once(const std::function<void()>& look) const {
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        const auto before = std::exchange(at_once_, &txn);
        look();
        at_once_ = before;
        return Done{};
    });
}

Result<> CommittedChunks::ask(const Store::Read& question) const {
    return at_once_ != nullptr ? question(*at_once_) : store_.read(question);
}

bool CommittedChunks::has(const ChunkId& chunk) const {
    bool here = false;
    (void)ask([&](ReadTxn& txn) -> Result<> { return here = Chunks::has(txn, chunk), Done{}; });
    return here;
}

std::optional<std::uint32_t> CommittedChunks::size(const ChunkId& chunk) const {
    std::optional<std::uint32_t> size;
    (void)ask([&](ReadTxn& txn) -> Result<> { return size = Chunks::size(txn, chunk), Done{}; });
    return size;
}

bool CommittedChunks::read(const ChunkId& chunk, Bytes& behind) const {
    return ask([&](ReadTxn& txn) { return chunks_.append_unverified(txn, chunk, behind); }).ok();
}

std::optional<SharedBytes> CommittedChunks::read_behind(ByteView head, const ChunkId& chunk) const {
    std::optional<SharedBytes> bytes;
    (void)ask([&](ReadTxn& txn) -> Result<> {
        if (auto read = chunks_.read_behind(txn, head, chunk)) bytes = std::move(*read);
        return Done{};
    });
    return bytes;
}

void CommittedChunks::expect(const ChunkId& chunk) const { chunks_.expect(chunk); }

bool CommittedChunks::is_sound(const ChunkId& chunk) const {
    bool sound = false;
    (void)ask([&](ReadTxn& txn) -> Result<> {
        const auto read = chunks_.read(txn, chunk);
        sound = read.ok() || read.code() == Code::busy;
        return Done{};
    });
    return sound;
}

std::vector<GroupId> CommittedChunks::groups(const ChunkId& chunk) const {
    std::vector<GroupId> ids;
    (void)ask([&](ReadTxn& txn) -> Result<> {
        for (const auto number : file_refs::groups_of(txn, chunk)) {
            if (const auto* group = numbered(number)) ids.push_back(group->id);
        }
        return Done{};
    });
    return ids;
}

std::vector<WantedChunk> CommittedChunks::wanted(std::size_t limit) const { return wanted_in({}, limit); }

std::vector<WantedChunk> CommittedChunks::fitting(std::size_t limit) const { return wanted_in(fit(), limit); }

wanted_chunks::Fit CommittedChunks::fit() const {
    wanted_chunks::Fit fit;
    const auto room = chunks_.room();
    (void)ask([&](ReadTxn& txn) -> Result<> { return fit = wanted_chunks::fit_into(txn, room), Done{}; });
    return fit;
}

std::optional<bool> CommittedChunks::fits(const ChunkId& chunk, const wanted_chunks::Fit& fit) const {
    std::optional<bool> fits;
    (void)ask([&](ReadTxn& txn) -> Result<> { return fits = wanted_chunks::fits(txn, chunk, fit), Done{}; });
    return fits;
}

std::vector<WantedChunk> CommittedChunks::wanted_in(const wanted_chunks::Fit& fit, std::size_t limit) const {
    std::vector<WantedChunk> chunks;
    (void)ask([&](ReadTxn& txn) -> Result<> {
        for (const auto& each : wanted_chunks::first(txn, limit, fit)) {
            if (const auto* group = numbered(each.group)) chunks.push_back({each.id, group->id, each.size});
        }
        return Done{};
    });
    return chunks;
}

}  // namespace staffroom
