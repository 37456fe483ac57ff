#include "storage/file_words.h"

namespace staffroom::file_words {

void keep(WriteTxn& txn, keys::GroupNumber group, const ChunkId& manifest, std::string_view words) {
    bool named = false;
    txn.scan_keys(Table::files, keys::joined({keys::group(group), manifest.view()}),
                  [&](ByteView) { return named = true, false; });
    if (named) txn.put(Table::views, keys::file_words(group, manifest), view_of(words));
}

std::optional<std::string> read(ReadTxn& txn, keys::GroupNumber group, const ChunkId& manifest) {
    const auto words = txn.get_if_sound(Table::views, keys::file_words(group, manifest));
    if (!words) return std::nullopt;
    return std::string(words->begin(), words->end());
}

void forget(WriteTxn& txn, keys::GroupNumber group, const ChunkId& manifest) {
    txn.erase(Table::views, keys::file_words(group, manifest));
}

void forget_all(WriteTxn& txn, keys::GroupNumber group) { txn.erase_all(Table::views, keys::all_file_words(group)); }

}  // namespace staffroom::file_words
