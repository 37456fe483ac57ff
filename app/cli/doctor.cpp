#include "app/cli/doctor.h"

#include <boost/json.hpp>
#include <iostream>
#include <map>

#include "app/api/args.h"
#include "app/cli/table.h"
#include "core/text_rules.h"

namespace staffroom::cli {
namespace {

namespace json = boost::json;

// Seen without colours too.
const char* mark_of(const std::string& state) {
    if (state == "well") return "✓ ";
    return state == "trouble" ? "✗ " : "→ ";
}

void print_finding(const api::Json& finding, const std::string& about, const api::Said& said) {
    const auto sentence = [&](const char* name) { return shown_text(said.of(api::text_arg(finding, name))); };
    std::cout << mark_of(api::text_arg(finding, "state")) << (about.empty() ? "" : shown_text(about) + ": ")
              << sentence("say") << '\n';
    if (const auto advice = sentence("do"); !advice.empty()) std::cout << "    " << advice << '\n';
}

}  // namespace

void print_doctor(const api::Json& reply, const api::Said& said) {
    for (const auto& each : reply.at("findings").as_array()) print_finding(each.as_object(), "", said);
    if (const auto* asked = reply.if_contains("asked")) {
        std::cout << '\n';
        for (const auto& each : asked->as_array()) {
            print_finding(each.as_object(), api::text_arg(each.as_object(), "peer"), said);
        }
    }
    json::array rows;
    std::map<std::string, std::pair<std::string, const api::Json*>> causes;  // those whom it is the same with, together
    for (const auto& each : reply.at("colleagues").as_array()) {
        const auto& colleague = each.as_object();
        api::Json row;
        for (const auto* name : {"name", "near", "last_met", "lacks_changes", "lacks_files"}) {
            row[name] = colleague.at(name);
        }
        rows.push_back(std::move(row));
        if (!colleague.contains("cause")) continue;
        auto& [names, finding] = causes[api::text_arg(colleague, "say")];
        names += (names.empty() ? "" : ", ") + api::text_arg(colleague, "name");
        finding = &colleague;
    }
    if (rows.empty()) return;
    std::cout << '\n' << table_of(rows, said);
    if (!causes.empty()) std::cout << '\n';
    for (const auto& [say, cause] : causes) print_finding(*cause.second, cause.first, said);
}

}  // namespace staffroom::cli
