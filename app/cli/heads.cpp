#include "app/cli/heads.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

namespace staffroom::cli {
namespace {

using Spoken = std::pair<std::string_view, std::string_view>;

constexpr Spoken heads[] = {
    {"also", "also written"},
    {"announced", "shown to strangers"},
    {"asking", "asking to come in"},
    {"bad", "damaged"},
    {"began", "begun"},
    {"belongs_to", "belongs to"},
    {"bytes", "size"},
    {"chunks", "parts of files"},
    {"colleagues", "colleagues"},
    {"commits", "changes"},
    {"content", "what people wrote"},
    {"control", "who is in the group"},
    {"created_ms", "made"},
    {"deleted", "letters taken away"},
    {"device", "device"},
    {"device_name", "name of this device"},
    {"devices", "devices"},
    {"elsewhere", "only with colleagues"},
    {"fields", "fields"},
    {"files_missing", "files missing"},
    {"free", "free on this disk"},
    {"good", "well"},
    {"group_name", "group"},
    {"groups", "groups"},
    {"heard_of", "heard of"},
    {"here", "here"},
    {"in_bytes_s", "a second from colleagues"},
    {"in_kb", "kilobytes a second from colleagues"},
    {"inserted", "letters written"},
    {"key", "keys"},
    {"kind", "kind"},
    {"known_devices", "known devices"},
    {"lacks", "changes lacking"},
    {"lacks_changes", "changes lacking"},
    {"lacks_files", "files lacking"},
    {"last_met", "last met"},
    {"lobby_port", "port for newcomers"},
    {"locked", "locked"},
    {"max_mb", "largest file in megabytes"},
    {"members", "people"},
    {"met", "met"},
    {"missed", "not reached"},
    {"no_room", "finds no room"},
    {"out_bytes_s", "a second to colleagues"},
    {"out_kb", "kilobytes a second to colleagues"},
    {"pace", "how fast files move"},
    {"parts", "sealed parts"},
    {"paused", "paused"},
    {"person", "person"},
    {"policy", "what comes by itself"},
    {"port", "port for colleagues"},
    {"private", "between the two"},
    {"received", "changes that came"},
    {"removed_on", "removed on"},
    {"repaired", "mended"},
    {"replies", "replies"},
    {"retired", "put aside"},
    {"root", "mark of all that is here"},
    {"running", "runs in the background"},
    {"sent", "changes that went"},
    {"sheet", "recovery sheet"},
    {"size", "size"},
    {"skipped", "there already"},
    {"sure", "date is certain"},
    {"tags", "tags"},
    {"this", "this one"},
    {"to_come", "still to come"},
    {"to_free", "to be freed for it"},
    {"to_type", "to type"},
    {"type", "kind"},
    {"uptime_s", "runs for"},
    {"waiting", "waiting for earlier changes"},
    {"waiting_for_key", "waiting for a key"},
};

constexpr Spoken kinds[] = {
    {"all", "everything"},
    {"focus", "focus group"},
    {"none", "no member any more"},
    {"on-demand", "only what I ask for"},
    {"plc", "learning community"},
    {"reader", "reads only"},
    {"recent", "what is new from now on"},
    {"team", "subject team"},
    {"to be printed", "to be printed"},
};
constexpr std::string_view of_the_program[] = {"role", "kind", "type", "policy", "sheet", "state", "wish"};
constexpr std::string_view sizes[] = {"bytes",     "free",    "memory",  "storage", "size",       "here",
                                      "elsewhere", "to_come", "no_room", "to_free", "in_bytes_s", "out_bytes_s"};

std::string_view among(std::span<const Spoken> all, std::string_view name) {
    for (const auto& [each, words] : all) {
        if (each == name) return words;
    }
    return name;
}

bool is_among(std::span<const std::string_view> all, std::string_view name) {
    return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace

std::string_view head_of(std::string_view field) { return among(heads, field); }

std::optional<std::string_view> word_of(std::string_view field, std::string_view value) {
    if (!is_among(of_the_program, field)) return std::nullopt;
    return among(kinds, value);
}

std::optional<std::string> measure_of(std::string_view field, const boost::json::value& value) {
    if (!value.is_int64() && !value.is_uint64()) return std::nullopt;
    const auto number = value.to_number<std::uint64_t>();
    char text[32];
    if (field == "uptime_s") {
        const auto minutes = static_cast<unsigned>(number / 60 % 60), seconds = static_cast<unsigned>(number % 60);
        std::snprintf(text, sizeof text, "%llu:%02u:%02u", static_cast<unsigned long long>(number / 3600), minutes,
                      seconds);
        return text;
    }
    if (!is_among(sizes, field)) return std::nullopt;
    constexpr std::array<const char*, 5> units = {"B", "kB", "MB", "GB", "TB"};
    auto amount = static_cast<double>(number);
    std::size_t unit = 0;
    for (; amount >= 1000 && unit + 1 < units.size(); ++unit) amount /= 1000;
    std::snprintf(text, sizeof text, unit > 0 && amount < 100 ? "%.1f %s" : "%.0f %s", amount, units.at(unit));
    return text;
}

}  // namespace staffroom::cli
