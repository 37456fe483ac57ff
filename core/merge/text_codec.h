// How a text is stored: what is shown, ready to show, and the whole history behind it in columns.
//
//   snapshot := "SRT1" | checksum 8 | varint size of shown | shown | history
//   shown    := varint edits | varint bytes they inserted | heads: varint count, (varint number, id)... | hidden:
//   varint count, varint numbers...
//               | text, UTF-8, to the end
//   id       := commit 32 | varint part | varint position
//   history  := authors: varint count, (device 32, run 16)... | varint count of id runs | varint count of commits,
//               their 32 bytes each | blocks of text: varint count, (varint size, 2^31 more if it holds copies, varint
//               packed size)..., packed bytes as packed_text.h says... | columns, range coded, to the end
//   columns  := id runs | author runs | chains of the graph | strokes, each as text_codec.cpp says
//
// Integers are little-endian base-128 varints as in core/wire.h. The checksum is not cryptographic: what keeps
// snapshots (LMDB values) seals them; it is here so that a damaged one is told at once and not when the history is
// first read. The decoders do not rely on it: whatever the bytes, they give an error or a valid value.
#pragma once

#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/merge/event_log.h"
#include "core/result.h"

namespace staffroom {

struct ShownText {
    struct Head {
        EditIndex edit = 0;
        OpRef id;
    };
    EditIndex edits = 0;               // in the history
    std::uint32_t inserted_bytes = 0;  // by all of them
    std::vector<Head> heads;
    std::vector<EditIndex> hidden;  // ascending
    std::string_view text;          // borrowed from the snapshot, or from the caller
};

// The history alone, compressed. O(history). Does not depend on how it was arrived at by appending.
Bytes encode_history(const EventLog& log);
// Errors: malformed. Memory is bounded by a multiple of the size of what is decoded, which the size of `history`
// bounds.
Result<EventLog> decode_history(ByteView history, EditIndex edits);

Bytes encode_snapshot(const ShownText& shown, ByteView history);
struct Snapshot {
    ShownText shown;
    ByteView history;
};
// Everything in it is borrowed from `bytes`. O(size), without decoding the history.
Result<Snapshot> decode_snapshot(ByteView bytes);

}  // namespace staffroom
