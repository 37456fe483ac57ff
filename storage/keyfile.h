// The file `keys` of a profile: the two keys that seal everything else, in clear (mode 0600) or wrapped by a
// passphrase.
//
//   keys := "staffroom-keys" | version u8 = 1 | wrapped bool
//           | 0: sync key 32 | view key 32
//           | 1: salt 16 | nonce 24 | XChaCha20-Poly1305(sync key 32 | view key 32; key = Argon2id(passphrase, salt);
//                associated data = all bytes before the nonce)
//           | BLAKE2b-64 of all before
// Argon2id runs with 64 MiB and 3 passes. A wrong passphrase costs its quarter of a second, changes nothing and wipes
// nothing. The checksum tells a damaged file from a wrong passphrase. Losing this file is losing the profile, so it is
// only ever replaced whole: after a crash at any moment the old passphrase works, or the new one.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "storage/vault.h"

namespace staffroom {

// Draws two keys and writes them. Without a passphrase they lie in clear.
// Error: refused when the file exists; io.
Result<StorageKeys> create_keyfile(const std::filesystem::path& file, std::optional<std::string_view> passphrase);

// Errors: not_found; refused (a passphrase is needed, or it is wrong; others may read the file; a later version); io
// (damaged).
Result<StorageKeys> open_keyfile(const std::filesystem::path& file, std::optional<std::string_view> passphrase);

Result<bool> needs_passphrase(const std::filesystem::path& file);

// From any to any: nothing for `to` leaves the keys in clear. Errors as open_keyfile.
Result<> change_passphrase(const std::filesystem::path& file, std::optional<std::string_view> from,
                           std::optional<std::string_view> to);

}  // namespace staffroom
