#include "app/cli/print.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "app/api/args.h"
#include "app/api/said.h"
#include "app/cli/qr.h"
#include "app/cli/sheet.h"
#include "app/cli/table.h"
#include "core/text_rules.h"

namespace staffroom::cli {
namespace {

namespace json = boost::json;

constexpr int partly_done = 6;
constexpr std::pair<std::string_view, int> exit_codes[] = {{"malformed", 2}, {"too_large", 1},    {"refused", 5},
                                                           {"not_found", 4}, {"busy", 7},         {"io", 74},
                                                           {"failed", 1},    {"interrupted", 130}};

int exit_code_of(const api::Trouble& trouble) {
    for (const auto& [code, number] : exit_codes) {
        if (code == trouble.code) return number;
    }
    return 1;
}

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

// What was found, two lines each: its name and where it is, and the words around what was looked for.
void print_found(const api::Json& reply) {
    const auto& results = reply.at("results").as_array();
    if (results.empty()) std::cerr << "Nothing was found.\n";
    for (const auto& each : results) {
        const auto& found = each.as_object();
        const auto said = [&](const char* name) { return line_of({}, found.at(name)); };
        const auto title = said("title");
        std::cout << (title.empty() ? "(no title)" : title) << "  [" << said("type") << ", " << said("group_name");
        if (found.contains("file")) std::cout << ", " << said("file");
        std::cout << "]  " << said("id").substr(0, 10) << '\n';
        if (const auto snippet = said("snippet"); !snippet.empty()) std::cout << "    " << snippet << '\n';
    }
    if (reply.contains("more")) std::cerr << "There is more: add words, or --most N.\n";
    if (const auto* unread = reply.if_contains("unread")) {
        std::cerr << "Files that were not looked through, since they are still coming or being read: "
                  << line_of({}, *unread) << ".\n";
    }
}

// Codes are read in upper case throughout too, which makes a coarser picture (core/checked_text.h).
void print_code(const std::string& text, bool as_picture) {
    if (as_picture) {
        auto upper = text;
        std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
        std::cout << qr_code(upper).value_or("");
    }
    std::cout << text << '\n';
}

void print_for_people(const std::string& command, const api::Json& reply) {
    if (command == "note show") {
        // To the byte, so that it can go into a file; a terminal's prompt still begins on its own line.
        const auto words = shown_text(std::string_view(reply.at("text").as_string()));
        std::cout << words;
        if (isatty(STDOUT_FILENO) != 0 && !words.ends_with('\n')) std::cout << '\n';
    } else if (command == "search") {
        print_found(reply);
    } else if (command == "help" || command == "completion") {
        std::cout << std::string_view(reply.at(command).as_string());
    } else if (command == "invite") {
        print_code(std::string(reply.at("invite").as_string()), reply.contains("qr"));
        std::cerr << "Give this to the colleague. They type: staffroom join …\n";
        if (const auto* file = reply.if_contains("file")) {
            std::cerr << "It is also in " << line_of({}, *file)
                      << "\nWith the stick they type: staffroom join DIR\n"
                         "Your two computers have to meet once. After that a stick is enough.\n";
        }
    } else if (command == "device link" && reply.contains("offer")) {
        print_code(std::string(reply.at("offer").as_string()), reply.contains("qr"));
        std::cerr << "Show this to nobody else: whoever has it can write as you. On your other computer type:\n"
                     "  staffroom device link …\n";
    } else if (command == "recovery sheet" && reply.contains("words")) {
        std::cout << sheet_page(std::string(reply.at("name").as_string()), std::string(reply.at("words").as_string()),
                                false);
        std::cerr << "Write them down; then: staffroom recovery sheet --on-paper\n";
    } else if (command == "recovery sheet" && reply.contains("file")) {
        std::cout << "The sheet is in " << line_of({}, reply.at("file"))
                  << ". Print it, delete the file; then: staffroom recovery sheet --on-paper\n";
    } else if (command == "recovery sheet") {
        std::cout << "The words are on paper only now.\n";
    } else if (command == "recovery begin") {
        print_code(std::string(reply.at("offer").as_string()), reply.contains("qr"));
        std::cerr << "Your colleague types on the new computer:\n  staffroom recovery help …\n";
    } else if (command == "recovery vouch") {
        std::cout << shown_text(std::string_view(reply.at("warning").as_string())) << '\n'
                  << (reply.at("enough").as_bool() ? "Enough have vouched: the new computer comes in now.\n"
                                                   : "Another organiser has to vouch too.\n");
    } else if (command == "recovery help" && reply.contains("request")) {
        print_code(std::string(reply.at("request").as_string()), reply.contains("qr"));
        std::cerr << "Two organisers of your group type this on their computers, or the only other one:\n"
                     "  staffroom recovery vouch GROUP …\n"
                     "Then do again here what you did.\n";
    } else if (command == "device link" || command == "recovery help") {
        std::cout << "This computer is yours too, " << line_of({}, reply.at("name")) << ".\n";
        const auto& groups = reply.at("groups").as_array();
        if (!groups.empty()) std::cout << "Your groups: " << line_of({}, groups) << '\n';
        if (!reply.at("complete").as_bool()) {
            std::cout << "What you have there is still coming; it goes on while Staffroom runs.\n";
        }
        const auto* gone = reply.if_contains("others_gone");
        if (gone != nullptr && !gone->as_bool()) {
            std::cout << "Your other computers are not shut out yet: repeat this when all has come.\n";
        }
    } else if (command == "device moved") {
        std::cout << "This computer is the one it was.\n";
    } else if (command == "device second") {
        std::cout << "This computer is one of its own now: “" << line_of({}, reply.at("name"))
                  << "”. You are the same person on both.\n";
    } else if (command == "compare open") {
        std::cout << "Your colleague types: staffroom compare find\nThen you type: staffroom compare words\n";
    } else if (reply.contains("words") && reply.contains("with")) {
        std::cout << line_of({}, reply.at("words")) << "\n";
        std::cerr << "Does " << line_of({}, reply.at("with"))
                  << " see the same words? Then both of you type:\n"
                     "  staffroom compare same\nElse: staffroom compare different\n";
    } else if (command == "compare same" && reply.contains("with")) {
        std::cout << line_of({}, reply.at("with")) << " is let in.\n";
    } else if (command == "compare different") {
        std::cout << "Nobody is let in. Begin again, nearer to each other and with nobody else about.\n";
    } else if (command == "erase") {
        std::cout << "Removed on " << line_of({}, reply.at("removed_on")) << " of "
                  << line_of({}, reply.at("known_devices")) << " known computers.\n";
        if (!reply.at("here").as_bool()) std::cout << "Here it is hidden, and goes after seven days of running.\n";
    } else if (command == "init") {
        std::cout << "Your profile is ready. Next, found a group or join a colleague's:\n"
                     "  staffroom group new \"Science team\" --kind team\n"
                     "  staffroom join INVITATION\n";
    } else if ((command == "join" || command == "compare same" || command == "group ask") && reply.contains("name")) {
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

api::Trouble interrupted() { return {"interrupted", "Interrupted.", "What was done before is saved. Try again."}; }

int exit_code_of(const Error& error) { return exit_code_of(api::trouble_of(error)); }

std::string document_of(const api::Reply& reply) {
    const auto fields = reply ? *reply : api::with_trouble({}, api::trouble_of(reply.error()));
    json::object document{{"ok", !fields.contains("error")}};
    for (const auto& [key, value] : fields) document[key] = value;
    return json::serialize(document);
}

api::Reply reply_of(const std::string& document) {
    const Error strange{Code::busy, "Staffroom gave an answer that makes no sense.", "Stop it and start it again."};
    auto read = api::object_in(document);
    if (!read) return strange;
    auto& object = *read;
    const auto* ok = object.if_contains("ok");
    if (ok == nullptr || !ok->is_bool()) return strange;
    const bool well = ok->get_bool();
    object.erase("ok");
    if (well) return object;
    const auto trouble = api::trouble_in(object);
    const auto known = [&](const auto& word) { return trouble && trouble->code == word.first; };
    if (std::none_of(std::begin(exit_codes), std::end(exit_codes), known)) return strange;
    if (object.size() > 1) return object;
    for (const auto code : {Code::malformed, Code::too_large, Code::refused, Code::not_found, Code::busy, Code::io}) {
        if (trouble->code == name_of(code)) return Error{code, trouble->say, trouble->advice};
    }
    return object;
}

int print(const std::string& command, const api::Reply& reply, bool as_json, const std::filesystem::path& home) {
    const auto trouble = api::trouble_in(reply);
    if (as_json) {
        std::cout << document_of(reply) << '\n';
    } else if (reply) {
        auto fields = *reply;
        fields.erase("error");
        if (!trouble || !fields.empty()) print_for_people(command, fields);
    }
    std::cout.flush();  // a daemon that stays in its terminal says this and goes on
    if (trouble && !as_json) {
        const auto said = api::said_in(api::system_language(), home);
        std::cerr << shown_text(said.of(trouble->say)) << '\n';
        if (!trouble->advice.empty()) std::cerr << shown_text(said.of(trouble->advice)) << '\n';
    }
    if (trouble) return exit_code_of(*trouble);
    const auto* unplug = reply->if_contains("safe_to_unplug");
    if (!as_json && unplug != nullptr && unplug->is_bool() && unplug->get_bool()) {
        std::cerr << "You can take the stick out.\n";
    }
    const auto has_any = [&](const char* name) {
        const auto* list = reply->if_contains(name);
        return list != nullptr && list->is_array() && !list->get_array().empty();
    };
    return has_any("missing") || has_any("missed") || has_any("refused") ? partly_done : 0;
}

}  // namespace staffroom::cli
