// The membership rules once more, from the page alone: strings, sets and loops, no thought of speed, no code shared
// with core. Used as the twin of core/members/rules.h on random histories.
//
// A `Twist` breaks exactly one rule; the tests show that each twist is noticed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace model {

using Name = std::string;
using Names = std::vector<Name>;

struct Line {
    Name id, by, kind, who, role;
    Names ids, parents, seen, auth;
};
struct History {
    Names founders;
    std::vector<Line> lines;  // parents first; the genesis, "g", is not among them
};

struct Path {
    std::size_t founder = 0;
    std::vector<std::pair<std::uint64_t, Name>> steps;
    bool operator==(const Path&) const = default;
};

struct State {
    std::set<Name> effective;
    std::map<Name, std::pair<Name, std::optional<Path>>> people;
    std::map<Name, Name> content_roles;  // of content that is shown by right (not by an admit)
    bool operator==(const State&) const = default;
};

enum class Twist {
    none,
    m1_smaller_before_shorter,
    m1_appointee_equals_author,
    m1_appointment_without_membership,
    m2_cuts_escaped_by_different_grants,
    m2_path_of_the_most_junior_grant,
    m3_demotion_removes,
    m3_leave_needs_standing,
    m3_others_may_leave_for_me,
    m3_founder_0_can_be_cut,
    m3_juniors_cut_seniors,
    m3_nothing_undoes_a_cut,
    m3_member_grants_stay_cut,
    m3_anybody_undoes_a_cut,
    m3_only_seniors_undo_a_cut,
    m3_own_leave_stays,
    m3_removal_reaches_back,
    m3_removal_reaches_back_in_content,
    m3_seen_is_not_transitive,
    m4_any_grant_will_do,
    m4_readers_write,
    m4_grants_after_the_fact,
    m5_newest_office_first,
    m6_anybodys_content,
    m6_unseen_content,
    m6_decisions_never_die,
    m6_admit_wins,
    last
};

inline int rank_of(const Name& role) {
    return role == "organiser" ? 3 : role == "member" ? 2 : role == "reader" ? 1 : 0;
}
inline Name role_named(int rank) {
    static const Names names = {"none", "reader", "member", "organiser"};
    return names[static_cast<std::size_t>(rank)];
}

class Evaluation {
  public:
    Evaluation(const History& history, Twist twist) : history_(history), twist_(twist) { learn_pasts(); }

    State run() {
        for (std::size_t i = 0; i < history_.founders.size(); ++i) {
            open_.push_back({"g", history_.founders[i], 3, Path{i, {}}, std::nullopt});
        }
        for (const auto& line : history_.lines) {
            const bool by_oneself = line.who == line.by || on(Twist::m3_others_may_leave_for_me);
            if (line.kind == "leave" && by_oneself && !on(Twist::m3_leave_needs_standing)) {
                state_.effective.insert(line.id);
                cuts_.push_back({line.id, line.who, line.who, 0, std::nullopt});
            }
        }
        while (!open_.empty()) settle(next());
        for (const auto& line : history_.lines) {
            for (const auto* name : {&line.by, &line.who}) note_person(*name);
        }
        for (const auto& founder : history_.founders) note_person(founder);
        for (const auto& line : history_.lines) {
            if (line.kind == "content") judge(line);
        }
        return state_;
    }

  private:
    struct Grant {
        Name commit, to;
        int role;
        std::optional<Path> path;         // organiser only
        std::optional<Path> author_path;  // none for founders
    };
    struct Cut {
        Name commit, by, of;
        int cap;
        std::optional<Path> path;  // none for a leave
    };

    bool on(Twist twist) const { return twist_ == twist; }

    bool is_senior(const Path& one, const Path& other) const {
        const auto small = [](const Path& path) { return std::pair(path.founder, path.steps); };
        if (on(Twist::m1_smaller_before_shorter)) return small(one) < small(other);
        return std::pair(one.steps.size(), small(one)) < std::pair(other.steps.size(), small(other));
    }

    void learn_pasts() {
        for (const auto& line : history_.lines) {
            auto& past = past_[line.id];
            if (line.kind != "content") past.insert("g");
            std::uint64_t depth = 0;
            for (const auto& parent : line.parents) {
                past.insert(parent);
                past.insert(past_[parent].begin(), past_[parent].end());
                depth = std::max(depth, depth_[parent]);
            }
            depth_[line.id] = depth + 1;
            if (line.kind != "content") lines_[line.id] = &line;
        }
    }
    // One of the heads or an ancestor of one.
    bool in_past_of(const Name& id, const Names& heads) {
        if (id == "g") return true;
        return std::any_of(heads.begin(), heads.end(),
                           [&](const Name& head) { return id == head || past_[head].count(id) != 0; });
    }

    bool is_before(const Name& id, const Name& later) { return id == "g" || past_[later].count(id) != 0; }

    bool knows(const Name& cut, const Line& act) {
        if (act.kind == "content") {
            if (on(Twist::m3_removal_reaches_back_in_content)) return false;
            const auto& seen = lines_.at(cut)->seen;
            if (on(Twist::m3_seen_is_not_transitive)) return std::count(seen.begin(), seen.end(), act.id) != 0;
            return in_past_of(act.id, seen);
        }
        return !on(Twist::m3_removal_reaches_back) && past_[cut].count(act.id) != 0;
    }

    bool binds(const Cut& cut, const Grant& grant) {
        const bool own = cut.by == cut.of;
        const bool organiser = grant.path.has_value();
        if (!own && grant.to == history_.founders[0] && !on(Twist::m3_founder_0_can_be_cut)) return false;
        if (!own && organiser && !is_senior(*cut.path, *grant.path) && !on(Twist::m3_juniors_cut_seniors)) return false;
        if (grant.commit != "g" && past_[grant.commit].count(cut.commit) != 0 && !on(Twist::m3_nothing_undoes_a_cut)) {
            if (!organiser && !on(Twist::m3_member_grants_stay_cut)) return false;
            if (own && !on(Twist::m3_own_leave_stays)) return false;
            if (organiser && !own) {
                const bool equal = *grant.author_path == *cut.path && !on(Twist::m3_only_seniors_undo_a_cut);
                if (equal || is_senior(*grant.author_path, *cut.path) || on(Twist::m3_anybody_undoes_a_cut))
                    return false;
            }
        }
        return true;
    }

    Grant next() {
        auto best = open_.begin();
        for (auto each = open_.begin(); each != open_.end(); ++each) {
            if (on(Twist::m5_newest_office_first) || is_senior(*each->path, *best->path)) best = each;
        }
        auto grant = *best;
        open_.erase(best);
        return grant;
    }

    bool escapes(const Line& act, const Cut& cut, const Grant& grant) {
        return cut.of != act.by || !binds(cut, grant) || knows(cut.commit, act);
    }

    void settle(const Grant& grant) {
        organisers_.push_back(grant);
        for (const auto& line : history_.lines) {
            if (line.kind == "content" || line.by != grant.to || !is_before(grant.commit, line.id)) continue;
            const bool again = on(Twist::m2_path_of_the_most_junior_grant) && line.kind != "appoint";
            if (paths_.count(line.id) != 0 && !again) continue;
            const bool effective = std::all_of(cuts_.begin(), cuts_.end(), [&](const Cut& cut) {
                if (!on(Twist::m2_cuts_escaped_by_different_grants)) return escapes(line, cut, grant);
                return std::any_of(organisers_.begin(), organisers_.end(), [&](const Grant& other) {
                    return other.to == line.by && is_before(other.commit, line.id) && escapes(line, cut, other);
                });
            });
            if (effective) enact(line, *grant.path);
        }
    }

    void enact(const Line& line, const Path& path) {
        const bool lesser_role = line.role == "reader" || line.role == "member";
        const bool other = line.who != line.by;
        if (line.kind == "add" && lesser_role) {
            members_.push_back({line.id, line.who, rank_of(line.role), std::nullopt, path});
        } else if (line.kind == "appoint") {
            auto longer = path;
            if (!on(Twist::m1_appointee_equals_author)) longer.steps.emplace_back(depth_[line.id], line.id);
            open_.push_back({line.id, line.who, 3, longer, path});
            if (!on(Twist::m1_appointment_without_membership)) {
                members_.push_back({line.id, line.who, 2, std::nullopt, path});
            }
        } else if (line.kind == "remove" && other) {
            cut({line.id, line.by, line.who, 0, path});
        } else if (line.kind == "demote" && other && lesser_role) {
            cut({line.id, line.by, line.who, on(Twist::m3_demotion_removes) ? 0 : rank_of(line.role), path});
        } else if (line.kind == "leave" && !other && on(Twist::m3_leave_needs_standing)) {
            cut({line.id, line.by, line.who, 0, std::nullopt});
        } else if (line.kind != "admit" && line.kind != "hide") {
            return;
        }
        paths_[line.id] = path;
        state_.effective.insert(line.id);
    }
    void cut(const Cut& made) {
        std::erase_if(cuts_, [&](const Cut& other) { return other.commit == made.commit; });
        cuts_.push_back(made);
    }

    std::vector<Grant> grants_to(const Name& person) {
        std::vector<Grant> all;
        for (const auto* some : {&organisers_, &members_}) {
            std::copy_if(some->begin(), some->end(), std::back_inserter(all),
                         [&](const Grant& grant) { return grant.to == person; });
        }
        return all;
    }
    int value_of(const Grant& grant, const Line* act) {
        int value = grant.role;
        for (const auto& cut : cuts_) {
            if (cut.of != grant.to || !binds(cut, grant)) continue;
            if (act != nullptr && knows(cut.commit, *act)) continue;
            value = std::min(value, cut.cap);
        }
        return value;
    }

    void note_person(const Name& person) {
        int best = 0;
        std::optional<Path> path;
        for (const auto& grant : grants_to(person)) {
            const int value = value_of(grant, nullptr);
            best = std::max(best, value);
            if (value == 3 && (!path || is_senior(*grant.path, *path))) path = grant.path;
        }
        if (best > 0) state_.people[person] = {role_named(best), path};
    }

    void judge(const Line& content) {
        int best = 0;
        for (const auto& grant : grants_to(content.by)) {
            if (!in_past_of(grant.commit, content.auth) && !on(Twist::m4_grants_after_the_fact)) continue;
            best = std::max({best, value_of(grant, &content), on(Twist::m4_any_grant_will_do) ? grant.role : 0});
        }
        bool shown = best >= (on(Twist::m4_readers_write) ? 1 : 2);
        if (shown) state_.content_roles[content.id] = role_named(best);

        std::vector<const Line*> able;
        for (const auto& line : history_.lines) {
            const bool decision = line.kind == "admit" || line.kind == "hide";
            if (!decision || paths_.count(line.id) == 0) continue;
            if (std::count(line.ids.begin(), line.ids.end(), content.id) == 0) continue;
            if (!in_past_of(content.id, line.seen) && !on(Twist::m6_unseen_content)) continue;
            const auto author = state_.people.find(content.by);
            const bool senior = author != state_.people.end() && author->second.second &&
                                is_senior(*author->second.second, paths_[line.id]);
            if (!senior || on(Twist::m6_anybodys_content)) able.push_back(&line);
        }
        bool admitted = false, hidden = false;
        for (const auto* line : able) {
            const bool dead = std::any_of(able.begin(), able.end(),
                                          [&](const Line* other) { return past_[other->id].count(line->id) != 0; });
            if (dead && !on(Twist::m6_decisions_never_die)) continue;
            (line->kind == "admit" ? admitted : hidden) = true;
        }
        if (admitted) shown = true;
        if (hidden && !(admitted && on(Twist::m6_admit_wins))) shown = false;
        if (shown) state_.effective.insert(content.id);
    }

    const History& history_;
    Twist twist_;
    std::map<Name, std::set<Name>> past_;
    std::map<Name, std::uint64_t> depth_ = {{"g", 0}};
    std::map<Name, const Line*> lines_;
    std::vector<Grant> open_, organisers_, members_;
    std::vector<Cut> cuts_;
    std::map<Name, Path> paths_;
    State state_;
};

inline State evaluate(const History& history, Twist twist = Twist::none) { return Evaluation(history, twist).run(); }

}  // namespace model
