#include "storage/chunk_batches.h"

#include <algorithm>

#include "storage/committed_log.h"
#include "storage/file_refs.h"

namespace staffroom {
namespace {

Result<std::vector<GivenChunk>> fresh_of(Store& store, const Chunks& chunks, std::vector<GivenChunk> given, Take take) {
    std::vector<GivenChunk> fresh;
    std::vector<ChunkId> spoiled;
    const auto is_spoiled = [&](ReadTxn& txn, const GivenChunk& chunk) {
        const auto here = chunks.read_unverified(txn, chunk.id);
        return here ? !std::ranges::equal(*here, chunk.bytes) : here.code() == Code::io;
    };
    auto looked = store.read([&](ReadTxn& txn) -> Result<> {
        for (auto& chunk : given) {
            const bool is_here = Chunks::has(txn, chunk.id);
            if (is_here && (take != Take::all || !is_spoiled(txn, chunk))) continue;
            if (is_here) spoiled.push_back(chunk.id);
            fresh.push_back(std::move(chunk));
        }
        return Done{};
    });
    if (!looked) return looked.error();
    for (const auto& chunk : spoiled) {
        if (auto lost = lose_chunk(store, chunks, chunk); !lost) return lost.error();
    }
    return fresh;
}

// Each once, as the table has them: each of its pages is looked for and written once.
std::vector<const GivenChunk*> in_order(const std::vector<GivenChunk>& chunks) {
    const auto id = [](const GivenChunk* chunk) { return chunk->id; };
    std::vector<const GivenChunk*> pointers;
    for (const auto& chunk : chunks) pointers.push_back(&chunk);
    std::ranges::sort(pointers, {}, id);
    const auto twice = std::ranges::unique(pointers, {}, id);
    pointers.erase(twice.begin(), twice.end());
    return pointers;
}

}  // namespace

Result<> lose_chunk(Store& store, const Chunks& chunks, const ChunkId& chunk) {
    auto lost = store.write([&](WriteTxn& txn) -> Result<> {
        file_refs::lost(txn, chunk);
        CommittedLog::count_write(txn);
        return Done{};
    });
    if (lost) chunks.remove_files({chunk});
    return lost;
}

Result<> enter_chunks(Store& store, const Chunks& chunks, const Chunks::Staged& staged, Take take) {
    std::vector<ChunkId> strange;
    auto entered = store.write([&](WriteTxn& txn) -> Result<> {
        strange.clear();
        std::vector<ChunkId> ids;
        const auto is_kept = [&](const ChunkId& id) {
            if (Chunks::has(txn, id)) return false;
            const bool wanted = take == Take::all || !file_refs::groups_of(txn, id).empty();
            (wanted ? ids : strange).push_back(id);
            return wanted;
        };
        auto small = in_order(staged.small);
        std::erase_if(small, [&](const GivenChunk* chunk) { return !is_kept(chunk->id); });
        Chunks::enter(txn, small);
        for (const auto& [id, size] : staged.large) {
            if (is_kept(id)) Chunks::enter(txn, id, size);
        }
        file_refs::arrived(txn, chunks, ids, store.is_locked());
        CommittedLog::count_write(txn);
        return Done{};
    });
    if (entered) chunks.remove_files(strange);
    return entered;
}

Result<> store_chunks(Store& store, const Chunks& chunks, std::vector<GivenChunk> given, Take take) {
    auto fresh = fresh_of(store, chunks, std::move(given), take);
    if (!fresh) return fresh.error();
    if (fresh->empty()) return Done{};
    const auto staged = chunks.stage(std::move(*fresh));
    if (!staged) return staged.error();
    return enter_chunks(store, chunks, *staged, take);
}

Result<> ChunkBatches::put(std::vector<GivenChunk> given) {
    auto fresh = fresh_of(*store_, *chunks_, std::move(given), take_);
    if (!fresh) return fresh.error();
    if (staging_.size() == staging_max) {
        if (auto taken = take_staged(); !taken) return taken;
    }
    if (!fresh->empty()) {
        const auto stage = [chunks = chunks_](std::vector<GivenChunk> batch) {
            return chunks->stage(std::move(batch));
        };
        staging_.push_back(std::async(std::launch::async, stage, std::move(*fresh)));
    }
    return staged_.is_worth_a_transaction() ? enter() : Result<>(Done{});
}

Result<> ChunkBatches::take_staged() {
    auto staged = staging_.front().get();
    staging_.pop_front();
    if (!staged) return staged.error();
    staged_.add(std::move(*staged));
    return Done{};
}

Result<> ChunkBatches::finish() {
    while (!staging_.empty()) {
        if (auto taken = take_staged(); !taken) return taken;
    }
    return enter();
}

Result<> ChunkBatches::enter() {
    const auto staged = std::exchange(staged_, {});
    if (staged.small.empty() && staged.large.empty()) return Done{};
    return enter_chunks(*store_, *chunks_, staged, take_);
}

}  // namespace staffroom
