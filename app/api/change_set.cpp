#include "app/api/change_set.h"

#include <boost/json.hpp>
#include <cassert>
#include <optional>

#include "core/limits.h"
#include "core/utf8.h"

namespace staffroom::api {
namespace {

std::size_t bytes_of_scalar(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// A place in a text, known in all three measures.
class Place {
  public:
    explicit Place(std::string_view text) : text_(text) {}

    bool at_end() const { return byte_ == text_.size(); }
    std::size_t byte() const { return byte_; }
    std::uint64_t units() const { return units_; }

    void step() {
        const auto bytes = bytes_of_scalar(text_[byte_]);
        byte_ += bytes;
        units_ += bytes == 4 ? 2 : 1;
    }
    // Scalar values passed; nothing where the text ends before, or a pair would be cut.
    std::optional<std::uint32_t> pass_units(std::uint64_t count) {
        std::uint32_t scalars = 0;
        for (const auto end = units_ + count; units_ < end; ++scalars) {
            if (at_end()) return std::nullopt;
            step();
            if (units_ > end) return std::nullopt;
        }
        return scalars;
    }
    void pass_scalars(std::uint32_t count) {
        for (; count > 0; --count) step();
    }

  private:
    std::string_view text_;
    std::size_t byte_ = 0;
    std::uint64_t units_ = 0;
};

Error no_change_set() { return {Code::malformed, "This change does not fit the note.", "Open the note again."}; }

std::optional<std::uint64_t> count_in(const boost::json::value& value) {
    boost::system::error_code wrong;
    const auto count = value.is_number() ? value.to_number<std::int64_t>(wrong) : -1;
    return wrong || count < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(count));
}

// The lines after an array's first element.
std::optional<std::string> lines_in(const boost::json::array& section) {
    std::string words;
    for (std::size_t i = 1; i < section.size(); ++i) {
        if (!section[i].is_string()) return std::nullopt;
        if (i > 1) words += '\n';
        words += std::string_view(section[i].get_string());
    }
    return is_utf8(words) ? std::optional(words) : std::nullopt;
}

// In pieces that one change may put in, none of which cuts a character.
void put_in(std::vector<TextChange>& changes, std::uint32_t position, std::uint32_t deleted, std::string_view words) {
    do {
        auto size = std::min(words.size(), limits::insert_bytes);
        while (size < words.size() && (static_cast<unsigned char>(words[size]) & 0xC0) == 0x80) --size;
        changes.push_back({position, deleted, std::string(words.substr(0, size))});
        position += static_cast<std::uint32_t>(scalar_count(words.substr(0, size)));
        words.remove_prefix(size);
        deleted = 0;
    } while (!words.empty());
}

}  // namespace

Result<std::vector<TextChange>> changes_from(const boost::json::value& change_set, std::string_view text) {
    if (!change_set.is_array()) return no_change_set();
    std::vector<TextChange> changes;
    Place place(text);
    std::uint32_t position = 0;  // in the text as it becomes
    for (const auto& section : change_set.get_array()) {
        if (!section.is_array()) {
            const auto count = count_in(section);
            const auto kept = count ? place.pass_units(*count) : std::nullopt;
            if (!kept) return no_change_set();
            position += *kept;
            continue;
        }
        const auto& array = section.get_array();
        const auto count = array.empty() ? std::nullopt : count_in(array.front());
        const auto deleted = count ? place.pass_units(*count) : std::nullopt;
        const auto words = lines_in(array);
        if (!deleted || !words || words->size() > max_text_length) return no_change_set();
        if (*deleted == 0 && words->empty()) continue;
        put_in(changes, position, *deleted, *words);
        position += static_cast<std::uint32_t>(scalar_count(*words));
    }
    if (!place.at_end()) return no_change_set();
    return changes;
}

boost::json::array change_set_of(const std::vector<TextChange>& changes, std::string_view text) {
    boost::json::array sections;
    Place place(text);
    std::uint64_t kept_to = 0;   // in units of the text as it was
    std::uint32_t position = 0;  // in the text as it becomes
    for (const auto& change : changes) {
        assert(change.position >= position);
        place.pass_scalars(change.position - position);
        if (place.units() > kept_to) sections.push_back(place.units() - kept_to);
        const auto before = place.units();
        place.pass_scalars(change.deleted);
        kept_to = place.units();
        boost::json::array section{kept_to - before};
        std::string_view words = change.inserted;
        while (!words.empty()) {
            const auto end = words.find('\n');
            section.push_back(boost::json::string(words.substr(0, end)));
            if (end == std::string_view::npos) break;
            words.remove_prefix(end + 1);
            if (words.empty()) section.push_back("");
        }
        sections.push_back(std::move(section));
        position = change.position + static_cast<std::uint32_t>(scalar_count(change.inserted));
    }
    while (!place.at_end()) place.step();
    if (place.units() > kept_to) sections.push_back(place.units() - kept_to);
    return sections;
}

std::uint64_t place_after(const boost::json::value& change_set, std::uint64_t units) {
    if (!change_set.is_array()) return units;
    std::uint64_t becomes = 0;
    for (const auto& section : change_set.get_array()) {
        const auto* put = section.if_array();
        const auto count = count_in(put == nullptr ? section : put->empty() ? boost::json::value() : put->front());
        if (!count) return units + becomes;
        std::uint64_t added = 0;
        if (put != nullptr) {
            const auto words = lines_in(*put).value_or("");
            added = units_before(words, static_cast<std::uint32_t>(words.size()));
        }
        if (units < *count) return becomes + (put == nullptr ? units : units == 0 ? 0 : added);
        units -= *count;
        becomes += put == nullptr ? *count : added;
    }
    return becomes + units;
}

std::uint32_t place_after(const std::vector<TextChange>& changes, std::uint32_t position) {
    for (const auto& change : changes) {
        if (position < change.position || (position == change.position && change.deleted > 0)) continue;
        const auto added = static_cast<std::uint32_t>(scalar_count(change.inserted));
        position = std::max(position, change.position + change.deleted) - change.deleted + added;
    }
    return position;
}

std::uint64_t units_before(std::string_view text, std::uint32_t scalars) {
    Place place(text);
    for (; scalars > 0 && !place.at_end(); --scalars) place.step();
    return place.units();
}

std::string applied(std::string text, const std::vector<TextChange>& changes) {
    for (const auto& change : changes) {
        Place from(text);
        from.pass_scalars(change.position);
        auto to = from;
        to.pass_scalars(change.deleted);
        text.replace(from.byte(), to.byte() - from.byte(), change.inserted);
    }
    return text;
}

}  // namespace staffroom::api
