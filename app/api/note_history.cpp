// A note's past: who wrote in it and when, who wrote which words, what changed between two versions.
#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <unordered_map>

#include "app/api/note_text.h"
#include "app/api/text_version.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/merge/difference.h"
#include "core/utf8.h"

namespace staffroom::api {

namespace {

// Questions about the history of a text give nothing when it does not read back from the disk.
Result<> check(const Text& text) {
    if (!text.damaged()) return Done{};
    return {Code::io, "The history of this note does not read back from the disk.", "Run: staffroom repair --rebuild"};
}

struct Sitting {
    DeviceId device;
    PersonId by;
    OpRef last;
    std::uint64_t began = 0, ended = 0;  // by the writer's clock
    bool sure = true;                    // nothing speaks against that clock
    std::uint64_t inserted = 0, deleted = 0;
};

// Two people who write at the same time are one sitting each. A clock that went on by more than half an hour between
// two edits, or back, ends its writer's sitting. It is doubted when it says a day before this program was made or one
// that has not come; and where something was written before what it was built on, both their clocks are: one is wrong.
class Sittings {
  public:
    Sittings(Desk& desk, const FoundNote& note) : text_(note.text) {
        std::size_t order = 0;
        for (auto& change : desk.home.replica().history(note.found.group, note.found.state.id))
            commits_.emplace(change.commit, Written{order++, change.by, change.wall_ms});
    }

    std::vector<Sitting> all() {
        struct Row {
            std::size_t order;
            TextHistoryRow edit;
        };
        std::vector<Row> rows;
        for (auto& row : text_.history()) {
            const auto commit = commits_.find(row.edit.commit);
            if (!row.hidden && commit != commits_.end()) rows.push_back({commit->second.order, row});
        }
        // The same on every computer, whatever came first to this one.
        std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.order < b.order; });
        for (const auto& row : rows) doubt(row.edit.edit);
        std::vector<Sitting> sittings;
        std::map<DeviceId, std::size_t> latest;
        for (const auto& [order, row] : rows) {
            const auto& written = commits_.at(row.edit.commit);
            const auto [at, first] = latest.try_emplace(row.author.device, sittings.size());
            if (first || !goes_on(sittings[at->second], written.wall_ms)) {
                at->second = sittings.size();
                sittings.push_back({row.author.device, written.by, {}, written.wall_ms, written.wall_ms});
            }
            auto& sitting = sittings[at->second];
            sitting.last = row.edit;
            sitting.ended = written.wall_ms;
            sitting.sure = sitting.sure && written.sure;
            sitting.inserted += row.inserted;
            sitting.deleted += row.deleted;
        }
        return sittings;
    }

  private:
    struct Written {
        std::size_t order = 0;
        PersonId by;
        std::uint64_t wall_ms = 0;
        bool sure = true;
    };
    static constexpr std::uint64_t pause_ms = 30 * 60 * 1000;
    static constexpr std::uint64_t slack_ms = 5 * 60 * 1000;  // between clocks that nobody would call wrong

    static bool goes_on(const Sitting& sitting, std::uint64_t now) {
        return now + slack_ms >= sitting.ended && now <= sitting.ended + pause_ms;
    }

    // In the order of the rows: what an edit was built on comes before it.
    void doubt(const OpRef& edit) {
        auto& written = commits_.at(edit.commit);
        if (!Home::is_plausible(written.wall_ms)) {
            written.sure = false;
            return;
        }
        latest_ = std::max(latest_, written.wall_ms);
        if (latest_ <= written.wall_ms + slack_ms) return;  // as is all that it was built on
        const auto whole = text_.edit(edit);
        if (!whole) return;
        for (const auto& base : whole->base) {
            const auto before = commits_.find(base.commit);
            if (before == commits_.end() || !Home::is_plausible(before->second.wall_ms)) continue;
            if (before->second.wall_ms > written.wall_ms + slack_ms) written.sure = before->second.sure = false;
        }
    }

    const Text& text_;
    std::uint64_t latest_ = 0;  // what any clock said so far that can be right
    std::unordered_map<CommitId, Written, IdHash> commits_;
};

Reply note_history(Desk& desk, const Json& args) {
    const auto note = find_note(desk, args);
    if (!note) return note.error();
    const auto sittings = Sittings(desk, *note).all();
    if (const auto sound = check(note->text); !sound) return sound.error();
    boost::json::array history;
    for (const auto& sitting : sittings) {
        history.push_back(Json{{"version", version_text({sitting.last})},
                               {"by", person_name(desk, note->found.group, sitting.by)},
                               {"person", to_text(sitting.by)},
                               {"began", sitting.began},
                               {"when", sitting.ended},
                               {"sure", sitting.sure},
                               {"inserted", sitting.inserted},
                               {"deleted", sitting.deleted}});
    }
    return Json{{"history", std::move(history)}};
}

Reply note_blame(Desk& desk, const Json& args) {
    const auto note = find_note(desk, args);
    if (!note) return note.error();
    const auto& members = desk.home.replica().group(note->found.group)->members;
    const auto spans = note->text.blame();
    if (const auto sound = check(note->text); !sound) return sound.error();
    struct Writer {
        std::string id, name;
    };
    std::map<DeviceId, Writer> writers;
    boost::json::array blame;
    std::uint64_t at = 0;
    const std::string* last = nullptr;
    for (const auto& span : spans) {
        const auto [who, fresh] = writers.try_emplace(span.author.device);
        if (fresh) {
            const auto person = members.person_of(span.author.device);
            const auto device = to_text(span.author.device);
            who->second = person ? Writer{to_text(*person), person_name(desk, note->found.group, *person)}
                                 : Writer{"", device.substr(0, 8)};
        }
        const auto to = at + span.length;
        const auto& [id, name] = who->second;
        if (last != nullptr && *last == (id.empty() ? name : id)) {
            blame.back().as_object()["to"] = to;
        } else {
            blame.push_back(Json{{"by", name}, {"person", id}, {"from", at}, {"to", to}});
        }
        last = id.empty() ? &name : &id;
        at = to;
    }
    return Json{{"blame", std::move(blame)}};
}

// What the first version has and the second has not, and the other way round, in the order of the words. `at` counts
// scalar values of the second.
Reply note_difference(Desk& desk, const Json& args) {
    const auto note = find_note(desk, args);
    if (!note) return note.error();
    const auto from_version = find_version(note->text, text_arg(args, "from"));
    if (!from_version) return from_version.error();
    const auto named = maybe_text_arg(args, "to");
    const auto to_version =
        named && !named->empty() ? find_version(note->text, *named) : Result<std::vector<OpRef>>(note->text.version());
    if (!to_version) return to_version.error();
    const auto from = note->text.text_at(*from_version);
    if (!from) return from.error();
    const auto to = note->text.text_at(*to_version);
    if (!to) return to.error();
    Text before;
    before.write({}, {}, difference("", *from));
    boost::json::array all;
    std::int64_t longer = 0;  // by what was changed so far
    for (const auto& change : difference(*from, *to)) {
        const auto position = static_cast<std::uint32_t>(change.position - longer);
        all.push_back(Json{{"at", change.position},
                           {"removed", before.slice(position, change.deleted)},
                           {"inserted", change.inserted}});
        longer += static_cast<std::int64_t>(scalar_count(change.inserted)) - change.deleted;
    }
    return Json{{"difference", std::move(all)}};
}

}  // namespace

std::span<const Verb> note_history_verbs() {
    static constexpr Verb verbs[] = {
        {"note history", note_history}, {"note blame", note_blame}, {"note difference", note_difference}};
    return verbs;
}

}  // namespace staffroom::api
