// How the keys of every table are built. Keys lie in clear and hold ids and numbers only. See storage/FORMAT.md.
//
// A group has a local number, so that its 32-byte id is not repeated in front of millions of keys.
#pragma once

#include <bit>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "core/commit.h"
#include "core/commit_key.h"

namespace staffroom::keys {

using GroupNumber = std::uint32_t;

// A group by its two names.
struct LocalGroup {
    GroupNumber number = 0;
    GroupId id;
};

// Most are no longer, so that one is made without growing step by step.
inline constexpr std::size_t usual_bytes = 64;

inline Bytes joined(std::initializer_list<ByteView> parts) {
    Bytes key;
    key.reserve(usual_bytes);
    for (const auto part : parts) append(key, part);
    return key;
}

inline Bytes group(GroupNumber number) {
    Bytes key;
    key.reserve(usual_bytes);
    append_be32(key, number);
    return key;
}
// number | kind: prefix of `log`, `heads`, `tree`. Behind it in `log` and `heads`: depth and id, a CommitKey.
inline Bytes set(GroupNumber number, CommitKind kind) {
    auto key = group(number);
    key.push_back(static_cast<std::uint8_t>(kind));
    return key;
}
inline Bytes in_set(GroupNumber number, CommitKind kind, ByteView rest) {
    auto key = set(number, kind);
    append(key, rest);
    return key;
}
inline constexpr std::size_t set_bytes = 5;

// number | id: `waiting`, `records`, `epochs`.
inline Bytes in_group(GroupNumber number, ByteView rest) {
    auto key = group(number);
    append(key, rest);
    return key;
}
inline constexpr std::size_t group_bytes = 4;

// Of a part in its commit, which has fewer than 65,536. u16 BE.
inline void append_index(Bytes& key, std::size_t index) {
    key.push_back(static_cast<std::uint8_t>(index >> 8));
    key.push_back(static_cast<std::uint8_t>(index));
}
// commit id | index: `late_parts`.
inline Bytes part(const CommitId& commit, std::size_t index) {
    auto key = copy_of(commit.view());
    append_index(key, index);
    return key;
}

// Of an id the first bytes are enough to find it by; whoever finds two looks at both.
inline constexpr std::size_t front_bytes = 8;
inline ByteView front_of(const CommitId& id) { return id.view().first(front_bytes); }

// A depth in few bytes that order as numbers do: how many, then those, the greatest first.
inline void append_depth(Bytes& key, std::uint64_t depth) {
    const auto count = static_cast<std::uint8_t>((std::bit_width(depth) + 7) / 8);
    key.push_back(count);
    for (unsigned left = count; left-- > 0;) key.push_back(static_cast<std::uint8_t>(depth >> (8 * left)));
}
// Takes it off the front; nothing when it is none.
inline std::optional<std::uint64_t> take_depth(ByteView& key) {
    if (key.empty() || key[0] > 8 || key.size() < 1u + key[0]) return std::nullopt;
    std::uint64_t depth = 0;
    for (const auto byte : key.subspan(1, key[0])) depth = depth << 8 | byte;
    key = key.subspan(1u + key[0]);
    return depth;
}

// number | front of id: prefix of the rows in `places` that may be this commit's; then kind | depth.
inline Bytes places_of(GroupNumber number, const CommitId& id) { return joined({group(number), front_of(id)}); }
inline Bytes place(GroupNumber number, CommitKind kind, const CommitKey& commit) {
    auto key = places_of(number, id_of(commit));
    key.push_back(static_cast<std::uint8_t>(kind));
    append_depth(key, depth_of(commit));
    return key;
}

// number | record | depth | front of id | part: `mentions`.
inline Bytes mention(GroupNumber number, const RecordId& record, const CommitKey& commit, std::size_t index) {
    auto key = joined({group(number), record.view()});
    append_depth(key, depth_of(commit));
    append(key, front_of(id_of(commit)));
    append_index(key, index);
    return key;
}

// number | record | field name | 0: prefix of one text in `texts`.
inline Bytes text(GroupNumber number, const RecordId& record, std::string_view field) {
    auto key = joined({group(number), record.view(), view_of(field)});
    key.push_back(0);
    return key;
}

// `views` holds small indexes, told apart by a letter behind the number. All of them, so that none is taken twice.
enum class ViewRows : std::uint8_t {
    authors = 'a',      // person: has content here
    changes = 'c',      // transaction | record: it changed then (storage/changes.h)
    claims = 'e',       // record | commit key | index: asks for it to be erased (storage/erasing.h)
    file_claims = 'f',  // first chunk of a manifest | commit key | index: likewise (storage/erased_files.h)
    given = 'g',        // record: which versions of its text were given out (app/given_versions.h)
    gone = 'x',         // commit id | index: erased elsewhere (storage/erasing.h)
    file_words = 'w',   // first chunk of a manifest: what that file says (storage/file_words.h)
    stale = 's',        // the views are of another time and to be folded again from all content
    unread = 'u',       // epoch | commit key | index: not folded, since its key is not here, or the profile is locked
};
inline Bytes view(GroupNumber number, ViewRows rows, ByteView rest = {}) {
    auto key = group(number);
    key.push_back(static_cast<std::uint8_t>(rows));
    append(key, rest);
    return key;
}
inline Bytes authored(GroupNumber number, const PersonId& person) {
    return view(number, ViewRows::authors, person.view());
}
inline Bytes given(GroupNumber number, const RecordId& record) { return view(number, ViewRows::given, record.view()); }
inline Bytes changes(GroupNumber number) { return view(number, ViewRows::changes); }
// Record zero: all of them may have.
inline Bytes change(GroupNumber number, std::uint64_t transaction, ByteView record) {
    auto key = changes(number);
    append_be64(key, transaction);
    append(key, record);
    return key;
}
inline Bytes all_file_words(GroupNumber number) { return view(number, ViewRows::file_words); }
inline Bytes file_words(GroupNumber number, const ChunkId& manifest) {
    return view(number, ViewRows::file_words, manifest.view());
}
inline Bytes stale(GroupNumber number) { return view(number, ViewRows::stale); }
inline Bytes unread(GroupNumber number) { return view(number, ViewRows::unread); }
inline Bytes unread(GroupNumber number, const EpochId& epoch) { return view(number, ViewRows::unread, epoch.view()); }
inline Bytes unread(GroupNumber number, const EpochId& epoch, const CommitKey& commit, std::size_t index) {
    auto key = unread(number, epoch);
    append(key, commit.view());
    append_index(key, index);
    return key;
}

}  // namespace staffroom::keys
