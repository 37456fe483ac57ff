// The messages about chunks (net/chunks.h); kinds, limits and rules as in net/message.h.
#pragma once

#include "net/message.h"

namespace staffroom::net {

// "I look for these", all of them each time: answered by HaveChunks of those that are there, now and as they arrive.
struct WantChunks {
    static constexpr Kind kind = Kind::want_chunks;
    std::vector<ChunkId> ids;
    template <class A>
    void serialize(A& ar) {
        ar(capped<limits::chunk_ids_count>(ids));
    }
};
struct HaveChunks {
    static constexpr Kind kind = Kind::have_chunks;
    std::vector<ChunkId> ids;
    template <class A>
    void serialize(A& ar) {
        ar(capped<limits::chunk_ids_count>(ids));
    }
};
struct GetChunk {
    static constexpr Kind kind = Kind::get_chunk;
    ChunkId id;
    template <class A>
    void serialize(A& ar) {
        ar(id);
    }
};
struct ChunkFrame {
    static constexpr Kind kind = Kind::chunk;
    ChunkId id;
    std::optional<SharedBytes> bytes;  // none: not here, or not for you
    template <class A>
    void serialize(A& ar) {
        bool here = bytes.has_value();
        ar(id, here);
        if (!here) return;
        if (!bytes) bytes.emplace();
        ar(blob<sealed_chunk_bytes_max>(*bytes));
    }
};
// What stands before the bytes in a ChunkFrame: whoever gives writes it and reads them from the disk right behind it.
struct ChunkHead {
    ChunkId id;
    std::uint32_t size = 0;
    template <class A>
    void serialize(A& ar) {
        bool here = true;
        ar(id, here, size);
    }
};
// Several at once, of small chunks mostly; answered by ChunkFrame or ChunksFrame, as many as it takes.
struct GetChunks {
    static constexpr Kind kind = Kind::get_chunks;
    std::vector<ChunkId> ids;
    template <class A>
    void serialize(A& ar) {
        ar(capped<limits::chunk_ids_count>(ids));
    }
};
struct ChunksFrame {
    static constexpr Kind kind = Kind::chunks;
    std::vector<ChunkFrame> chunks;
    template <class A>
    void serialize(A& ar) {
        ar(capped<limits::chunks_in_frame>(chunks));
    }
};

// "What you gave me as this one is something else": whoever gave it looks whether it is damaged there.
struct WrongChunk {
    static constexpr Kind kind = Kind::wrong_chunk;
    ChunkId id;
    template <class A>
    void serialize(A& ar) {
        ar(id);
    }
};

// Whether this side's disk takes what colleagues have. Said when that changes, and by a full one when it meets somebody.
struct RoomFrame {
    static constexpr Kind kind = Kind::room;
    bool has_room = true;
    template <class A>
    void serialize(A& ar) {
        ar(has_room);
    }
};

}  // namespace staffroom::net
