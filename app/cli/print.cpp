#include "app/cli/print.h"

#include <unistd.h>

#include <boost/json.hpp>
#include <ctime>
#include <iostream>

#include "app/home.h"
#include "app/version.h"

#include "core/text_rules.h"

namespace staffroom::cli {
namespace {

namespace json = boost::json;

constexpr std::pair<Code, int> exit_codes[] = {{Code::malformed, 2}, {Code::too_large, 1}, {Code::refused, 5},
                                               {Code::not_found, 4}, {Code::busy, 7},      {Code::io, 74}};

// A colleague's clock is shown where it can be right (not before the program was made, not tomorrow), and never
// believed.
std::string date_of(std::uint64_t wall_ms) {
    constexpr std::uint64_t day_ms = 86'400'000;
    if (wall_ms + day_ms < release_ms || wall_ms > Home::wall_ms() + day_ms) return "date unknown";
    const auto seconds = static_cast<std::time_t>(wall_ms / 1000);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local)};
}

// One value on one line.
std::string line_of(const json::value& value) {
    if (value.is_string()) return shown_name(std::string_view(value.get_string()), 400);
    if (value.is_bool()) return value.get_bool() ? "yes" : "no";
    if (value.is_null()) return "-";
    if (value.is_array()) {
        std::string line;
        for (const auto& each : value.get_array()) line += (line.empty() ? "" : ", ") + line_of(each);
        return line;
    }
    if (value.is_object()) {
        const auto& object = value.get_object();
        for (const auto* name : {"name", "title", "value", "id"}) {
            if (const auto* shown = object.if_contains(name)) return line_of(*shown);
        }
        std::string line;
        for (const auto& [key, each] : object)
            line += (line.empty() ? "" : ", ") + std::string(key) + " " + line_of(each);
        return line;
    }
    return json::serialize(value);
}

std::string line_of(std::string_view key, const json::value& value) {
    const bool date = key == "when" || key == "created_ms";
    return date && value.is_number() ? date_of(value.to_number<std::uint64_t>()) : line_of(value);
}

void print_rows(const json::array& rows) {
    for (const auto& row : rows) {
        if (!row.is_object()) {
            std::cout << line_of(row) << '\n';
            continue;
        }
        std::string line;
        for (const auto& [key, value] : row.get_object()) {
            if (value.is_array() && value.get_array().empty()) continue;
            line += (line.empty() ? "" : "  ") + line_of(key, value);
        }
        std::cout << line << '\n';
    }
}

void print_fields(const json::object& object, const std::string& indent) {
    for (const auto& [key, value] : object) {
        if (value.is_object()) {
            if (value.get_object().empty()) continue;
            std::cout << indent << std::string(key) << ":\n";
            print_fields(value.get_object(), indent + "  ");
        } else if (value.is_string() && value.get_string().find('\n') != json::string::npos) {
            std::cout << indent << std::string(key) << ":\n"
                      << shown_text(std::string_view(value.get_string())) << '\n';
        } else {
            std::cout << indent << std::string(key) << ": " << line_of(key, value) << '\n';
        }
    }
}

void print_for_people(const std::string& command, const api::Json& reply) {
    if (command == "note show") {
        // To the byte, so that it can go into a file; a terminal's prompt still begins on its own line.
        const auto words = shown_text(std::string_view(reply.at("text").as_string()));
        std::cout << words;
        if (isatty(STDOUT_FILENO) != 0 && !words.ends_with('\n')) std::cout << '\n';
    } else if (command == "invite") {
        std::cout << std::string_view(reply.at("invite").as_string()) << '\n';
        std::cerr << "Give this to the colleague. They type: staffroom join …\n";
    } else if (reply.size() == 1 && reply.begin()->value().is_array()) {
        print_rows(reply.begin()->value().get_array());
    } else if (reply.size() == 1 && reply.begin()->value().is_object()) {
        print_fields(reply.begin()->value().get_object(), "");
    } else {
        print_fields(reply, "");
    }
}

}  // namespace

int exit_code_of(const Error& error) {
    for (const auto& [code, number] : exit_codes) {
        if (code == error.code) return number;
    }
    return 1;
}

std::string document_of(const api::Reply& reply) {
    if (!reply) {
        const auto& error = reply.error();
        return json::serialize(json::object{
            {"ok", false}, {"error", {{"code", name_of(error.code)}, {"say", error.say}, {"do", error.advice}}}});
    }
    json::object document{{"ok", true}};
    for (const auto& [key, value] : *reply) document[key] = value;
    return json::serialize(document);
}

api::Reply reply_of(const std::string& document) {
    const Error strange{Code::io, "Staffroom gave an answer that makes no sense.", "Stop it and start it again."};
    boost::system::error_code wrong;
    const auto value = json::parse(document, wrong);
    if (wrong || !value.is_object()) return strange;
    auto object = value.get_object();
    const auto* ok = object.if_contains("ok");
    if (ok == nullptr || !ok->is_bool()) return strange;
    if (ok->get_bool()) {
        object.erase("ok");
        return object;
    }
    const auto* error = object.if_contains("error");
    if (error == nullptr || !error->is_object()) return strange;
    const auto text = [&](const char* name) {
        const auto* found = error->get_object().if_contains(name);
        return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    for (const auto& [code, number] : exit_codes) {
        if (text("code") == name_of(code)) return Error{code, text("say"), text("do")};
    }
    return strange;
}

int print(const std::string& command, const api::Reply& reply, bool as_json) {
    if (as_json) {
        std::cout << document_of(reply) << '\n';
    } else if (reply) {
        print_for_people(command, *reply);
    } else {
        std::cerr << shown_text(reply.error().say) << '\n';
        if (!reply.error().advice.empty()) std::cerr << shown_text(reply.error().advice) << '\n';
    }
    std::cout.flush();
    if (!reply) return exit_code_of(reply.error());
    const auto* missing = reply->if_contains("missing");
    return missing != nullptr && missing->is_array() && !missing->get_array().empty() ? 6 : 0;
}

}  // namespace staffroom::cli
