#include "app/cli/print.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "app/cli/qr.h"
#include "app/cli/table.h"
#include "core/text_rules.h"

namespace staffroom::cli {
namespace {

namespace json = boost::json;

constexpr int partly_done = 6;
constexpr std::pair<Code, int> exit_codes[] = {{Code::malformed, 2}, {Code::too_large, 1}, {Code::refused, 5},
                                               {Code::not_found, 4}, {Code::busy, 7},      {Code::io, 74}};

void print_rows(const json::array& rows) {
    if (rows.empty()) {
        std::cerr << "Nothing here yet.\n";
    } else if (rows.front().is_object()) {
        std::cout << table_of(rows);
    } else {
        for (const auto& row : rows) std::cout << line_of({}, row) << '\n';
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
        const std::string invite(reply.at("invite").as_string());
        if (reply.contains("qr")) {
            auto upper = invite;
            std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
            std::cout << qr_code(upper).value_or("");
        }
        std::cout << invite << '\n';
        std::cerr << "Give this to the colleague. They type: staffroom join …\n";
    } else if (command == "init") {
        std::cout << "Your profile is ready. Next, found a group or join a colleague's:\n"
                     "  staffroom group new \"Science team\" --kind team\n"
                     "  staffroom join INVITATION\n";
    } else if (command == "join" && reply.contains("name")) {
        std::cout << "You are in “" << line_of({}, reply.at("name")) << "” now.\n";
        const auto* complete = reply.if_contains("complete");
        if (complete != nullptr && complete->is_bool() && !complete->get_bool()) {
            std::cout << "What your colleagues have is still coming; it goes on while Staffroom runs.\n";
        }
    } else if (!reply.empty() &&
               std::all_of(reply.begin(), reply.end(), [](const auto& each) { return each.value().is_array(); })) {
        for (const auto& [key, rows] : reply) {
            if (reply.size() > 1) std::cout << std::string(key) << ":\n";
            print_rows(rows.get_array());
        }
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
    const auto* unplug = reply->if_contains("safe_to_unplug");
    if (!as_json && unplug != nullptr && unplug->is_bool() && unplug->get_bool()) {
        std::cerr << "You can take the stick out.\n";
    }
    const auto has_any = [&](const char* name) {
        const auto* list = reply->if_contains(name);
        return list != nullptr && list->is_array() && !list->get_array().empty();
    };
    return has_any("missing") || has_any("refused") ? partly_done : 0;
}

}  // namespace staffroom::cli
