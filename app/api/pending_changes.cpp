#include "app/api/pending_changes.h"

#include <iterator>

#include "core/limits.h"
#include "core/merge/difference.h"
#include "core/utf8.h"

namespace staffroom::api {
namespace {

constexpr auto none = ~std::uint32_t{0};

// A letter of the text as pending made it: which one it was before, or what was put in.
struct Letter {
    std::uint32_t was = none;
    std::string_view put;
};

std::vector<Letter> letters_put(std::string_view words) {
    std::vector<Letter> letters;
    while (!words.empty()) {
        std::size_t size = 1;
        while (size < words.size() && (static_cast<unsigned char>(words[size]) & 0xC0) == 0x80) ++size;
        letters.push_back({none, words.substr(0, size)});
        words.remove_prefix(size);
    }
    return letters;
}

std::vector<Letter> letters_after(const std::vector<TextChange>& pending, std::string_view from) {
    std::vector<Letter> letters(scalar_count(from));
    for (std::uint32_t i = 0; i < letters.size(); ++i) letters[i].was = i;
    for (const auto& change : pending) {
        const auto at = letters.begin() + change.position;
        const auto put = letters_put(change.inserted);
        letters.insert(letters.erase(at, at + change.deleted), put.begin(), put.end());
    }
    return letters;
}

// Where a letter of one text is in the other; if it is gone, where it was.
struct Stand {
    std::uint32_t place = 0;
    bool is_gone = false;
};

std::vector<Stand> stands_in(std::string_view from, std::string_view to) {
    std::vector<Stand> stands;
    std::uint32_t place = 0;
    for (const auto& change : difference(from, to)) {
        while (place < change.position) stands.push_back({place++, false});
        stands.insert(stands.end(), change.deleted, {place, true});
        place += static_cast<std::uint32_t>(scalar_count(change.inserted));
    }
    for (const auto all = scalar_count(from); stands.size() < all;) stands.push_back({place++, false});
    return stands;
}

void take_away(std::vector<TextChange>& changes, std::uint32_t position) {
    if (!changes.empty() && changes.back().inserted.empty() && changes.back().position == position) {
        ++changes.back().deleted;
    } else {
        changes.push_back({position, 1, ""});
    }
}

}  // namespace

void add_pending(std::vector<TextChange>& pending, TextChange change) {
    if (!pending.empty() && change.deleted == 0) {
        auto& last = pending.back();
        const auto end = last.position + scalar_count(last.inserted);
        if (change.position == end && last.inserted.size() + change.inserted.size() <= limits::insert_bytes) {
            last.inserted += change.inserted;
            return;
        }
    }
    pending.push_back(std::move(change));
}

std::vector<TextChange> take_batch(std::vector<TextChange>& pending) {
    std::size_t count = 0;
    for (std::size_t bytes = 0; count < pending.size(); ++count) {
        bytes += pending[count].inserted.size() + 12;
        if (bytes > limits::insert_bytes && count > 0) break;
    }
    const auto end = pending.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<TextChange> batch(std::make_move_iterator(pending.begin()), std::make_move_iterator(end));
    pending.erase(pending.begin(), end);
    return batch;
}

std::vector<TextChange> rebased(const std::vector<TextChange>& pending, std::string_view from, std::string_view to) {
    const auto letters = letters_after(pending, from);
    const auto stands = stands_in(from, to);
    std::vector<TextChange> changes;
    std::uint32_t passed = 0;         // letters of `from`
    std::uint32_t put = 0, gone = 0;  // letters so far, by these changes
    const auto take_away_until = [&](std::size_t end) {
        for (; passed < end; ++passed) {
            if (stands[passed].is_gone) continue;
            take_away(changes, stands[passed].place + put - gone);
            ++gone;
        }
    };
    for (const auto& letter : letters) {
        if (letter.was != none) {
            take_away_until(letter.was);
            ++passed;
            continue;
        }
        const auto* before = passed == 0 ? nullptr : &stands[passed - 1];
        const auto place = before == nullptr ? 0u : before->place + (before->is_gone ? 0u : 1u);
        add_pending(changes, {place + put - gone, 0, std::string(letter.put)});
        ++put;
    }
    take_away_until(stands.size());
    return changes;
}

}  // namespace staffroom::api
