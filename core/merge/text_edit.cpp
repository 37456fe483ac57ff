#include "core/merge/text_edit.h"

#include "core/limits.h"
#include "core/utf8.h"

namespace staffroom {

bool is_insertable(std::string_view inserted) {
    if (inserted.size() > limits::insert_bytes) return false;
    bool ascii = true;
    for (const char c : inserted) {
        if (c == '\r' || c == '\0') return false;
        ascii &= static_cast<unsigned char>(c) < 0x80;
    }
    return ascii || is_utf8(inserted);
}

bool is_applicable(std::span<const TextChange> changes, std::uint32_t length) {
    std::uint64_t now = length;
    for (const auto& change : changes) {
        if (std::uint64_t{change.position} + change.deleted > now) return false;
        if (change.inserted.size() == 1 && change.inserted[0] >= ' ' && change.inserted[0] <= '~') {
            ++now;  // one key pressed, the usual case
        } else {
            if (!is_insertable(change.inserted)) return false;
            now += scalar_count(change.inserted);
        }
        now -= change.deleted;
        if (now > max_text_length) return false;
    }
    return true;
}

}  // namespace staffroom
