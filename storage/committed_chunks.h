// The chunks as the conversation reads them (core/ports.h ChunkStore): committed state only.
#pragma once

#include "core/ports.h"
#include "storage/group.h"
#include "storage/wanted_chunks.h"

namespace staffroom {

class CommittedChunks final : public ChunkStore {
  public:
    // All of these outlive it.
    CommittedChunks(Store& store, const Chunks& chunks, const Groups& groups)
        : store_(store), chunks_(chunks), groups_(groups) {}

    void at_once(const std::function<void()>& look) const override;
    bool has(const ChunkId& chunk) const override;
    std::optional<std::uint32_t> size(const ChunkId& chunk) const override;
    bool read(const ChunkId& chunk, Bytes& behind) const override;
    std::optional<SharedBytes> read_behind(ByteView head, const ChunkId& chunk) const override;
    void expect(const ChunkId& chunk) const override;
    bool is_sound(const ChunkId& chunk) const override;
    std::vector<GroupId> groups(const ChunkId& chunk) const override;
    std::vector<WantedChunk> wanted(std::size_t limit) const override;
    std::vector<WantedChunk> fitting(std::size_t limit) const override;
    // As the disk is now.
    wanted_chunks::Fit fit() const;
    std::optional<bool> fits(const ChunkId& chunk, const wanted_chunks::Fit& fit) const;

  private:
    const Group* numbered(keys::GroupNumber number) const;
    Result<> ask(const Store::Read& question) const;
    std::vector<WantedChunk> wanted_in(const wanted_chunks::Fit& fit, std::size_t limit) const;

    Store& store_;
    const Chunks& chunks_;
    const Groups& groups_;
    mutable ReadTxn* at_once_ = nullptr;  // of the look under way
};

}  // namespace staffroom
