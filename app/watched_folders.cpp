#include "app/watched_folders.h"

#include <algorithm>

#include "core/crypto.h"
#include "core/wire.h"

namespace staffroom {
namespace {

// `profile`: "watched folder" | group 32 | hash of the path 16 -> path; "watched file" | the same | hash of the name 16
// -> WatchedFile.
struct FolderRow {
    std::string path;
    template <class A>
    void serialize(A& ar) {
        ar(text<WatchedFolders::path_bytes_max>(path));
    }
};

constexpr std::string_view folder_tag = "watched folder", file_tag = "watched file";

Bytes short_hash(std::string_view words) {
    Bytes hash(16);
    blake2b(hash, {}, {view_of(words)});
    return hash;
}

Bytes key_of(std::string_view tag, const WatchedFolders::Folder& folder) {
    return keys::joined({view_of(tag), folder.group.view(), short_hash(folder.path)});
}

Bytes key_of(const WatchedFolders::Folder& folder, const std::string& name) {
    return keys::joined({key_of(file_tag, folder), short_hash(name)});
}

}  // namespace

std::vector<WatchedFolders::Folder> WatchedFolders::all() const {
    std::vector<Folder> folders;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        txn.scan(Table::profile, view_of(folder_tag), [&](ByteView key, ByteView value) {
            const auto group = GroupId::from(key.subspan(folder_tag.size()).first(GroupId::size));
            auto row = decode<FolderRow>(value);
            if (group && row) folders.push_back({*group, std::move(row->path)});
            return true;
        });
        return Done{};
    });
    return folders;
}

Result<> WatchedFolders::watch(const Folder& folder) {
    if (folder.path.size() > path_bytes_max)
        return {Code::too_large, "This path is too long.", "Choose another folder."};
    const auto folders = all();
    const auto same = [&](const Folder& each) { return each.group == folder.group && each.path == folder.path; };
    if (std::ranges::any_of(folders, same)) return Done{};
    if (folders.size() >= folders_max) {
        return {Code::refused, "Staffroom watches 64 folders already.", "See them: staffroom files watched"};
    }
    return store_.write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::profile, key_of(folder_tag, folder), encode(FolderRow{folder.path}));
        return Done{};
    });
}

Result<bool> WatchedFolders::forget(const Folder& folder) {
    bool was = false;
    const auto written = store_.write([&](WriteTxn& txn) -> Result<> {
        was = txn.has(Table::profile, key_of(folder_tag, folder));
        txn.erase(Table::profile, key_of(folder_tag, folder));
        txn.erase_all(Table::profile, key_of(file_tag, folder));
        return Done{};
    });
    if (!written) return written.error();
    return was;
}

Nonce16 WatchedFolders::nonce_of(const DeviceId& device, const Folder& folder, const std::string& name) {
    Nonce16 nonce;
    blake2b(nonce.bytes, {}, {view_of("watched"), device.view(), short_hash(folder.path), short_hash(name)});
    return nonce;
}

std::optional<WatchedFile> WatchedFolders::file(const Folder& folder, const std::string& name) const {
    std::optional<WatchedFile> found;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        const auto bytes = txn.get(Table::profile, key_of(folder, name));
        auto row = bytes ? decode<WatchedFile>(*bytes) : Result<WatchedFile>(Code::not_found, "");
        if (row) found = std::move(*row);
        return Done{};
    });
    return found;
}

Result<> WatchedFolders::remember(const Folder& folder, const std::string& name, const WatchedFile& file) {
    return store_.write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::profile, key_of(folder, name), encode(file));
        return Done{};
    });
}

std::uint64_t WatchedFolders::files_count(const Folder& folder) const {
    std::uint64_t files = 0;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        txn.scan_keys(Table::profile, key_of(file_tag, folder), [&](ByteView) { return ++files, true; });
        return Done{};
    });
    return files;
}

}  // namespace staffroom
