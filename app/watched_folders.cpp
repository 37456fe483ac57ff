#include "app/watched_folders.h"

#include <algorithm>
#include <set>

#include "core/crypto.h"
#include "core/wire.h"

namespace staffroom {
namespace {

// `profile`: "watched folder" | group 32 | hash of the path 16 -> path; "watched file" | the same | hash of the name 16
// -> WatchedFile; "watched place" | the same | hash of the name 16 -> the hash 16 that decides the nonce, when it is not that
// of the name.
struct FolderRow {
    std::string path;
    template <class A>
    void serialize(A& ar) {
        ar(text<WatchedFolders::path_bytes_max>(path));
    }
};

constexpr std::string_view folder_tag = "watched folder", file_tag = "watched file", place_tag = "watched place";

using Folder = WatchedFolders::Folder;
using NameHash = WatchedFolders::NameHash;

Bytes key_of(std::string_view tag, const Folder& folder) {
    return keys::joined({view_of(tag), folder.group.view(), WatchedFolders::hash_of(folder.path).view()});
}

Bytes key_of(std::string_view tag, const Folder& folder, const NameHash& name) {
    return keys::joined({key_of(tag, folder), name.view()});
}

NameHash place_of(ReadTxn& txn, const Folder& folder, const NameHash& name) {
    const auto row = txn.get(Table::profile, key_of(place_tag, folder, name));
    const auto place = row ? NameHash::from(*row) : std::nullopt;
    return place.value_or(name);
}

std::optional<WatchedFile> file_of(ReadTxn& txn, const Folder& folder, const NameHash& name) {
    const auto bytes = txn.get(Table::profile, key_of(file_tag, folder, name));
    auto row = bytes ? decode<WatchedFile>(*bytes) : Result<WatchedFile>(Code::not_found, "");
    return row ? std::optional(std::move(*row)) : std::nullopt;
}

}  // namespace

NameHash WatchedFolders::hash_of(std::string_view words) {
    NameHash hash;
    blake2b(hash.bytes, {}, {view_of(words)});
    return hash;
}

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

Nonce16 WatchedFolders::nonce_of(const DeviceId& device, const Folder& folder, const std::string& name) const {
    return nonce_of(device, folder, Gone{hash_of(name), {}});
}

Nonce16 WatchedFolders::nonce_of(const DeviceId& device, const Folder& folder, const Gone& gone) const {
    auto place = gone.name;
    (void)store_.read([&](ReadTxn& txn) -> Result<> { return place = place_of(txn, folder, gone.name), Done{}; });
    Nonce16 nonce;
    blake2b(nonce.bytes, {}, {view_of("watched"), device.view(), hash_of(folder.path).view(), place.view()});
    return nonce;
}

std::optional<WatchedFile> WatchedFolders::file(const Folder& folder, const std::string& name) const {
    std::optional<WatchedFile> found;
    (void)store_.read([&](ReadTxn& txn) -> Result<> { return found = file_of(txn, folder, hash_of(name)), Done{}; });
    return found;
}

Result<> WatchedFolders::remember(const Folder& folder, const std::string& name, const WatchedFile& file) {
    return store_.write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::profile, key_of(file_tag, folder, hash_of(name)), encode(file));
        return Done{};
    });
}

std::vector<WatchedFolders::Gone> WatchedFolders::gone(const Folder& folder,
                                                       const std::vector<std::string>& names) const {
    std::set<NameHash> there;
    for (const auto& name : names) there.insert(hash_of(name));
    std::vector<Gone> found;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        const auto prefix = key_of(file_tag, folder);
        txn.scan(Table::profile, prefix, [&](ByteView key, ByteView value) {
            const auto name = NameHash::from(key.subspan(prefix.size()));
            if (!name || there.contains(*name)) return true;
            if (auto file = decode<WatchedFile>(value)) found.push_back({*name, std::move(*file)});
            return true;
        });
        return Done{};
    });
    return found;
}

Result<> WatchedFolders::moved(const Folder& folder, const Gone& gone, const std::string& name) {
    return store_.write([&](WriteTxn& txn) -> Result<> {
        const auto now = hash_of(name);
        const auto place = place_of(txn, folder, gone.name), other = place_of(txn, folder, now);
        txn.put(Table::profile, key_of(place_tag, folder, now), place.view());
        txn.put(Table::profile, key_of(place_tag, folder, gone.name), other.view());
        txn.erase(Table::profile, key_of(file_tag, folder, gone.name));
        txn.put(Table::profile, key_of(file_tag, folder, now), encode(WatchedFile{0, 0, gone.file.file}));
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
