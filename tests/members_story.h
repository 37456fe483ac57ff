// A history of a group in names, played to core/members/rules.h: the language in which the membership tests tell their
// stories. A control commit is written `by` somebody, knowing some commits:
//
//   Story story({"ana", "ben"});
//   story.control("c1", "ana", "appoint", "cleo");
//   story.control("c2", "cleo", "add", "dan", {.role = "member", .knowing = {"c1"}});
//   CHECK(story.shows("p1"));
#pragma once

#include <algorithm>
#include <map>
#include <memory>

#include "core/members/rules.h"
#include "tests/members_model.h"

namespace staffroom::story {

using model::Name;
using model::Names;

// Names of up to 32 bytes as ids that sort as the names do.
template <class I>
I id_named(const Name& name) {
    I id;
    assert(!name.empty() && name.size() <= id.bytes.size());
    std::copy(name.begin(), name.end(), id.bytes.begin());
    return id;
}
template <class I>
std::vector<I> ids_named(const Names& names) {
    std::vector<I> ids;
    for (const auto& name : names) ids.push_back(id_named<I>(name));
    return ids;
}
template <class I>
Name name_of_id(const I& id) {
    const auto end = std::find(id.bytes.begin(), id.bytes.end(), 0);
    return Name(id.bytes.begin(), end);
}

inline const std::map<Name, ActKind>& act_kinds() {
    static const std::map<Name, ActKind> kinds = {
        {"add", ActKind::add},       {"appoint", ActKind::appoint}, {"remove", ActKind::remove},
        {"demote", ActKind::demote}, {"leave", ActKind::leave},     {"admit", ActKind::admit},
        {"hide", ActKind::hide},
    };
    return kinds;
}

inline Role role_named(const Name& name) {
    return name == "organiser" ? Role::organiser
           : name == "member"  ? Role::member
           : name == "reader"  ? Role::reader
                               : Role::none;
}

inline ControlFact fact_of(const model::Line& line, std::uint64_t depth) {
    ControlFact fact;
    fact.id = id_named<CommitId>(line.id);
    fact.depth = depth;
    fact.author = id_named<PersonId>(line.by);
    fact.parents = ids_named<CommitId>(line.parents);
    Act act;
    act.kind = act_kinds().at(line.kind);
    if (!line.who.empty()) act.who = id_named<PersonId>(line.who);
    act.role = role_named(line.role);
    act.ids = ids_named<CommitId>(line.ids);
    fact.acts.push_back(std::move(act));
    return fact;
}

// The rules fed with a history's control commits, one by one.
class Played {
  public:
    explicit Played(const model::History& history)
        : history_(history), rules(id_named<CommitId>("g"), ids_named<PersonId>(history.founders)) {}

    Shift add(const model::Line& line) {
        if (line.kind == "content") return {};
        auto& depth = depths_[line.id];
        for (const auto& parent : line.parents) depth = std::max(depth, depths_[parent] + 1);
        return rules.add(fact_of(line, depth));
    }

    Judgement judge(const model::Line& content) {
        const ContentFact fact{id_named<CommitId>(content.id), id_named<PersonId>(content.by), DeviceId{},
                               ids_named<CommitId>(content.auth)};
        return rules.judge(fact, [&](const CommitId& control) { return knew(name_of_id(control), content.id); });
    }

    model::State state() {
        model::State state;
        for (const auto& line : history_.lines) {
            const auto id = id_named<CommitId>(line.id);
            if (line.kind == "content" ? judge(line).shown() : rules.is_effective(id, 0))
                state.effective.insert(line.id);
        }
        for (const auto& person : rules.people()) {
            const auto now = rules.role_now(person);
            std::optional<model::Path> path;
            if (now.path) {
                path.emplace().founder = now.path->founder;
                for (const auto& step : now.path->steps) path->steps.emplace_back(step.depth, name_of_id(step.id));
            }
            state.people[name_of_id(person)] = {staffroom::name_of(now.role), path};
        }
        return state;
    }

  private:
    bool knew(const Name& control, const Name& content) {
        const auto [known, fresh] = known_.try_emplace(control);
        if (fresh) {
            for (const auto& line : history_.lines) {
                if (line.id == control) known->second.insert(line.seen.begin(), line.seen.end());
            }
            for (auto line = history_.lines.rbegin(); line != history_.lines.rend(); ++line) {
                if (known->second.count(line->id) != 0)
                    known->second.insert(line->parents.begin(), line->parents.end());
            }
        }
        return known->second.count(content) != 0;
    }

    const model::History& history_;
    std::map<Name, std::uint64_t> depths_;
    std::map<Name, std::set<Name>> known_;

  public:
    Rules rules;
};

struct Circumstances {
    Name role = {};
    Names knowing = {"g"};  // control parents; for content its auth
    Names seen = {};        // content parents, for content
    Names ids = {};
};

class Story {
  public:
    explicit Story(Names founders) { history_.founders = std::move(founders); }

    void control(Name id, Name by, Name kind, Name who, Circumstances how = {}) {
        history_.lines.push_back({std::move(id),
                                  std::move(by),
                                  std::move(kind),
                                  std::move(who),
                                  how.role,
                                  how.ids,
                                  how.knowing,
                                  how.seen,
                                  {}});
    }
    void content(Name id, Name by, Circumstances how = {}) {
        history_.lines.push_back({std::move(id), std::move(by), "content", {}, {}, {}, how.seen, {}, how.knowing});
    }

    bool is_effective(const Name& id) const { return state().effective.count(id) != 0; }
    bool shows(const Name& content) const { return is_effective(content); }
    Name role(const Name& person) const {
        const auto people = state().people;
        return people.count(person) != 0 ? people.at(person).first : "none";
    }
    Verdict verdict(const Name& content) const {
        Played played(history_);
        Verdict verdict = Verdict::without_right;
        for (const auto& line : history_.lines) played.add(line);
        for (const auto& line : history_.lines) {
            if (line.id == content) verdict = played.judge(line).verdict;
        }
        return verdict;
    }
    const model::History& history() const { return history_; }

    // By the rules.
    model::State state() const {
        Played played(history_);
        for (const auto& line : history_.lines) played.add(line);
        return played.state();
    }

  private:
    model::History history_;
};

}  // namespace staffroom::story
