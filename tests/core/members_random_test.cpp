// The rules against their twin written from the page alone, on random histories in which somebody removed lies about
// what they knew. STAFFROOM_HISTORIES sets how many (2,000); STAFFROOM_SEED where they begin.
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "tests/members_model.h"
#include "tests/members_story.h"

using namespace staffroom;
using namespace staffroom::story;

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t bound) { return engine_() % bound; }
    bool one_in(std::size_t bound) { return below(bound) == 0; }
    template <class T>
    const T& of(const std::vector<T>& some) {
        return some[below(some.size())];
    }
    template <class T>
    void shuffle(std::vector<T>& some) {
        for (std::size_t i = some.size(); i > 1; --i) std::swap(some[i - 1], some[below(i)]);
    }

  private:
    std::mt19937_64 engine_;
};

// What one replica has.
struct Replica {
    Names control, content;
    void learn(const Replica& other) {
        for (const auto& id : other.control) learn_one(control, id);
        for (const auto& id : other.content) learn_one(content, id);
    }
    static void learn_one(Names& known, const Name& id) {
        if (std::find(known.begin(), known.end(), id) == known.end()) known.push_back(id);
    }
};

Names heads_of(const Names& ids, const model::History& history) {
    std::set<Name> heads(ids.begin(), ids.end());
    for (const auto& line : history.lines) {
        if (heads.count(line.id) == 0 && std::count(ids.begin(), ids.end(), line.id) == 0) continue;
        for (const auto& parent : line.parents) heads.erase(parent);
    }
    return {heads.begin(), heads.end()};
}

// Everyone writes on their own replica and sometimes hears of another's. The liars write with whatever past suits them.
model::History random_history(std::uint64_t seed) {
    Dice dice(seed);
    model::History history;
    const auto founders = 1 + dice.below(3);
    const auto crowd = founders + 2 + dice.below(4);
    Names people;
    for (std::size_t i = 0; i < crowd; ++i) people.push_back("p" + std::to_string(i));
    history.founders.assign(people.begin(), people.begin() + static_cast<std::ptrdiff_t>(founders));
    const bool chaos = dice.one_in(5);
    const std::size_t liar = dice.below(crowd);

    std::map<Name, Replica> replicas;
    for (const auto& person : people) replicas[person].control.push_back("g");
    Names control = {"g"}, content;

    const auto some_of = [&](const Names& names, std::size_t most) {
        Names chosen;
        for (std::size_t i = 0; i <= dice.below(most) && !names.empty(); ++i)
            Replica::learn_one(chosen, dice.of(names));
        return chosen;
    };

    const auto length = 6 + dice.below(26);
    for (std::size_t i = 0; i < length; ++i) {
        model::Line line;
        line.id = (dice.one_in(2) ? "a" : "z") + std::to_string(100 + i);
        line.by = dice.one_in(3) ? people[liar] : dice.of(people);
        line.who = dice.of(people);
        auto& here = replicas[line.by];
        if (dice.one_in(2)) here.learn(replicas[dice.of(people)]);
        const bool lies = chaos || (line.by == people[liar] && dice.one_in(2));

        static const Names kinds = {"appoint", "appoint", "appoint", "add",     "add",
                                    "remove",  "remove",  "demote",  "leave",   "admit",
                                    "hide",    "content", "content", "content", "content"};
        line.kind = dice.of(kinds);
        if (line.kind == "leave" && !dice.one_in(4)) line.kind = "remove";
        if (line.kind == "content") {
            line.who.clear();
            line.parents = lies ? some_of(content, 2) : heads_of(here.content, history);
            line.auth = lies ? some_of(control, 2) : heads_of(here.control, history);
            if (lies && line.auth.empty()) line.auth = {"g"};
            Replica::learn_one(here.content, line.id);
            content.push_back(line.id);
        } else {
            line.parents = lies ? some_of(control, 2) : heads_of(here.control, history);
            line.seen = lies ? some_of(content, 2) : heads_of(here.content, history);
            static const Names roles = {"member", "reader", "member", "organiser"};
            if (line.kind == "add" || line.kind == "demote") line.role = dice.of(roles);
            if (line.kind == "leave" && !dice.one_in(4)) line.who = line.by;
            if (line.kind == "admit" || line.kind == "hide") {
                line.who.clear();
                line.ids = some_of(content, 3);
            }
            Replica::learn_one(here.control, line.id);
            control.push_back(line.id);
        }
        history.lines.push_back(line);
    }
    return history;
}

// Another order in which parents come first.
model::History reordered(const model::History& history, Dice& dice) {
    model::History other;
    other.founders = history.founders;
    auto left = history.lines;
    dice.shuffle(left);
    std::set<Name> there = {"g"};
    while (!left.empty()) {
        const auto ready = std::find_if(left.begin(), left.end(), [&](const model::Line& line) {
            return std::all_of(line.parents.begin(), line.parents.end(),
                               [&](const Name& parent) { return there.count(parent) != 0; });
        });
        there.insert(ready->id);
        other.lines.push_back(*ready);
        left.erase(ready);
    }
    return other;
}

std::string told(const model::History& history) {
    std::string text = "founders";
    for (const auto& founder : history.founders) text += ' ' + founder;
    for (const auto& line : history.lines) {
        text += '\n' + line.id + ' ' + line.by + ' ' + line.kind + ' ' + line.who + ' ' + line.role + " parents";
        for (const auto& name : line.parents) text += ' ' + name;
        for (const auto& name : line.auth) text += " auth:" + name;
        for (const auto& name : line.seen) text += " seen:" + name;
        for (const auto& name : line.ids) text += " id:" + name;
    }
    return text;
}

// What is left to the twin alone.
model::State comparable(model::State state) {
    state.content_roles.clear();
    return state;
}

}  // namespace

TEST_CASE("M14 random histories with a lying member give what the independent model gives, in every order") {
    const auto count = number_from("STAFFROOM_HISTORIES", 2000);
    const auto first = number_from("STAFFROOM_SEED", 1);
    for (auto seed = first; seed < first + count; ++seed) {
        const auto history = random_history(seed);
        INFO("seed " << seed << "\n" << told(history));
        const auto expected = model::evaluate(history);
        Played played(history);
        for (const auto& line : history.lines) played.add(line);
        REQUIRE((played.state() == comparable(expected)));
        for (const auto& line : history.lines) {
            const auto role = expected.content_roles.find(line.id);
            if (line.kind == "content" && role != expected.content_roles.end() &&
                expected.effective.count(line.id) != 0) {
                REQUIRE(played.judge(line).role >= role_named(role->second));
            }
        }
        played.rules.evaluate();
        REQUIRE((played.state() == comparable(expected)));

        Dice dice(seed);
        const auto other = reordered(history, dice);
        Played replayed(other);
        for (const auto& line : other.lines) replayed.add(line);
        REQUIRE((replayed.state() == played.state()));
    }
}

TEST_CASE("M14 every commit's shift names all whose answers it changed") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const auto history = random_history(seed);
        INFO("seed " << seed << "\n" << told(history));
        Played played(history);
        auto before = played.state();
        for (const auto& line : history.lines) {
            const auto shift = played.add(line);
            const auto after = played.state();
            for (const auto& content : history.lines) {
                // What the commit cannot be in the past of.
                if (content.kind != "content" || &content >= &line) continue;
                if (before.effective.count(content.id) == after.effective.count(content.id)) continue;
                const auto author = id_named<PersonId>(content.by);
                const auto id = id_named<CommitId>(content.id);
                const bool named = std::count(shift.people.begin(), shift.people.end(), author) != 0 ||
                                   std::count(shift.contents.begin(), shift.contents.end(), id) != 0;
                REQUIRE_MESSAGE(named, content.id);
            }
            before = after;
        }
    }
}

// For what random histories seldom meet.
static std::vector<model::History> rare_histories() {
    Story returned_founder({"ana", "ben"});
    returned_founder.control("l", "ana", "leave", "ana");
    returned_founder.control("m", "ben", "add", "ana", {.role = "member", .knowing = {"l"}});
    returned_founder.control("r", "ben", "remove", "ana", {.knowing = {"m"}});

    // Each removal is undone by one of the appointments, and no appointment undoes both.
    Story two_halves({"ana", "ben"});
    two_halves.control("r1", "ana", "remove", "cy");
    two_halves.control("r2", "ana", "remove", "cy");
    two_halves.control("a1", "ana", "appoint", "cy", {.knowing = {"r2"}});
    two_halves.control("a2", "ana", "appoint", "cy", {.knowing = {"r1"}});
    two_halves.control("c", "cy", "add", "dan", {.role = "member", .knowing = {"a1", "a2"}});
    return {returned_founder.history(), two_halves.history()};
}

TEST_CASE("M14 every rule matters: the model with one rule broken is caught") {
    auto histories = rare_histories();
    std::vector<model::State> states;
    for (int i = 1; i < static_cast<int>(model::Twist::last); ++i) {
        bool caught = false;
        for (std::size_t each = 0; each < 1500 && !caught; ++each) {
            if (each == histories.size()) histories.push_back(random_history(each));
            if (each == states.size()) {
                Played played(histories[each]);
                for (const auto& line : histories[each].lines) played.add(line);
                states.push_back(played.state());
            }
            caught = !(states[each] == comparable(model::evaluate(histories[each], static_cast<model::Twist>(i))));
        }
        CHECK_MESSAGE(caught, "twist " << i);
    }
}

TEST_CASE("founder 0 stays organiser whatever anybody else writes") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const auto history = random_history(seed);
        const auto left = std::any_of(history.lines.begin(), history.lines.end(), [](const model::Line& line) {
            return line.kind == "leave" && line.by == "p0" && line.who == "p0";
        });
        if (left) continue;
        INFO("seed " << seed << "\n" << told(history));
        Played played(history);
        for (const auto& line : history.lines) played.add(line);
        const auto now = played.rules.role_now(id_named<PersonId>("p0"));
        REQUIRE(now.role == Role::organiser);
        REQUIRE(now.path->steps.empty());
    }
}

TEST_CASE("no grant lowers anybody, and nothing a junior writes undoes a senior's act") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const auto history = random_history(seed);
        INFO("seed " << seed << "\n" << told(history));
        Played played(history);
        std::map<Name, Path> paths;  // of effective acts
        std::map<Name, Role> roles;
        for (const auto& line : history.lines) {
            played.add(line);
            std::optional<Path> path;
            if (line.kind != "content") path = played.rules.path_of(id_named<CommitId>(line.id), 0);
            if (line.kind == "add" || line.kind == "appoint") {
                for (const auto& [person, role] : roles) {
                    REQUIRE(played.rules.role_now(id_named<PersonId>(person)).role >= role);
                }
            }
            const bool leaves = line.kind == "leave";
            for (const auto& [id, senior] : paths) {
                const auto still = played.rules.path_of(id_named<CommitId>(id), 0);
                if (still == senior || leaves) continue;
                // Only somebody more senior than the act can have changed it; and not by a grant.
                REQUIRE(path);
                REQUIRE(*path < senior);
            }
            paths.clear();
            roles.clear();
            for (const auto& other : history.lines) {
                if (other.kind == "content" || !played.rules.pasts().find(id_named<CommitId>(other.id))) continue;
                if (const auto p = played.rules.path_of(id_named<CommitId>(other.id), 0)) paths[other.id] = *p;
            }
            for (const auto& person : played.rules.people()) {
                roles[name_of_id(person)] = played.rules.role_now(person).role;
            }
        }
    }
}

// Founder 0 has the last word about `who`, knowing everything; then whoever it is about writes on, on any past but that.
struct LastWord {
    model::History history;
    Name who;
    std::size_t until = 0;  // what came before `who` wrote on
};
static std::optional<LastWord> last_word(std::uint64_t seed, const Name& kind) {
    LastWord last{random_history(seed), {}, 0};
    auto& lines = last.history.lines;
    Dice dice(seed);
    Names control = {"g"}, content;
    for (const auto& line : lines) {
        (line.kind == "content" ? content : control).push_back(line.id);
        if (line.kind == "leave" && line.by == "p0") return std::nullopt;
        if (line.by != "p0" && (last.who.empty() || dice.one_in(4))) last.who = line.by;
    }
    if (last.who.empty()) return std::nullopt;
    model::Line word;
    word.id = "m-word";
    word.by = "p0";
    word.kind = kind;
    word.who = last.who;
    word.role = "member";
    word.parents = heads_of(control, last.history);
    word.seen = heads_of(content, last.history);
    lines.push_back(word);
    last.until = lines.size();

    static const Names kinds = {"appoint", "add", "remove", "demote", "admit", "hide", "content", "content"};
    Names others = {"p0", "p1", "p2", last.who, "puppet"};
    for (int i = 0; i < 12; ++i) {
        model::Line line;
        line.id = (dice.one_in(2) ? "a-late" : "z-late") + std::to_string(i);
        line.by = last.who;
        line.kind = dice.of(kinds);
        line.who = dice.of(others);
        line.role = "member";
        for (int n = 0; n < 2 && !content.empty(); ++n) {
            Replica::learn_one(line.seen, dice.of(content));
            Replica::learn_one(line.ids, dice.of(content));
        }
        auto& on = line.kind == "content" ? line.auth : line.parents;
        Replica::learn_one(on, dice.of(control));
        if (line.kind != "content") control.push_back(line.id);
        lines.push_back(line);
    }
    return last;
}

TEST_CASE("M01 whatever somebody writes who was removed by all that is known changes nothing and shows nothing") {
    std::size_t met = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const auto last = last_word(seed, "remove");
        if (!last || last->who == "p0") continue;
        ++met;
        INFO("seed " << seed << "\n" << told(last->history));
        Played played(last->history);
        for (std::size_t i = 0; i < last->until; ++i) played.add(last->history.lines[i]);
        const auto before = played.state();
        for (std::size_t i = last->until; i < last->history.lines.size(); ++i) played.add(last->history.lines[i]);
        REQUIRE(before.people.count(last->who) == 0);
        REQUIRE((played.state() == before));
    }
    CHECK(met > 100);
}

TEST_CASE("M-3 whoever founder 0 demotes to member writes on as a member, and organises nothing more") {
    std::size_t met = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const auto last = last_word(seed, "demote");
        if (!last) continue;
        INFO("seed " << seed << "\n" << told(last->history));
        Played played(last->history);
        for (std::size_t i = 0; i < last->until; ++i) played.add(last->history.lines[i]);
        const auto before = played.state();
        const auto role = before.people.find(last->who);
        if (role == before.people.end() || role->second.first != "member") continue;
        ++met;
        for (std::size_t i = last->until; i < last->history.lines.size(); ++i) {
            const auto& line = last->history.lines[i];
            played.add(line);
            if (line.kind != "content") REQUIRE_FALSE(played.rules.is_effective(id_named<CommitId>(line.id), 0));
        }
        REQUIRE((played.state().people == before.people));
        model::Line word;
        word.id = "words";
        word.by = last->who;
        word.kind = "content";
        word.auth = {"m-word"};
        REQUIRE(played.judge(word).role == Role::member);
    }
    CHECK(met > 30);
}
