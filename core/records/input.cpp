#include "core/records/input.h"

#include <algorithm>
#include <charconv>

#include "core/records/view.h"
#include "core/utf8.h"

namespace staffroom {
namespace {

std::string_view trim(std::string_view words) {
    constexpr std::string_view spaces = " \t\r\n";
    const auto first = words.find_first_not_of(spaces);
    if (first == std::string_view::npos) return {};
    return words.substr(first, words.find_last_not_of(spaces) - first + 1);
}

Error does_not_fit(const FieldRule& rule, std::string say, std::string advice) {
    return {Code::malformed, in_quotes(rule.name) + " " + std::move(say), std::move(advice)};
}

bool is_link(std::string_view words) {
    for (const std::string_view scheme : {"https://", "http://", "mailto:"}) {
        if (words.size() > scheme.size() && words.substr(0, scheme.size()) == scheme) return true;
    }
    return false;
}

bool has_control_characters(std::string_view words, bool lines) {
    return std::any_of(words.begin(), words.end(), [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && !(lines && (c == '\n' || c == '\t'))) || byte == 0x7F;
    });
}

// Decimal digits only, all of `words`.
std::optional<std::uint64_t> number_from(std::string_view words) {
    std::uint64_t number = 0;
    const auto* end = words.data() + words.size();
    const auto [at, error] = std::from_chars(words.data(), end, number);
    if (error != std::errc() || at != end || words.empty()) return std::nullopt;
    return number;
}

bool is_date(std::string_view words) {
    // Positions of digits and signs in 2025-03-09T14:30; a date alone is its first ten.
    constexpr std::string_view shape = "dddd-dd-ddTdd:dd";
    if (words.size() != 10 && words.size() != shape.size()) return false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool digit = words[i] >= '0' && words[i] <= '9';
        if (shape[i] == 'd' ? !digit : words[i] != shape[i]) return false;
    }
    const auto part = [&](std::size_t from, std::size_t count) { return *number_from(words.substr(from, count)); };
    const auto year = part(0, 4), month = part(5, 2), day = part(8, 2);
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    const unsigned days[] = {31, leap ? 29U : 28U, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1]) return false;
    return words.size() == 10 || (part(11, 2) < 24 && part(14, 2) < 60);
}

std::string listed(const std::vector<std::string_view>& words) {
    std::string list;
    for (const auto word : words) list += (list.empty() ? "" : ", ") + std::string(word);
    return list;
}

template <class T>
Result<Value> resolved(const FieldRule& rule, const std::function<Result<T>(std::string_view)>& resolve,
                       std::string_view words) {
    if (!resolve) return does_not_fit(rule, "cannot be given in words.", "Choose it on the page.");
    auto found = resolve(words);
    if (!found) return found.error();
    return Value(std::move(*found));
}

Result<Value> parse_value(const FieldRule& rule, std::string_view words, const Resolver& resolver) {
    switch (rule.holds) {
        case Holds::number:
            if (const auto number = number_from(words)) return Value(*number);
            return does_not_fit(rule, "is a number, and " + in_quotes(words) + " is not one.",
                                "Write digits only, for example 12.");
        case Holds::yes_no:
            for (const auto yes : {"yes", "true", "y", "1"})
                if (words == yes) return Value(true);
            for (const auto no : {"no", "false", "n", "0"})
                if (words == no) return Value(false);
            return does_not_fit(rule, "is answered with yes or no.", "Write yes or no.");
        case Holds::person:
            return resolved(rule, resolver.person, words.substr(words.starts_with('@') ? 1 : 0));
        case Holds::record:
            return resolved(rule, resolver.record, words);
        case Holds::file:
            return resolved(rule, resolver.file, words);
        case Holds::range:
            if (auto range = range_from(words)) return Value(std::move(*range));
            return does_not_fit(rule, "is a passage of a text, and " + in_quotes(words) + " is none.",
                                "Choose the passage on the page.");
        case Holds::link:
            return Value(Link{std::string(words)});
        case Holds::evidence:
            if (is_link(words)) return Value(Link{std::string(words)});
            if (resolver.record) {
                if (auto found = resolver.record(words)) return Value(std::move(*found));
            }
            return Value(std::string(words));
        case Holds::position:
            return does_not_fit(rule, "is a place in a list, not words.", "Move the entry instead.");
        case Holds::title:
        case Holds::line:
        case Holds::choice:
        case Holds::date:
        case Holds::raw:
            return Value(std::string(words));
    }
    return Value(std::string(words));
}

}  // namespace

Error no_such_field(const TypeRule& type, std::string_view field) {
    std::vector<std::string_view> names;
    for (const auto& rule : type.fields) names.push_back(rule.name);
    return {Code::not_found, "There is no field " + in_quotes(field) + " in a " + std::string(type.name) + ".",
            "It has: " + listed(names) + "."};
}

Error no_such_type(std::string_view type) {
    return {Code::not_found, "There is no kind of record called " + in_quotes(type) + ".",
            "`staffroom types` lists them all."};
}

Result<> check_value(const FieldRule& rule, const Value& value) {
    if (const auto* words = value.get<std::string>()) {
        if (!is_utf8(*words)) return does_not_fit(rule, "holds bytes that are no letters.", "Save it as UTF-8.");
        if (rule.merge == Merge::text) return Done{};
        const bool lines = rule.holds == Holds::line || rule.holds == Holds::evidence;
        if (has_control_characters(*words, lines)) {
            return does_not_fit(rule, lines ? "holds characters that nobody can see." : "is a single line.",
                                lines ? "Type the words afresh." : "Put it on one line.");
        }
        const auto most =
            rule.holds == Holds::line || rule.holds == Holds::evidence ? limits::line_scalars : limits::title_scalars;
        if (const auto length = scalar_count(*words); length > most) {
            return {Code::too_large,
                    in_quotes(rule.name) + " is " + std::to_string(length) + " characters long; " +
                        std::to_string(most) + " fit.",
                    "Shorten it, or put the rest into a note."};
        }
        if (words->empty()) return does_not_fit(rule, "is empty.", "Write something, or clear the field.");
        if (rule.holds == Holds::choice &&
            std::find(rule.choices.begin(), rule.choices.end(), *words) == rule.choices.end()) {
            return does_not_fit(rule, "cannot be " + in_quotes(*words) + ".",
                                "Choose one of: " + listed(rule.choices) + ".");
        }
        if (rule.holds == Holds::date && !is_date(*words)) {
            return does_not_fit(rule, "is a date, and " + in_quotes(*words) + " is not one.",
                                "Write it as 2025-03-09, or with the time as 2025-03-09T14:30.");
        }
    }
    if (const auto* link = value.get<Link>()) {
        if (!is_link(link->url) || has_control_characters(link->url, false) || !is_utf8(link->url)) {
            return does_not_fit(rule, "is an address that begins with https://, http:// or mailto:.",
                                "Copy it from the browser's address line.");
        }
        if (link->url.size() > limits::link_bytes) {
            return {Code::too_large, "This address is longer than " + std::to_string(limits::link_bytes) + " bytes.",
                    "Use a shorter one, usually what stands before the question mark."};
        }
    }
    if (!accepts(rule, value)) {
        return does_not_fit(rule,
                            std::string("holds a ") + name_of(rule.holds) + ", not a " + name_of(value.kind()) + ".",
                            "`staffroom types` shows what each field holds.");
    }
    return Done{};
}

Result<> check_title(std::string_view what, std::string_view words, std::size_t scalars_max) {
    const std::string subject(what);
    if (words.empty()) return {Code::malformed, subject + " is empty.", "Write one."};
    if (!is_utf8(words)) return {Code::malformed, subject + " holds bytes that are no letters.", "Type it afresh."};
    if (has_control_characters(words, false))
        return {Code::malformed, subject + " is a single line.", "Type it afresh."};
    if (const auto length = scalar_count(words); length > scalars_max) {
        return {
            Code::too_large,
            subject + " is " + std::to_string(length) + " characters long; " + std::to_string(scalars_max) + " fit.",
            "Choose a shorter one."};
    }
    return Done{};
}

std::string clean_text(std::string_view words) {
    std::string clean;
    clean.reserve(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        const char c = words[i];
        if (c == '\0') continue;
        if (c == '\r') {
            clean += '\n';
            if (i + 1 < words.size() && words[i + 1] == '\n') ++i;
        } else {
            clean += c;
        }
    }
    return clean;
}

Result<Input> parse_input(const TypeRule& type, std::string_view field, std::string_view words,
                          const Resolver& resolver) {
    const auto* rule = type.find(field);
    if (!rule || rule == &presence_rule()) return no_such_field(type, field);
    if (rule->merge == Merge::text) {
        auto clean = clean_text(words);
        if (!is_utf8(clean)) return does_not_fit(*rule, "holds bytes that are no letters.", "Save it as UTF-8.");
        return Input{std::string(field), Value(std::move(clean))};
    }
    words = trim(words);
    if (words.empty()) return Input{std::string(field), std::nullopt};
    auto value = parse_value(*rule, words, resolver);
    if (!value) return value.error();
    if (auto checked = check_value(*rule, *value); !checked) return checked.error();
    return Input{std::string(field), std::move(*value)};
}

Result<Input> parse_input(std::string_view type, std::string_view typed, const Resolver& resolver) {
    const auto* rule = find_type(type);
    if (!rule) return no_such_type(type);
    const auto equals = typed.find('=');
    if (equals == std::string_view::npos) {
        return {Code::malformed, in_quotes(typed) + " names no field.",
                "Write field=value, for example title=Fractions."};
    }
    return parse_input(*rule, trim(typed.substr(0, equals)), typed.substr(equals + 1), resolver);
}

}  // namespace staffroom
