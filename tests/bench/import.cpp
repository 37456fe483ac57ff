// One import of many records: a part a record, a few signed commits. Written here, and taken by a colleague. The floor
// opens and puts the same parts, with one signature to verify per 100, each commit as the one row that we keep of it.
//
//     bench_import [RECORDS] [RUNS]      default 10,000 records, 5 runs
#include "tests/bench/report.h"
#include "tests/bench/school.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {
constexpr std::size_t records_per_commit = 100;

std::vector<ContentPart> import(const GroupId& group, const PersonId& person, std::size_t count) {
    std::vector<ContentPart> parts;
    for (std::size_t i = 0; i < count; ++i) {
        CreateOp create{"task", random_id<Nonce16>(), {}};
        const auto record = id_of_record(group, person, create);
        parts.push_back({record, {make_op(create), make_op(title("Imported task " + std::to_string(i), {}))}});
    }
    return parts;
}

double floor_seconds(const std::filesystem::path& folder, const GroupId& group,
                     const std::vector<ContentPart>& import) {
    std::filesystem::create_directories(folder);
    LmdbOptions options;
    options.folder = folder;
    options.keys = {random_secret<SymmetricKey>(), random_secret<SymmetricKey>()};
    const auto store = need(LmdbStore::open(options));
    const SigningKey author(new_signing_seed());
    const auto key = random_secret<SymmetricKey>();
    std::vector<Composed> commits;
    for (std::size_t first = 0; first < import.size(); first += records_per_commit) {
        Draft draft;
        draft.group = group;
        draft.epoch = epoch_id(group, key);
        draft.auth = {random_id<CommitId>()};
        draft.depth = 1;
        for (auto i = first; i < std::min(first + records_per_commit, import.size()); ++i)
            draft.parts.push_back(encode(import[i]));
        commits.push_back(need(compose(draft, &key, author)));
    }
    const double start = now_seconds();
    need(store->write([&](WriteTxn& txn) -> Result<> {
        for (const auto& [commit, frame] : commits) {
            if (!has_signature(commit)) return {Code::malformed, "A commit of our own is bad.", ""};
            for (std::size_t i = 0; i < frame.parts.size(); ++i) {
                if (!open_part(commit.header, i, *frame.parts[i], key))
                    return {Code::malformed, "A part of our own is bad.", ""};
            }
            const auto place = key_of(commit.header.depth, commit.id);
            txn.put(Table::log, keys::in_set(1, CommitKind::content, place.view()),
                    commit_log::row_of(commit, frame.parts));
        }
        return Done{};
    }));
    return now_seconds() - start;
}

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t records = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 10'000;
    const std::size_t runs = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 5;
    const Folder folder;
    std::vector<double> floor, written, taken;
    for (std::size_t run = 0; run < runs; ++run) {
        const auto name = std::to_string(run);
        auto founder = new_home(folder / ("founder" + name), "Amina");
        auto colleague = new_home(folder / ("colleague" + name), "Birk");
        const auto group = found_school(*founder, {colleague->identity().card});
        enter(*colleague, *founder, group);
        const auto parts = import(group, founder->identity().person(), records);
        const auto rate = [&](double start) { return static_cast<double>(records) / (now_seconds() - start); };

        floor.push_back(static_cast<double>(records) / floor_seconds(folder / ("floor" + name), group, parts));
        auto start = now_seconds();
        need(founder->replica().write(group, parts));
        written.push_back(rate(start));
        const auto frames = frames_of(*founder, group, CommitKind::content);
        start = now_seconds();
        need(colleague->replica().ingest(group, frames));
        taken.push_back(rate(start));
    }
    Report report;
    const double least = median(floor);
    for (const auto& [what, rates] : {std::pair("written here", &written), std::pair("taken by a colleague", &taken)}) {
        const double ours = median(*rates);
        report.add({"import of " + std::to_string(records) + " records, " + what, ours, "/s",
                    "verify per 100, open, put", least, ">= 30 % of it", ours >= 0.3 * least});
    }
    return report.finish();
}
