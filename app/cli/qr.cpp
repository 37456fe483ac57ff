#include "app/cli/qr.h"

#include <qrencode.h>

#include <memory>

namespace staffroom::cli {

std::optional<std::string> qr_code(std::string_view words) {
    constexpr int margin = 4;
    const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
        QRcode_encodeString(std::string(words).c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), QRcode_free);
    if (!code) return std::nullopt;
    const auto is_light = [&](int row, int column) {
        if (row < 0 || column < 0 || row >= code->width || column >= code->width) return true;
        return (code->data[row * code->width + column] & 1) == 0;
    };
    std::string text;
    for (int row = -margin; row < code->width + margin; row += 2) {
        text += "\x1b[97;40m";  // white on black
        for (int column = -margin; column < code->width + margin; ++column) {
            const bool upper = is_light(row, column), lower = is_light(row + 1, column);
            text += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
        }
        text += "\x1b[0m\n";
    }
    return text;
}

}  // namespace staffroom::cli
