// Random histories with lost laptops, revocations and colleagues who vouch, honest and not: whatever the order in which
// commits come, and whether the rules are evaluated step by step or afresh, the answers are the same. STAFFROOM_SEED
// says where the seeds begin.
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>
#include <sstream>

#include "tests/members_story.h"

using namespace staffroom;
using namespace staffroom::story;

namespace {

struct History {
    Names people;
    std::vector<PersonId> founders;
    std::vector<ControlFact> facts;
};

std::string words_of(const ControlFact& fact) {
    std::ostringstream text;
    text << name_of_id(fact.id) << " by " << name_of_id(fact.author) << '/' << name_of_id(fact.device) << " on";
    for (const auto& parent : fact.parents) text << ' ' << name_of_id(parent);
    for (const auto& act : fact.acts) {
        text << "; act " << static_cast<int>(act.kind) << ' ' << name_of_id(act.who) << ' ' << name_of(act.role) << ' '
             << name_of_id(act.device);
    }
    return text.str();
}

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t bound) { return engine_() % bound; }
    bool one_in(std::size_t bound) { return below(bound) == 0; }

  private:
    std::mt19937_64 engine_;
};

// Everyone has a first computer, a phone that it linked, and one that others may vouch for.
constexpr const char* devices[] = {"first", "phone", "new"};
DeviceId device_of(const PersonId& person, std::size_t which) {
    return id_named<DeviceId>(name_of_id(person) + '-' + devices[which]);
}

History random_history(std::uint64_t seed) {
    Dice dice(seed);
    History history;
    const auto crowd = 3 + dice.below(3);
    std::vector<PersonId> people;
    for (std::size_t i = 0; i < crowd; ++i) people.push_back(id_named<PersonId>("p" + std::to_string(i)));
    history.founders.assign(people.begin(), people.begin() + 1 + static_cast<std::ptrdiff_t>(dice.below(2)));
    const auto some = [&]() -> const PersonId& { return people[dice.below(crowd)]; };

    std::map<CommitId, std::uint64_t> depths = {{id_named<CommitId>("g"), 0}};
    std::vector<CommitId> ids = {id_named<CommitId>("g")};
    const auto length = 8 + dice.below(24);
    for (std::size_t i = 0; i < length; ++i) {
        ControlFact fact;
        fact.id = id_named<CommitId>((dice.one_in(2) ? "a" : "z") + std::to_string(100 + i));
        fact.author = some();
        const auto which = dice.one_in(3) ? 1 + dice.below(2) : 0;
        fact.device = device_of(fact.author, which);
        fact.vouched = which == 2;
        // Mostly on what came last, so that acts know of each other.
        for (std::size_t n = 0; n <= dice.below(2); ++n) {
            const auto back =
                dice.one_in(3) ? dice.below(ids.size()) : dice.below(std::min<std::size_t>(3, ids.size()));
            fact.parents.push_back(ids[ids.size() - 1 - back]);
        }
        for (const auto& parent : fact.parents) fact.depth = std::max(fact.depth, depths.at(parent) + 1);
        for (std::uint32_t op = 0; op <= dice.below(2); ++op) {
            static constexpr ActKind kinds[] = {ActKind::add,    ActKind::appoint, ActKind::appoint, ActKind::appoint,
                                                ActKind::remove, ActKind::demote,  ActKind::leave,   ActKind::revoke,
                                                ActKind::revoke, ActKind::vouch,   ActKind::vouch,   ActKind::vouch};
            Act act;
            act.kind = kinds[dice.below(std::size(kinds))];
            act.op = op;
            act.who = some();
            act.role = dice.one_in(2) ? Role::member : Role::reader;
            if (act.kind == ActKind::leave) act.who = fact.author;
            if (act.kind == ActKind::leave && !dice.one_in(3)) act.kind = ActKind::appoint;
            if (act.kind == ActKind::revoke) {
                if (dice.one_in(2)) act.who = fact.author;
                act.device = device_of(act.who, dice.below(3));
                if (!dice.one_in(4)) act.authority = std::vector<std::uint32_t>(dice.below(2), 0);
            }
            if (act.kind == ActKind::vouch) act.device = device_of(act.who, 2);
            fact.acts.push_back(std::move(act));
        }
        depths[fact.id] = fact.depth;
        ids.push_back(fact.id);
        history.facts.push_back(std::move(fact));
    }
    for (const auto& person : people) history.people.push_back(name_of_id(person));
    return history;
}

// Every answer that the rules give about this history, in words.
std::string answers(const Rules& rules, const History& history) {
    std::ostringstream text;
    const auto nobody_knew = [](const CommitId&) { return false; };
    for (const auto& fact : history.facts) {
        if (!rules.pasts().find(fact.id)) continue;
        for (const auto& act : fact.acts) {
            text << name_of_id(fact.id) << '.' << act.op << ' ' << rules.is_effective(fact.id, act.op);
            if (const auto path = rules.path_of(fact.id, act.op)) {
                text << " by " << path->founder;
                for (const auto& step : path->steps) text << '/' << name_of_id(step.id) << '.' << step.op;
            }
            text << '\n';
        }
    }
    for (const auto& name : history.people) {
        const auto person = id_named<PersonId>(name);
        text << name << ' ' << name_of(rules.role_now(person).role);
        for (std::size_t which = 0; which < 3; ++which) {
            const bool vouched = which == 2;
            const auto device = device_of(person, which);
            text << ' ' << name_of(rules.role_through(person, device, vouched));
            for (const auto& fact : history.facts) {
                if (!rules.pasts().find(fact.id)) continue;
                const ContentFact content{id_named<CommitId>("w"), person, device, {fact.id}, vouched};
                const auto judgement = rules.judge(content, nobody_knew);
                text << static_cast<int>(judgement.verdict) << static_cast<int>(judgement.role);
            }
        }
        text << '\n';
    }
    return text.str();
}

Rules rules_of(const History& history) { return Rules(id_named<CommitId>("g"), history.founders); }

}  // namespace

TEST_CASE("M14 devices lost, revoked and vouched for: step by step, afresh and in another order give the same") {
    const char* set = std::getenv("STAFFROOM_SEED");
    const auto first = set != nullptr ? std::strtoull(set, nullptr, 10) : 1;
    std::size_t vouched_in = 0, appointed_again = 0;
    for (auto seed = first; seed < first + 400; ++seed) {
        const auto history = random_history(seed);
        std::string told;
        for (const auto& fact : history.facts) told += words_of(fact) + '\n';
        INFO("seed " << seed << '\n' << told);

        auto rules = rules_of(history);
        for (const auto& fact : history.facts) rules.add(fact);
        const auto stepwise = answers(rules, history);
        rules.evaluate();
        REQUIRE(answers(rules, history) == stepwise);

        Dice dice(seed);
        auto left = history.facts;
        auto other = rules_of(history);
        while (!left.empty()) {
            const auto at = dice.below(left.size());
            const auto& fact = left[at];
            const bool ready = std::all_of(fact.parents.begin(), fact.parents.end(), [&](const CommitId& parent) {
                return other.pasts().find(parent).has_value();
            });
            if (!ready) continue;
            other.add(fact);
            left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
        }
        REQUIRE(answers(other, history) == stepwise);

        for (const auto& name : history.people) {
            const auto person = id_named<PersonId>(name);
            const auto role = rules.role_through(person, device_of(person, 2), true);
            REQUIRE(role <= rules.role_now(person).role);
            vouched_in += role == Role::member;
            appointed_again += role == Role::organiser;
        }
    }
    // The histories do meet what they are about.
    CHECK(vouched_in > 20);
    CHECK(appointed_again > 5);
}

TEST_CASE("what a commit changes for content of vouched devices is told in its shift") {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        const auto history = random_history(seed);
        INFO("seed " << seed);
        auto rules = rules_of(history);
        const auto verdicts = [&](std::size_t facts) {
            std::map<Name, std::string> all;
            for (const auto& name : history.people) {
                const auto person = id_named<PersonId>(name);
                for (std::size_t i = 0; i < facts; ++i) {
                    for (std::size_t which = 0; which < 3; ++which) {
                        const ContentFact content{id_named<CommitId>("w"),
                                                  person,
                                                  device_of(person, which),
                                                  {history.facts[i].id},
                                                  which == 2};
                        const auto judgement = rules.judge(content, [](const CommitId&) { return false; });
                        all[name] += std::to_string(static_cast<int>(judgement.role));
                    }
                }
            }
            return all;
        };
        for (std::size_t i = 0; i < history.facts.size(); ++i) {
            const auto before = verdicts(i);
            const auto shift = rules.add(history.facts[i]);
            const auto after = verdicts(i);
            for (const auto& name : history.people) {
                const bool told = std::count(shift.people.begin(), shift.people.end(), id_named<PersonId>(name)) != 0;
                if (i > 0 && before.at(name) != after.at(name)) REQUIRE_MESSAGE(told, words_of(history.facts[i]));
            }
        }
    }
}
