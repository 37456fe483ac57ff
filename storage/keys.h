// How the keys of every table are built. Keys lie in clear and hold ids and numbers only. See storage/FORMAT.md.
//
// A group has a local number, so that its 32-byte id is not repeated in front of millions of keys.
#pragma once

#include <initializer_list>
#include <string_view>

#include "core/commit.h"
#include "core/commit_key.h"

namespace staffroom::keys {

using GroupNumber = std::uint32_t;

inline Bytes joined(std::initializer_list<ByteView> parts) {
    Bytes key;
    for (const auto part : parts) append(key, part);
    return key;
}

inline Bytes group(GroupNumber number) {
    Bytes key;
    append_be32(key, number);
    return key;
}
// number | kind: prefix of `order`, `heads`, `tree`.
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

// commit id | index: `parts`.
inline Bytes part(const CommitId& commit, std::size_t index) {
    auto key = copy_of(commit.view());
    key.push_back(static_cast<std::uint8_t>(index >> 8));
    key.push_back(static_cast<std::uint8_t>(index));
    return key;
}

// number | record | commit key | part: `record_commits`.
inline Bytes record_commit(GroupNumber number, const RecordId& record, const CommitKey& commit, std::size_t index) {
    auto key = joined({group(number), record.view(), commit.view()});
    key.push_back(static_cast<std::uint8_t>(index >> 8));
    key.push_back(static_cast<std::uint8_t>(index));
    return key;
}

// number | record | field name | 0: prefix of one text in `texts`.
inline Bytes text(GroupNumber number, const RecordId& record, std::string_view field) {
    auto key = joined({group(number), record.view(), view_of(field)});
    key.push_back(0);
    return key;
}

// `views` holds two small indexes, told apart by a letter behind the number.
// number | 'a' | person: this person has content here.
inline Bytes authored(GroupNumber number, const PersonId& person) {
    auto key = group(number);
    key.push_back('a');
    append(key, person.view());
    return key;
}
// number | 'u': prefix of the parts whose key is not here yet; then epoch | commit key | part.
inline Bytes unread(GroupNumber number) {
    auto key = group(number);
    key.push_back('u');
    return key;
}
inline Bytes unread(GroupNumber number, const EpochId& epoch) {
    auto key = unread(number);
    append(key, epoch.view());
    return key;
}
inline Bytes unread(GroupNumber number, const EpochId& epoch, const CommitKey& commit, std::size_t index) {
    auto key = unread(number, epoch);
    append(key, commit.view());
    key.push_back(static_cast<std::uint8_t>(index >> 8));
    key.push_back(static_cast<std::uint8_t>(index));
    return key;
}

}  // namespace staffroom::keys
