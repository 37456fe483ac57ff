// Reads a group's history as JSON lines on standard input, parents before children, and prints the effective state as
// one JSON document, so that the rules can be compared with an independent model.
//
//   {"id":"g","kind":"genesis","founders":["p0","p1"]}
//   {"id","by","kind":"add|appoint|remove|demote|leave|admit|hide","who","role","ids","parents":[...],"seen":[...]}
//   {"id","by","kind":"content","parents":[...],"auth":[...]}
//
// With --many it reads several histories with an empty line between two, and prints a line for each.
//
// Exit: 0 done, 2 malformed input (said on standard error).
#include <algorithm>
#include <boost/json/src.hpp>
#include <iostream>
#include <map>
#include <set>
#include <stdexcept>

#include "core/members/rules.h"

namespace {

namespace json = boost::json;
using namespace staffroom;
using Names = std::vector<std::string>;

struct Malformed : std::runtime_error {
    using runtime_error::runtime_error;
};

struct Line {
    std::string id, by, kind, who, role;
    Names founders, parents, seen, auth, ids;
    bool is_content() const { return kind == "content"; }
    bool is_genesis() const { return kind == "genesis"; }
};

std::string text_in(const json::object& object, const char* key, bool required) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || (value->is_null() && !required)) {
        if (required) throw Malformed(std::string("no ") + key);
        return {};
    }
    if (!value->is_string()) throw Malformed(std::string(key) + " is not a string");
    return std::string(value->get_string());
}

Names list_in(const json::object& object, const char* key, bool required) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || (value->is_null() && !required)) {
        if (required) throw Malformed(std::string("no ") + key);
        return {};
    }
    if (!value->is_array()) throw Malformed(std::string(key) + " is not a list");
    Names names;
    for (const auto& each : value->get_array()) {
        if (!each.is_string()) throw Malformed(std::string(key) + " has something that is no string");
        names.emplace_back(each.get_string());
    }
    return names;
}

const std::map<std::string, ActKind> act_kinds = {
    {"add", ActKind::add},     {"appoint", ActKind::appoint}, {"remove", ActKind::remove}, {"demote", ActKind::demote},
    {"leave", ActKind::leave}, {"admit", ActKind::admit},     {"hide", ActKind::hide},
};

Line read_line(const std::string& text) {
    boost::system::error_code error;
    const auto value = json::parse(text, error);
    if (error || !value.is_object()) throw Malformed("a line is not a JSON object");
    const auto& object = value.get_object();
    Line line;
    line.id = text_in(object, "id", true);
    line.kind = text_in(object, "kind", true);
    if (line.is_genesis()) {
        line.founders = list_in(object, "founders", true);
        const std::set<std::string> different(line.founders.begin(), line.founders.end());
        if (different.empty() || different.size() != line.founders.size()) throw Malformed("founders");
        return line;
    }
    line.by = text_in(object, "by", true);
    line.parents = list_in(object, "parents", true);
    if (line.is_content()) {
        line.auth = list_in(object, "auth", true);
        return line;
    }
    if (act_kinds.count(line.kind) == 0) throw Malformed("kind " + line.kind);
    if (line.parents.empty()) throw Malformed("a control commit without parents");
    line.who = text_in(object, "who", false);
    line.role = text_in(object, "role", false);
    line.ids = list_in(object, "ids", false);
    line.seen = list_in(object, "seen", false);
    return line;
}

// Up to the end, or where `many` to an empty line.
std::vector<Line> read_history(std::istream& in, bool many) {
    std::vector<Line> lines;
    std::map<std::string, bool> is_content;
    for (std::string text; std::getline(in, text);) {
        if (text.find_first_not_of(" \t\r") == std::string::npos) {
            if (many && !lines.empty()) break;
            continue;
        }
        auto line = read_line(text);
        if (line.is_genesis() != lines.empty()) throw Malformed("one genesis, first");
        const auto all_are = [&](const Names& names, bool content) {
            for (const auto& name : names) {
                const auto known = is_content.find(name);
                if (known == is_content.end() || known->second != content) throw Malformed("unknown parent " + name);
            }
        };
        all_are(line.parents, line.is_content());
        all_are(line.auth, false);
        if (!is_content.emplace(line.id, line.is_content()).second) throw Malformed("duplicate id " + line.id);
        lines.push_back(std::move(line));
    }
    if (lines.empty()) throw Malformed("no genesis");
    // What is seen need not be here, but a control commit cannot be seen.
    for (const auto& line : lines) {
        for (const auto& name : line.seen) {
            const auto known = is_content.find(name);
            if (known != is_content.end() && !known->second) throw Malformed("seen names control " + name);
        }
    }
    return lines;
}

// Names as ids that sort as the names do.
template <class I>
class Numbering {
  public:
    explicit Numbering(const std::set<std::string>& names) : names_(names.begin(), names.end()) {}
    I id(const std::string& name) const {
        const auto place = std::lower_bound(names_.begin(), names_.end(), name) - names_.begin();
        Bytes bytes;
        append_be64(bytes, static_cast<std::uint64_t>(place) + 1);
        bytes.resize(I::size);
        return *I::from(bytes);
    }
    std::vector<I> ids(const Names& names) const {
        std::vector<I> all;
        for (const auto& name : names) all.push_back(id(name));
        return all;
    }
    const std::string& name(const I& id) const { return names_[read_be64(id.view()) - 1]; }

  private:
    Names names_;
};

// Which content a control commit knew: the past of its `seen`.
class Seen {
  public:
    explicit Seen(const std::vector<Line>& lines) {
        for (const auto& line : lines) lines_[line.id] = &line;
    }
    bool knew(const std::string& control, const std::string& content) {
        const auto [found, fresh] = known_.try_emplace(control);
        if (fresh) {
            auto open = lines_.at(control)->seen;
            while (!open.empty()) {
                const auto next = open.back();
                open.pop_back();
                const auto line = lines_.find(next);
                if (line == lines_.end() || !found->second.insert(next).second) continue;
                open.insert(open.end(), line->second->parents.begin(), line->second->parents.end());
            }
        }
        return found->second.count(content) != 0;
    }

  private:
    std::map<std::string, const Line*> lines_;
    std::map<std::string, std::set<std::string>> known_;
};

Role role_from(const std::string& name) {
    return name == "reader" ? Role::reader : name == "member" ? Role::member : Role::none;
}

json::object state_of(const std::vector<Line>& lines) {
    std::set<std::string> commit_names, person_names;
    for (const auto& line : lines) {
        commit_names.insert(line.id);
        commit_names.insert(line.ids.begin(), line.ids.end());
        person_names.insert(line.founders.begin(), line.founders.end());
        person_names.insert({line.by, line.who});
    }
    const Numbering<CommitId> commits(commit_names);
    const Numbering<PersonId> people(person_names);

    Rules rules(commits.id(lines[0].id), people.ids(lines[0].founders));
    std::map<std::string, std::uint64_t> depths = {{lines[0].id, 0}};
    for (const auto& line : lines) {
        if (line.is_genesis() || line.is_content()) continue;
        ControlFact fact;
        for (const auto& parent : line.parents) fact.depth = std::max(fact.depth, depths[parent] + 1);
        depths[line.id] = fact.depth;
        fact.id = commits.id(line.id);
        fact.author = people.id(line.by);
        fact.parents = commits.ids(line.parents);
        Act act;
        act.kind = act_kinds.at(line.kind);
        act.who = people.id(line.who);
        act.role = role_from(line.role);
        act.ids = commits.ids(line.ids);
        const bool names_somebody = act.kind == ActKind::admit || act.kind == ActKind::hide || !line.who.empty();
        if (names_somebody) fact.acts.push_back(std::move(act));
        rules.add(fact);
    }

    Seen seen(lines);
    const auto is_effective = [&](const Line& line) {
        if (line.is_genesis()) return true;
        const auto id = commits.id(line.id);
        if (!line.is_content()) return rules.is_effective(id, 0);
        const ContentFact content{id, people.id(line.by), DeviceId{}, commits.ids(line.auth)};
        const auto known_to = [&](const CommitId& control) { return seen.knew(commits.name(control), line.id); };
        return rules.judge(content, known_to).shown();
    };
    std::set<std::string> effective, set_aside;
    for (const auto& line : lines) (is_effective(line) ? effective : set_aside).insert(line.id);

    json::object standings;
    for (const auto& person : rules.people()) {
        const auto standing = rules.role_now(person);
        json::value path;
        if (standing.path) {
            auto& steps = path.emplace_array();
            steps.push_back(standing.path->founder);
            for (const auto& step : standing.path->steps) {
                steps.push_back(json::array{step.depth, commits.name(step.id)});
            }
        }
        standings[people.name(person)] = json::object{{"path", path}, {"role", name_of(standing.role)}};
    }
    return {{"effective", json::array(effective.begin(), effective.end())},
            {"people", standings},
            {"set_aside", json::array(set_aside.begin(), set_aside.end())}};
}

}  // namespace

int main(int count, char** arguments) {
    const bool many = count == 2 && std::string_view(arguments[1]) == "--many";
    if (count > 1 && !many) {
        std::cerr << "usage: members [--many] <HISTORY\n";
        return 2;
    }
    try {
        std::ios::sync_with_stdio(false);
        do {
            std::cout << json::serialize(state_of(read_history(std::cin, many))) << '\n';
        } while (many && std::cin.peek() != std::istream::traits_type::eof());
        return 0;
    } catch (const Malformed& malformed) {
        std::cerr << "malformed history: " << malformed.what() << '\n';
        return 2;
    }
}
