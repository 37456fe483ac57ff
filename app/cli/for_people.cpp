#include "app/cli/for_people.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "app/cli/doctor.h"
#include "app/cli/heads.h"
#include "app/cli/qr.h"
#include "app/cli/sheet.h"
#include "app/cli/table.h"
#include "core/text_rules.h"

namespace staffroom::cli {
namespace {

namespace json = boost::json;

class ForPeople {
  public:
    ForPeople(const std::string& command, const api::Json& reply, const api::Said& said)
        : command_(command), reply_(reply), said_(said) {}

    void print() const {
        if (print_words() || print_codes() || print_done()) return;
        const bool is_lists = !reply_.empty() && std::all_of(reply_.begin(), reply_.end(),
                                                             [](const auto& each) { return each.value().is_array(); });
        if (is_lists) {
            for (const auto& [key, rows] : reply_) {
                if (key == "missing" && rows.get_array().empty()) continue;
                if (reply_.size() > 1) std::cout << said_.word(head_of(key)) << ":\n";
                print_rows(rows.get_array());
            }
        } else if (reply_.size() == 1 && reply_.begin()->value().is_object()) {
            print_fields(reply_.begin()->value().get_object(), "");
        } else {
            print_fields(reply_, "");
        }
        if (is_set("on_this_computer")) {
            print_hint("This folder is on this computer's own disk, not on a stick.");
        } else if (is_set("safe_to_unplug")) {
            print_hint("You can take the stick out.");
        }
    }

  private:
    // A sentence that is the answer, and one beside it. What stands indented below is typed as it is.
    void print_line(const std::string& sentence) const { std::cout << shown_text(said_.of(sentence)) << '\n'; }
    void print_hint(const std::string& sentence) const { std::cerr << shown_text(said_.of(sentence)) << '\n'; }
    static void print_typed(const char* command) { std::cerr << "  " << command << '\n'; }

    std::string shown(const char* name) const { return line_of(name, reply_.at(name), said_); }
    std::string text(const char* name) const { return std::string(reply_.at(name).as_string()); }
    bool has(const char* name) const { return reply_.contains(name); }
    bool is_set(const char* name) const {
        const auto* value = reply_.if_contains(name);
        return value != nullptr && value->is_bool() && value->get_bool();
    }
    bool is_unset(const char* name) const { return has(name) && reply_.at(name).is_bool() && !is_set(name); }

    void print_rows(const json::array& rows) const {
        if (rows.empty()) {
            print_hint("Nothing here yet.");
        } else if (rows.front().is_object()) {
            std::cout << table_of(command_ == "types" || command_ == "templates" ? with_what_is_typed(rows) : rows,
                                  said_);
        } else {
            for (const auto& row : rows) std::cout << line_of({}, row, said_) << '\n';
        }
    }

    // What one types in a command stays as it is, whatever it is called in the reader's language.
    json::array with_what_is_typed(const json::array& rows) const {
        json::array all;
        for (const auto& each : rows) {
            json::object row;
            for (const auto& [key, value] : each.as_object()) {
                if (key == "type" && command_ == "types") {
                    const std::string type(value.as_string());
                    row["to_type"] = type;
                    if (const auto name = said_.word(type); name != type) row["name"] = name;
                } else if (key == "about" && !each.as_object().contains("id")) {
                    row[key] = said_.of(std::string(value.as_string()));
                } else {
                    row[key] = value;
                }
            }
            all.push_back(std::move(row));
        }
        return all;
    }

    void print_fields(const json::object& object, const std::string& indent) const {
        for (const auto& [key, value] : object) {
            const auto name = indent + said_.word(head_of(key)) + ":";
            if (value.is_object()) {
                if (value.get_object().empty()) continue;
                std::cout << name << '\n';
                print_fields(value.get_object(), indent + "  ");
            } else if (value.is_string() && value.get_string().find('\n') != json::string::npos) {
                std::cout << name << '\n' << shown_text(std::string_view(value.get_string())) << '\n';
            } else {
                std::cout << name << ' ' << line_of(key, value, said_) << '\n';
            }
        }
    }

    // What was found, two lines each: its name and where it is, and the words around what was looked for.
    void print_found() const {
        const auto& results = reply_.at("results").as_array();
        if (results.empty()) print_hint("Nothing was found.");
        for (const auto& each : results) {
            const auto& found = each.as_object();
            const auto part = [&](const char* name) { return line_of(name, found.at(name), said_); };
            const auto title = part("title");
            std::cout << (title.empty() ? said_.of("(no title)") : title) << "  [" << part("type") << ", "
                      << part("group_name");
            if (found.contains("file")) std::cout << ", " << part("file");
            std::cout << "]  " << part("id").substr(0, 10) << '\n';
            if (const auto snippet = part("snippet"); !snippet.empty()) std::cout << "    " << snippet << '\n';
        }
        if (has("more")) print_hint("There is more: add words, or --most N.");
        if (has("unread")) {
            print_hint("Files that were not looked through, since they are still coming or being read: " +
                       shown("unread") + ".");
        }
    }

    // What is typed stands before two blanks or more, and what it does behind them.
    void print_help(const std::string& help) const {
        for (std::size_t at = 0, end = 0; (end = help.find('\n', at)) != std::string::npos; at = end + 1) {
            const auto line = help.substr(at, end - at);
            const auto blanks = line.rfind("  ");
            const auto words = blanks == std::string::npos ? 0 : blanks + 2;
            std::cout << line.substr(0, words) << (words < line.size() ? said_.of(line.substr(words)) : "") << '\n';
        }
    }

    // Codes are read in upper case throughout too, which makes a coarser picture (core/checked_text.h).
    void print_code(const std::string& code) const {
        if (has("qr")) {
            auto upper = code;
            std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
            std::cout << qr_code(upper).value_or("");
        }
        std::cout << code << '\n';
    }

    // Words that somebody wants as they are.
    bool print_words() const {
        if (command_ == "note show") {
            // To the byte, so that it can go into a file; a terminal's prompt still begins on its own line.
            const auto words = shown_text(text("text"));
            std::cout << words;
            if (isatty(STDOUT_FILENO) != 0 && !words.ends_with('\n')) std::cout << '\n';
        } else if (command_ == "search") {
            print_found();
        } else if (command_ == "doctor" && has("findings")) {
            print_doctor(reply_, said_);
        } else if (command_ == "help") {
            print_help(text("help"));
        } else if (command_ == "completion") {
            std::cout << text("completion");
        } else {
            return false;
        }
        return true;
    }

    // What one shows to somebody, or types on another computer.
    bool print_codes() const {
        if (command_ == "invite") {
            print_code(text("invite"));
            print_hint("Give this to the colleague. They type:");
            print_typed("staffroom join …");
            if (!has("file")) return true;
            print_hint("It is also in " + shown("file") + ". With the stick they type:");
            print_typed("staffroom join DIR");
            print_hint("Your two computers have to meet once. After that a stick is enough.");
        } else if (command_ == "device link" && has("offer")) {
            print_code(text("offer"));
            print_hint("Show this to nobody else: whoever has it can write as you. On your other computer type:");
            print_typed("staffroom device link …");
        } else if (command_ == "recovery sheet" && has("words")) {
            std::cout << sheet_page(text("name"), text("words"), false);
            print_hint("Write them down. Then type:");
            print_typed("staffroom recovery sheet --on-paper");
        } else if (command_ == "recovery sheet" && has("file")) {
            print_line("The sheet is in " + shown("file") + ". Print it, and delete the file. Then type:");
            print_typed("staffroom recovery sheet --on-paper");
        } else if (command_ == "recovery sheet") {
            print_line("The words are on paper only now.");
        } else if (command_ == "recovery begin") {
            print_code(text("offer"));
            print_hint("Your colleague types on the new computer:");
            print_typed("staffroom recovery help …");
        } else if (command_ == "recovery vouch") {
            print_line(text("warning"));
            print_line(is_set("enough") ? "Enough have vouched: the new computer comes in now."
                                        : "Another organiser has to vouch too.");
        } else if (command_ == "recovery help" && has("request")) {
            print_code(text("request"));
            print_hint("Two organisers of your group type this on their computers, or the only other one:");
            print_typed("staffroom recovery vouch GROUP …");
            print_hint("Then do again here what you did.");
        } else if (command_ == "compare open") {
            print_line("Your colleague types the first, and then you the second:");
            std::cout << "  staffroom compare find\n  staffroom compare words\n";
        } else if (has("words") && has("with")) {
            std::cout << shown("words") << '\n';
            print_hint("Does " + shown("with") +
                       " see the same words? Then both of you type the first, else the second:");
            print_typed("staffroom compare same");
            print_typed("staffroom compare different");
        } else {
            return false;
        }
        return true;
    }

    bool print_done() const {
        if (command_ == "device link" || command_ == "recovery help") {
            print_line("This computer is yours too: " + shown("name") + ".");
            if (!reply_.at("groups").as_array().empty()) print_line("Your groups: " + shown("groups"));
            if (is_unset("complete"))
                print_line("What you have there is still coming; it goes on while Staffroom runs.");
            if (is_unset("others_gone"))
                print_line("Your other computers are not shut out yet: repeat this when all has come.");
        } else if (command_ == "device moved") {
            print_line("This computer is the one it was.");
        } else if (command_ == "device second") {
            print_line("This computer is one of its own now: “" + shown("name") +
                       "”. You are the same person on both.");
        } else if (command_ == "compare same" && has("with")) {
            print_line(shown("with") + " is let in.");
        } else if (command_ == "compare different") {
            print_line("Nobody is let in. Begin again, nearer to each other and with nobody else about.");
        } else if (command_ == "erase") {
            print_line("Removed on " + shown("removed_on") + " of " + shown("known_devices") + " known computers.");
            if (is_unset("here")) print_line("Here it is hidden, and goes after seven days of running.");
        } else if (command_ == "init") {
            print_line("Your profile is ready. Next, found a group or join a colleague's:");
            std::cout << "  staffroom group new \"Science team\" --kind team\n  staffroom join INVITATION\n";
        } else if ((command_ == "join" || command_ == "compare same" || command_ == "group ask") && has("name")) {
            print_line("You are in “" + shown("name") + "” now.");
            if (is_unset("complete"))
                print_line("What your colleagues have is still coming; it goes on while Staffroom runs.");
        } else {
            return false;
        }
        return true;
    }

    const std::string& command_;
    const api::Json& reply_;
    const api::Said& said_;
};

}  // namespace

void print_for_people(const std::string& command, const api::Json& reply, const api::Said& said) {
    ForPeople(command, reply, said).print();
}

void print_for_people(const api::Trouble& trouble, const api::Said& said) {
    std::cerr << shown_text(said.of(trouble.say)) << '\n';
    if (!trouble.advice.empty()) std::cerr << shown_text(said.of(trouble.advice)) << '\n';
}

}  // namespace staffroom::cli
