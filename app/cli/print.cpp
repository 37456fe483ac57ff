#include "app/cli/print.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "app/api/args.h"
#include "app/cli/for_people.h"

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
    const auto said = as_json ? api::Said() : api::said_in(api::language_of(home), home);
    if (as_json) {
        std::cout << document_of(reply) << '\n';
    } else if (reply) {
        auto fields = *reply;
        fields.erase("error");
        if (!trouble || !fields.empty()) print_for_people(command, fields, said);
    }
    std::cout.flush();  // a daemon that stays in its terminal says this and goes on
    if (trouble && !as_json) print_for_people(*trouble, said);
    if (trouble) return exit_code_of(*trouble);
    const auto has_any = [&](const char* name) {
        const auto* list = reply->if_contains(name);
        return list != nullptr && list->is_array() && !list->get_array().empty();
    };
    return has_any("missing") || has_any("missed") || has_any("refused") ? partly_done : 0;
}

}  // namespace staffroom::cli
