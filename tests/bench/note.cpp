// A note that 300 people wrote for years, asked from the built program: each question a run of its own, its start included.
//
//     bench_note STAFFROOM [COMMITS] [FOLDER]     default 20,000 commits; with FOLDER the profile stays there
//
// Half of what they write, one person writes alone; the other half, two write at the same time, for 5 to 60 commits each;
// once two are apart for a twentieth of all.
#include <random>

#include "core/utf8.h"
#include "tests/bench/report.h"
#include "tests/bench/school.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {

constexpr std::size_t people = 300;

class Years {
  public:
    Years(Home& founder, const GroupId& group, const std::vector<Colleague>& colleagues, const RecordId& note)
        : group_(*founder.replica().group(group)), note_(note) {
        for (const auto& each : colleagues) hands_.push_back({SigningKey(each.secrets.signing), random_id<RunId>()});
        draft_.group = group;
        draft_.epoch = group_.held.begin()->first;
        draft_.auth = founder.replica().log().heads(group, CommitKind::control);
        before_ = founder.replica().log().heads(group, CommitKind::content);
        depth_ = 1;
        for (const auto& frame : frames_of(founder, group, CommitKind::content))
            depth_ = std::max(depth_, need(read_commit(frame.commit)).header.depth + 1);
    }

    std::vector<CommitFrame> write(std::size_t commits) {
        Side all{{}, depth_, 0, 0};
        bool was_long = false;
        while (frames_.size() < commits) {
            const auto long_apart = !was_long && frames_.size() > commits / 2;
            if (below(2) == 0 && !long_apart) {
                const auto who = below(people);
                all.caret = below(all.length + 1);
                for (auto left = 1 + below(40); left > 0; --left) edit(who, all, true);
                continue;
            }
            was_long = was_long || long_apart;
            Side sides[] = {all, all};
            const std::uint32_t writers[] = {below(people), below(people)};
            auto left = long_apart ? commits / 20 : 2 * (5 + below(56));
            for (auto& side : sides) side.caret = below(side.length + 1);
            for (; left > 0; --left) edit(writers[left % 2], sides[left % 2], false);
            Side joined{
                {}, std::max(sides[0].depth, sides[1].depth), sides[0].length + sides[1].length - all.length, 0};
            for (const auto& side : sides)
                for (const auto& head : side.heads) joined.heads.push_back(head);
            std::sort(joined.heads.begin(), joined.heads.end());
            joined.heads.erase(std::unique(joined.heads.begin(), joined.heads.end()), joined.heads.end());
            all = std::move(joined);
        }
        return std::move(frames_);
    }

  private:
    struct Hand {
        SigningKey key;
        RunId run;
    };
    // What one of those who write at the same time has.
    struct Side {
        std::vector<OpRef> heads;
        std::uint64_t depth;
        std::uint32_t length;
        std::uint32_t caret;
    };

    std::uint32_t below(std::size_t n) { return static_cast<std::uint32_t>(random_() % n); }

    void edit(std::size_t who, Side& side, bool alone) {
        static constexpr std::string_view words[] = {"the ",      "water ", "learners ", "because ", "درس ",
                                                     "and then ", "नमस्ते ",  "😀",         "\n"};
        EditOp op;
        op.field = "body";
        for (const auto& head : side.heads) op.base.push_back(Ref::of(head));
        TextChange change{side.caret, 0, {}};
        if (alone && side.length > 20 && below(4) == 0) {
            change.deleted = std::min(1 + below(12), side.length - side.caret);
        }
        if (change.deleted == 0) change.inserted = words[below(std::size(words))];
        const auto inserted = static_cast<std::uint32_t>(scalar_count(change.inserted));
        side.length = side.length - change.deleted + inserted;
        side.caret += inserted;
        op.changes = {change};

        draft_.run = hands_[who].run;
        draft_.wall_ms = Home::wall_ms() - 60'000 + frames_.size();
        draft_.depth = side.depth++;
        draft_.parents = before_;
        if (!side.heads.empty()) draft_.parents.clear();
        for (const auto& head : side.heads) draft_.parents.push_back(head.commit);
        draft_.parts = {encode(ContentPart{note_, {make_op(op)}})};
        auto composed = need(compose(draft_, &group_.held.begin()->second, hands_[who].key));
        side.heads = {{composed.commit.id, 0, 0}};
        frames_.push_back(std::move(composed.frame));
    }

    const Group& group_;
    RecordId note_;
    std::vector<Hand> hands_;
    Draft draft_;
    std::vector<CommitId> before_;
    std::uint64_t depth_ = 1;
    std::mt19937_64 random_{1};
    std::vector<CommitFrame> frames_;
};

double run_ms(const std::string& command) {
    const double from = now_seconds();
    if (std::system((command + " >/dev/null").c_str()) != 0) stop({Code::io, "A command failed: " + command, ""});
    return (now_seconds() - from) * 1e3;
}

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    if (count < 2) stop({Code::malformed, "Which program?", "bench_note build/release/staffroom [COMMITS] [FOLDER]"});
    const std::string program = arguments[1];
    const std::size_t commits = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 20'000;
    const Folder folder;
    const std::filesystem::path kept = count > 3 ? std::filesystem::path(arguments[3]) : folder / "colleague";
    std::string note;
    double seconds = 0;
    {
        auto founder = new_home(folder / "founder", "Amina");
        auto colleague = new_home(kept, "Birk");
        std::vector<PersonCard> cards{colleague->identity().card};
        std::vector<Colleague> colleagues;
        for (std::size_t i = 0; i < people; ++i) colleagues.emplace_back("Colleague " + std::to_string(i));
        for (const auto& each : colleagues) cards.push_back(each.card);
        // A control part holds few cards.
        const auto first = std::vector<PersonCard>(cards.begin(), cards.begin() + 20);
        const auto group = found_school(*founder, first);
        for (std::size_t at = 20; at < cards.size(); at += 50) {
            const std::vector<PersonCard> some(
                cards.begin() + static_cast<std::ptrdiff_t>(at),
                cards.begin() + static_cast<std::ptrdiff_t>(std::min(at + 50, cards.size())));
            std::vector<Op> ops{make_op(PersonsOp{some})};
            for (const auto& card : some) {
                AddOp add;
                add.who = id_of(card.genesis);
                ops.push_back(make_op(add));
            }
            need(founder->replica().write_control(group, ops));
        }
        const CreateOp create{"note", random_id<Nonce16>(), {}};
        const auto record = id_of_record(group, founder->identity().person(), create);
        need(founder->replica().write(group, {{record, {make_op(create), make_op(title("Years", {}))}}}));
        enter(*colleague, *founder, group);
        note = to_text(record);
        const auto frames = Years(*founder, group, colleagues, record).write(commits);
        const double from = now_seconds();
        for (const auto& batch : batches_of(frames, 1 << 20)) need(colleague->replica().ingest(group, batch));
        seconds = now_seconds() - from;
    }
    Report report;
    const auto name = "a note of " + std::to_string(people) + " people, " + std::to_string(commits) + " commits: ";
    report.add({name + "taken in", seconds, "s", "", 0, "", true});
    const auto as = program + " --home " + kept.string() + " --json ";
    const auto ask = [&](const std::string& what, const std::string& command, const std::string& input = {}) {
        std::vector<double> times, floors;
        for (int run = 0; run < 5; ++run) {
            floors.push_back(run_ms(as + "whoami"));
            times.push_back(run_ms(input + as + command));
        }
        const double ms = median(times);
        report.add({name + what, ms, "ms", "whoami", median(floors), "<= 1000 ms", ms <= 1000});
    };
    ask("show", "note show " + note);
    ask("blame", "note blame " + note);
    ask("history", "note history " + note);
    ask("show empty", "note show " + note + " --at empty");
    ask("difference", "note difference " + note + " empty");
    const auto copy = (folder / "copy.md").string();
    if (std::system((program + " --home " + kept.string() + " note show " + note + " >" + copy).c_str()) != 0)
        stop({Code::io, "The note is not shown.", ""});
    ask("edit", "note edit " + note + " --from " + copy, "date +%N >>" + copy + "; ");
    return report.finish();
}
