#include "app/cli/values.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "app/cli/usage.h"
#include "app/invitation_file.h"
#include "app/local_door.h"
#include "core/members/invite.h"
#include "core/records/schema.h"
#include "core/utf8.h"
#include "storage/own_file.h"

namespace staffroom::cli {
namespace {

namespace fs = std::filesystem;
using boost::json::value;

// The rest of a request is a few kilobytes of names.
constexpr std::size_t words_bytes_max = request_bytes_max - (std::size_t{1} << 20);

Error is_wrong(const Option& option, const std::string& what, const std::string& advice) {
    return {Code::malformed, in_quotes(option.name) + " " + what, advice};
}

bool is_blank(const std::string& words) { return words.find_first_not_of(" \t\r\n") == std::string::npos; }

Result<value> number_of(const Option& option, const std::string& typed) {
    std::uint64_t number = 0;
    const auto* end = typed.data() + typed.size();
    const auto [at, error] = std::from_chars(typed.data(), end, number);
    if (error != std::errc() || at != end || number < option.bounds.least || number > option.bounds.most) {
        return api::out_of_bounds(option.key, option.bounds);
    }
    return value(number);
}

Result<std::string> read_words(const std::string& typed) {
    if (typed == "-") return read_own_file(STDIN_FILENO, "standard input", words_bytes_max);
    const auto path = path_from_here(typed);
    return path ? read_own_file(*path, words_bytes_max) : path.error();
}

Result<value> words_of_file(const std::string& typed) {
    const auto words = read_words(typed);
    if (!words) return words.error();
    if (!is_utf8(*words)) {
        return {Code::malformed, in_quotes(typed) + " is no text in UTF-8.", "Save it as UTF-8, then try again."};
    }
    return value(*words);
}

// What exists under that name is meant, unless it is an invitation's text itself.
Result<value> invitation_of(const std::string& typed) {
    const auto path = path_from_here(typed);
    std::error_code gone;
    if (!path || invitation_from(typed).ok() || !fs::exists(*path, gone)) return value(typed);
    auto words = read_invitation(*path);
    if (!words) return words.error();
    return value(*words);
}

// Whether every field of that name holds a file, so that what is typed for it is a path.
bool holds_file(std::string_view field) {
    bool any = false;
    for (const auto& type : schema()) {
        const auto* rule = type.find(field);
        if (rule == nullptr) continue;
        if (rule->holds != Holds::file) return false;
        any = true;
    }
    return any;
}

Result<std::string> field_of(const std::string& typed) {
    const auto equals = typed.find('=');
    if (equals == std::string::npos || !holds_file(typed.substr(0, equals)) || is_blank(typed.substr(equals + 1))) {
        return typed;
    }
    const auto path = path_from_here(typed.substr(equals + 1));
    if (!path) return path.error();
    return typed.substr(0, equals + 1) + path->string();
}

}  // namespace

Result<fs::path> path_from_here(const std::string& typed) {
    if (typed.empty()) return {Code::malformed, "An empty path leads nowhere.", "Give the path of a file or folder."};
    std::error_code gone;
    const auto path = fs::absolute(typed, gone);
    if (gone) {
        return {Code::malformed, "The folder you are in is not there any more.",
                "Go to another folder with: cd. Or give the whole path, from / on."};
    }
    return path.lexically_normal();
}

Result<value> value_of(const Option& option, const std::vector<std::string>& typed) {
    const bool list = option.takes == Takes::list || option.takes == Takes::fields;
    if (!list && typed.size() > 1) return given_twice(option.name);
    for (const auto& each : typed) {
        const bool path = option.takes == Takes::path || option.takes == Takes::folder ||
                          option.takes == Takes::source || option.takes == Takes::file_text;
        if (!is_utf8(each)) {
            return is_wrong(option, "is not written in UTF-8.",
                            path ? "Rename the file or folder, then try again." : "Type it again in UTF-8.");
        }
        if (is_blank(each) && (option.required || list || path || option.never_empty)) {
            return is_wrong(option, "is empty.", "Give " + std::string(option.about) + ".");
        }
    }
    switch (option.takes) {
        case Takes::list:
        case Takes::fields: {
            boost::json::array all;
            for (const auto& each : typed) {
                auto field = option.takes == Takes::fields ? field_of(each) : Result<std::string>(each);
                if (!field) return field.error();
                all.push_back(boost::json::string(*field));
            }
            return value(std::move(all));
        }
        case Takes::number:
            return number_of(option, typed.front());
        case Takes::invitation:
            return invitation_of(typed.front());
        case Takes::file_text:
            return words_of_file(typed.front());
        case Takes::source:
            if (typed.front().find("://") != std::string::npos) return value(typed.front());
            [[fallthrough]];
        case Takes::path:
        case Takes::folder: {
            const auto path = path_from_here(typed.front());
            if (!path) return path.error();
            return value(path->string());
        }
        case Takes::flag:
            return value(true);
        case Takes::text:
            break;
    }
    return value(typed.front());
}

std::optional<Result<value>> value_without(const Option& option) {
    if (option.takes != Takes::folder) return std::nullopt;
    return value_of(option, {"."});
}

}  // namespace staffroom::cli
