#include "app/cli/qr.h"

#include <qrencode.h>

#include <memory>

namespace staffroom::cli {
namespace {

struct Ink {
    std::string_view line_begin, line_end;
    bool on_light;  // what is inked: the light dots on a dark terminal, the dark ones on paper
};

std::optional<std::string> drawn(std::string_view words, const Ink& ink) {
    constexpr int margin = 4;
    const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
        QRcode_encodeString(std::string(words).c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), QRcode_free);
    if (!code) return std::nullopt;
    const auto is_inked = [&](int row, int column) {
        const bool outside = row < 0 || column < 0 || row >= code->width || column >= code->width;
        const bool light = outside || (code->data[row * code->width + column] & 1) == 0;
        return light == ink.on_light;
    };
    std::string text;
    for (int row = -margin; row < code->width + margin; row += 2) {
        text += ink.line_begin;
        for (int column = -margin; column < code->width + margin; ++column) {
            const bool upper = is_inked(row, column), lower = is_inked(row + 1, column);
            text += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
        }
        text += ink.line_end;
    }
    return text;
}

}  // namespace

std::optional<std::string> qr_code(std::string_view words) {
    return drawn(words, {"\x1b[97;40m", "\x1b[0m\n", true});  // white on black
}

std::optional<std::string> qr_page(std::string_view words) { return drawn(words, {"", "\n", false}); }

}  // namespace staffroom::cli
