// How a file of the library leaves by the page's door. Whoever shared it chose its name, its type and its bytes, so none
// of these decides anything: it is saved, under a safe name, as bytes that mean nothing to a browser. Only a picture that is
// one by its first bytes may be shown, and not even it can run anything (the policy's sandbox).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"

namespace staffroom::page {

struct FileAsked {
    std::string record;
    std::size_t index = 0;  // among its files
    bool is_inline = false;
    std::string range;  // the header's words
};
// Of "RECORD/INDEX". Nothing of anything else.
std::optional<FileAsked> file_asked(std::string_view path);

struct Outgoing {
    unsigned status = 200;
    std::uint64_t from = 0, count = 0;  // the bytes to send
    std::vector<std::pair<std::string, std::string>> headers;
};
// `first` are the file's first bytes, as many as first_bytes where it has so many.
inline constexpr std::size_t first_bytes = 16;
Outgoing outgoing(const FileAsked& asked, std::string_view name, std::uint64_t size, ByteView first);

}  // namespace staffroom::page
