// What a file says, once it was read for the search: kept among the views, sealed with their key, so that neither a start
// nor a lost index costs a second reading. It goes with the last record that names the file. Derived: a repair that
// rebuilds has every file read again.
#pragma once

#include <optional>
#include <string>

#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom::file_words {

// Empty: it was read and says nothing, or does not let itself be read. Nothing is kept when no record names it any more.
void keep(WriteTxn& txn, keys::GroupNumber group, const ChunkId& manifest, std::string_view words);
// Nothing: not read yet.
std::optional<std::string> read(ReadTxn& txn, keys::GroupNumber group, const ChunkId& manifest);
void forget(WriteTxn& txn, keys::GroupNumber group, const ChunkId& manifest);
void forget_all(WriteTxn& txn, keys::GroupNumber group);

}  // namespace staffroom::file_words
