// Bytes as a text that people photograph, copy and send: prefix | base32 (lower case) of version u8 | body | BLAKE2b-64 of
// all before. The checksum is looked at before the version, so that a damaged text is never taken for a newer one.
#pragma once

#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace staffroom {

struct CheckedText {
    std::string_view prefix;
    std::string_view what;  // "invitation": for the words of a refusal
    std::uint8_t version = 1;
    std::size_t most = 0;  // characters
};

// Needs: the text fits.
std::string to_checked_text(const CheckedText& kind, ByteView body);
// The body. Blanks around it are forgiven, and upper case throughout, which takes fewer dots as a code to scan: a mixture
// is damage. Errors: malformed (another text, or damaged anywhere), refused (made by a newer version).
Result<Bytes> from_checked_text(const CheckedText& kind, std::string_view text);
Error damaged(const CheckedText& kind);

}  // namespace staffroom
