#include "storage/keyfile.h"

#include <sys/stat.h>

#include "core/wire.h"
#include "storage/disk.h"

namespace staffroom {
namespace {

constexpr char magic[] = "staffroom-keys";
constexpr std::uint8_t keyfile_version = 1;
constexpr std::size_t magic_bytes = sizeof magic - 1;
constexpr std::size_t checksum_bytes = 8;
constexpr std::size_t file_bytes_max = 4096;
using Checksum = Id<struct ChecksumTag, 16>;

struct Wrapped {
    Nonce16 salt;
    Nonce24 nonce;
    Bytes sealed;
};
struct Content {
    std::optional<StorageKeys> clear;
    Wrapped wrapped;
};

Bytes checksum(ByteView bytes) {
    Checksum sum;
    blake2b(sum.bytes, {}, {view_of(magic), bytes});
    return copy_of(sum.view().first(checksum_bytes));
}

Bytes beginning(bool wrapped) {
    Bytes bytes = copy_of(view_of(magic));
    bytes.push_back(keyfile_version);
    bytes.push_back(wrapped ? 1 : 0);
    return bytes;
}

Bytes plain_of(const StorageKeys& keys) {
    Bytes plain = copy_of(keys.sync.view());
    append(plain, keys.view.view());
    return plain;
}

std::optional<StorageKeys> keys_of(ByteView plain) {
    if (plain.size() != 2 * SymmetricKey::size) return std::nullopt;
    return StorageKeys{*SymmetricKey::from(plain.first(SymmetricKey::size)),
                       *SymmetricKey::from(plain.last(SymmetricKey::size))};
}

Result<Bytes> content_of(const StorageKeys& keys, std::optional<std::string_view> passphrase) {
    Bytes bytes = beginning(passphrase.has_value());
    if (passphrase) {
        const auto salt = random_id<Nonce16>();
        const auto nonce = random_id<Nonce24>();
        const auto key = key_from_passphrase(*passphrase, salt);
        if (!key) return key.error();
        append(bytes, salt.view());
        const auto sealed = seal(*key, nonce, bytes, plain_of(keys));
        append(bytes, nonce.view());
        append(bytes, sealed);
    } else {
        append(bytes, plain_of(keys));
    }
    append(bytes, checksum(bytes));
    return bytes;
}

Error damaged(const std::filesystem::path& file) {
    return {Code::io, "The file " + file.string() + ", which opens this profile, is damaged.",
            "Put it back from a backup."};
}

Result<Content> read_content(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) {
        return {Code::not_found, "There is no profile here: " + file.string() + " is missing.", "Run: staffroom init"};
    }
    if ((status.st_mode & 077) != 0) {
        return {Code::refused, "Other users of this computer can read " + file.string() + ".",
                "Run: chmod 600 '" + file.string() + "'"};
    }
    const auto read = read_file(file, file_bytes_max);
    if (!read) return read.error();
    ByteView bytes = *read;
    const auto head = beginning(false).size();
    if (bytes.size() < head + checksum_bytes || !begins_with(bytes, view_of(magic))) return damaged(file);
    if (checksum(bytes.first(bytes.size() - checksum_bytes)) != copy_of(bytes.last(checksum_bytes))) {
        return damaged(file);
    }
    if (bytes[magic_bytes] > keyfile_version) {
        return {Code::refused, "This profile was last used by a newer version of Staffroom.",
                "Install the newer version on this computer. Nothing was changed."};
    }
    bytes = bytes.first(bytes.size() - checksum_bytes);
    const bool wrapped = bytes[magic_bytes + 1] == 1;
    bytes = bytes.subspan(head);
    Content content;
    if (!wrapped) {
        content.clear = keys_of(bytes);
        if (!content.clear) return damaged(file);
    } else {
        constexpr std::size_t front = Nonce16::size + Nonce24::size;
        if (bytes.size() != front + 2 * SymmetricKey::size + seal_overhead) return damaged(file);
        content.wrapped.salt = *Nonce16::from(bytes.first(Nonce16::size));
        content.wrapped.nonce = *Nonce24::from(bytes.subspan(Nonce16::size, Nonce24::size));
        content.wrapped.sealed = copy_of(bytes.subspan(front));
    }
    return content;
}

}  // namespace

Result<StorageKeys> create_keyfile(const std::filesystem::path& file, std::optional<std::string_view> passphrase) {
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
        return {Code::refused, "There is a profile here already.", "Use it, or choose another folder with --home."};
    }
    const StorageKeys keys{random_secret<SymmetricKey>(), random_secret<SymmetricKey>()};
    const auto content = content_of(keys, passphrase);
    if (!content) return content.error();
    if (auto written = replace_file(file, *content); !written) return written.error();
    return keys;
}

Result<StorageKeys> open_keyfile(const std::filesystem::path& file, std::optional<std::string_view> passphrase) {
    const auto content = read_content(file);
    if (!content) return content.error();
    if (content->clear) return *content->clear;
    if (!passphrase) {
        return {Code::refused, "This profile has a passphrase.", "Type it, or give it with --passphrase-file."};
    }
    const auto& wrapped = content->wrapped;
    const auto key = key_from_passphrase(*passphrase, wrapped.salt);
    if (!key) return key.error();
    Bytes associated = beginning(true);
    append(associated, wrapped.salt.view());
    const auto plain = unseal(*key, wrapped.nonce, associated, wrapped.sealed);
    const auto keys = plain ? keys_of(*plain) : std::nullopt;
    if (!keys) return {Code::refused, "That is not the passphrase.", "Try again; nothing was changed."};
    return *keys;
}

Result<bool> needs_passphrase(const std::filesystem::path& file) {
    const auto content = read_content(file);
    if (!content) return content.error();
    return !content->clear;
}

Result<> change_passphrase(const std::filesystem::path& file, std::optional<std::string_view> from,
                           std::optional<std::string_view> to) {
    const auto keys = open_keyfile(file, from);
    if (!keys) return keys.error();
    const auto content = content_of(*keys, to);
    if (!content) return content.error();
    return replace_file(file, *content);
}

}  // namespace staffroom
