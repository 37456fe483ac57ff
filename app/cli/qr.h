// A QR code for a terminal. The only door to libqrencode.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace staffroom::cli {

// Two rows of dots to a line of text, light on dark whatever the terminal's colours, with the quiet margin of four dots
// that the standard asks for. Nothing when the words are too long (2,953 bytes).
std::optional<std::string> qr_code(std::string_view words);
// The same for white paper, without colours.
std::optional<std::string> qr_page(std::string_view words);

}  // namespace staffroom::cli
