// Where the files of a library are: fetched, kept, dropped; what each group takes of this disk.
#include <boost/json.hpp>

#include "app/api/errands.h"
#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/file_pace.h"
#include "app/home.h"
#include "app/network.h"
#include "storage/committed_log.h"
#include "storage/file_policy.h"
#include "storage/wanted_chunks.h"

namespace staffroom::api {
namespace {

using file_policy::Fetches;

constexpr std::pair<const char*, Fetches> policies[] = {
    {"all", Fetches::all}, {"recent", Fetches::recent}, {"on-demand", Fetches::on_demand}};

struct Library {
    FoundRecord found;
    const Group* group = nullptr;
    std::vector<FileRef> files;
};

Result<Library> files_of(Desk& desk, const Json& args) {
    auto found = find_record(desk.home.replica(), text_arg(args, "record"));
    if (!found) return found.error();
    Library library{std::move(*found), nullptr, {}};
    library.group = desk.home.replica().group(library.found.group);
    for (const auto& cell : library.found.state.cells) {
        for (const auto& entry : cell.values) {
            const auto* file = entry.value.get<FileRef>();
            if (file != nullptr && !file->manifest.empty()) library.files.push_back(*file);
        }
    }
    if (library.files.empty())
        return Error{Code::not_found, "There is no file in this.", "It may be a link, or words."};
    return library;
}

// Bytes of the content: here, with colleagues only, together.
Reply presence_of(Desk& desk, const Library& library) {
    const auto fit = desk.home.replica().chunks().fit();
    std::uint64_t here = 0, bytes = 0;
    bool kept = true, fits = desk.home.profile().room() == Room::for_all;
    const auto read = desk.home.profile().store().read([&](ReadTxn& txn) -> Result<> {
        for (const auto& file : library.files) {
            const auto presence = file_refs::presence(txn, desk.home.profile().chunks(), file);
            bytes += file.size;
            here += presence.is_whole()
                        ? file.size
                        : std::min<std::uint64_t>(file.size, presence.chunks_here * limits::chunk_bytes);
            kept = kept && file_policy::is_kept(txn, library.group->number, file);
            fits = fits && !(fit.too_large.contains(file.size) && !presence.is_whole());
        }
        return Done{};
    });
    if (!read) return read.error();
    return Json{{"here", here},
                {"elsewhere", bytes - here},
                {"bytes", bytes},
                {"kept", kept},
                {"disk_full", here < bytes && !fits}};
}

using Step = std::function<void(WriteTxn& txn, const FileRef& file)>;
Reply change(Desk& desk, const Library& library, const Step& step) {
    const auto written = desk.home.profile().store().write([&](WriteTxn& txn) -> Result<> {
        for (const auto& file : library.files) step(txn, file);
        CommittedLog::count_write(txn);
        return Done{};
    });
    if (!written) return written.error();
    desk.network.wrote(library.found.group, {});
    desk.network.files_changed();
    return presence_of(desk, library);
}

// Answers at once, or with `wait` when all is here.
class Fetch final : public Errand {
  public:
    static constexpr std::uint64_t look_ms = 200, patience_ms = 30'000;

    Fetch(Reply begun, Json args, bool wait) : latest_(std::move(begun)), args_(std::move(args)), wait_(wait) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        if (trouble_in(latest_)) return latest_;
        next_ = now + look_ms;
        const auto library = files_of(desk, args_);
        if (!library) return Reply(library.error());
        latest_ = presence_of(desk, *library);
        if (!latest_) return latest_;
        const auto here = latest_->at("here").to_number<std::uint64_t>();
        const auto bytes = latest_->at("bytes").to_number<std::uint64_t>();
        if (here != progress_.done || moved_ms_ == 0) moved_ms_ = now;
        progress_ = {"bytes", here, bytes};
        if (here == bytes) return latest_;
        if (latest_->at("disk_full").as_bool())
            return with_trouble(*latest_, {name_of(Code::refused), "Disk full.", "Free some space."});
        if (!wait_) return latest_;
        if (now < moved_ms_ + patience_ms) return std::nullopt;
        return with_trouble(*latest_, {name_of(Code::busy), "Nobody who is near has the rest of it.",
                                       "It comes when a colleague who has it is near."});
    }
    std::uint64_t deadline() const override { return next_; }
    Progress progress() const override { return progress_; }

  private:
    Reply latest_;
    Json args_;
    bool wait_;
    Progress progress_;
    std::uint64_t moved_ms_ = 0, next_ = 0;
};

Reply begin_fetch(Desk& desk, const Json& args) {
    const auto library = files_of(desk, args);
    if (!library) return library.error();
    const auto& chunks = desk.home.profile().chunks();
    return change(desk, *library, [&](WriteTxn& txn, const FileRef& file) {
        file_policy::fetch(txn, chunks, library->group->number, file);
    });
}

std::unique_ptr<Errand> fetch(Desk& desk, const Json& args) {
    auto begun = begin_fetch(desk, args);
    const bool wait = begun && flag_arg(args, "wait");
    if (wait && !desk.network.is_open()) {
        if (const auto opened = open_network(desk, args); !opened) begun = opened.error();
    }
    return std::make_unique<Fetch>(std::move(begun), args, wait);
}

Reply keep(Desk& desk, const Json& args) {
    const auto library = files_of(desk, args);
    if (!library) return library.error();
    const auto& chunks = desk.home.profile().chunks();
    return change(desk, *library, [&](WriteTxn& txn, const FileRef& file) {
        file_policy::keep(txn, chunks, library->group->number, file);
    });
}

Reply drop(Desk& desk, const Json& args) {
    const auto library = files_of(desk, args);
    if (!library) return library.error();
    if (desk.home.replica().full_copies(library->found.group).empty() && !flag_arg(args, "anyway")) {
        return Error{Code::refused, "No colleague's computer is known to have this file.",
                     "Meet one first: staffroom sync. Or add --anyway: then it may be gone for good."};
    }
    const auto& chunks = desk.home.profile().chunks();
    std::vector<ChunkId> gone;
    bool begun = false;
    auto reply = change(desk, *library, [&](WriteTxn& txn, const FileRef& file) {
        if (&file == &library->files.front() && std::exchange(begun, true)) gone.clear();  // the store ran it anew
        const auto more = file_policy::drop(txn, chunks, library->group->number, file);
        gone.insert(gone.end(), more.begin(), more.end());
    });
    if (reply) chunks.remove_files(gone);
    return reply;
}

Json described(const file_policy::Policy& policy) {
    Json row;
    for (const auto& [word, fetches] : policies) {
        if (fetches == policy.fetches) row["policy"] = word;
    }
    row["max_mb"] = policy.bytes_max >> 20;
    return row;
}

Reply policy(Desk& desk, const Json& args) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    const auto number = (*found)->number;
    auto& store = desk.home.profile().store();
    file_policy::Policy wanted;
    const auto read =
        store.read([&](ReadTxn& txn) -> Result<> { return wanted = file_policy::read(txn, number), Done{}; });
    if (!read) return read.error();
    const auto word = text_arg(args, "policy");
    if (!word.empty()) {
        const auto* named = std::ranges::find(policies, word, [](const auto& each) { return std::string(each.first); });
        if (named == std::end(policies)) {
            return Error{Code::malformed, "There is no policy " + in_quotes(word) + ".",
                         "Choose all, recent or on-demand."};
        }
        const auto most = bounded_arg(args, "max-mb", 0, bounds::megabytes);
        if (!most) return most.error();
        wanted = {named->second, *most << 20};
        const auto written = store.write([&](WriteTxn& txn) -> Result<> {
            file_policy::set(txn, desk.home.profile().chunks(), number, wanted);
            CommittedLog::count_write(txn);
            return Done{};
        });
        if (!written) return written.error();
        desk.network.wrote((*found)->id, {});
        desk.network.files_changed();
    }
    return described(wanted);
}

Json described(const net::Pace& pace) {
    return {{"in_kb", pace.in >> 10}, {"out_kb", pace.out >> 10}, {"paused", pace.paused}};
}

Reply set_pace(Desk& desk, const net::Pace& pace) {
    if (const auto kept = FilePace(desk.home.profile().store()).set(pace); !kept) return kept.error();
    desk.network.pace_changed();
    return described(pace);
}

// A cap that is not named stays as it is; without any: what they are.
Reply pace(Desk& desk, const Json& args) {
    auto wanted = FilePace(desk.home.profile().store()).read();
    if (flag_arg(args, "no-caps")) wanted.in = wanted.out = 0;
    for (const auto& [name, cap] : {std::pair{"in-kb", &wanted.in}, {"out-kb", &wanted.out}}) {
        const auto most = bounded_arg(args, name, *cap >> 10, bounds::kilobytes_a_second);
        if (!most) return most.error();
        *cap = *most << 10;
    }
    return set_pace(desk, wanted);
}

template <bool paused>
Reply pause(Desk& desk, const Json&) {
    auto wanted = FilePace(desk.home.profile().store()).read();
    wanted.paused = paused;
    return set_pace(desk, wanted);
}

}  // namespace

bool lacks_room(Desk& desk) {
    return desk.home.profile().room() != Room::for_all || desk.home.replica().chunks().fit().lacking > 0;
}

boost::json::array who_lacks_room(Desk& desk) {
    boost::json::array names;
    for (const auto& each : desk.network.neighbours()) {
        if (each.full) names.push_back(boost::json::string(each.name));
    }
    return names;
}

std::uint64_t bytes_to_come(Desk& desk) {
    std::uint64_t bytes = 0;
    (void)desk.home.profile().store().read([&](ReadTxn& txn) -> Result<> {
        bytes = 0;
        for (const auto& [id, group] : desk.home.replica().groups())
            bytes += wanted_chunks::totals(txn, group->number).bytes;
        return Done{};
    });
    return bytes;
}

Json transfers_now(Desk& desk) {
    const auto missing = bytes_to_come(desk);
    const auto fit = desk.home.replica().chunks().fit();
    const auto need = fit.on_disk + files_need_free_bytes, free = free_bytes(desk.home.folder());
    const auto rates = desk.network.file_rates();
    boost::json::value left;
    if (missing > fit.lacking && rates.in > 0) left = (missing - fit.lacking) / rates.in;
    return Json{{"to_come", missing},
                {"no_room", fit.lacking},
                {"to_free", fit.lacking > 0 ? need - std::min(need, free) : 0},
                {"in_bytes_s", rates.in},
                {"out_bytes_s", rates.out},
                {"seconds_left", std::move(left)},
                {"disk_full", lacks_room(desk)},
                {"colleagues_full", who_lacks_room(desk)}};
}

namespace {

Reply storage(Desk& desk, const Json&) {
    auto& profile = desk.home.profile();
    const auto stats = profile.store().stats();
    if (!stats) return stats.error();
    boost::json::array rows;
    std::uint64_t here = 0, elsewhere = 0;
    const auto read = profile.store().read([&](ReadTxn& txn) -> Result<> {
        for (const auto& [id, group] : desk.home.replica().groups()) {
            const auto held = file_refs::held_of(txn, group->number),
                       wanted = wanted_chunks::totals(txn, group->number);
            auto row = described(file_policy::read(txn, group->number));
            row["id"] = to_text(id);
            row["name"] = group->genesis.name;
            row["here"] = held.bytes;
            row["elsewhere"] = wanted.bytes;
            row["files_missing"] = wanted.chunks > 0;
            here += held.bytes;
            elsewhere += wanted.bytes;
            rows.push_back(std::move(row));
        }
        return Done{};
    });
    if (!read) return read.error();
    return Json{{"here", here},
                {"elsewhere", elsewhere},
                {"bytes", stats->file_bytes + here},
                {"free", free_bytes(desk.home.folder())},
                {"pace", described(FilePace(profile.store()).read())},
                {"transfers", transfers_now(desk)},
                {"groups", std::move(rows)}};
}

}  // namespace

std::span<const Verb> files_verbs() {
    static constexpr Verb verbs[] = {
        {"files fetch", nullptr, fetch}, {"files keep", keep}, {"files drop", drop},
        {"files policy", policy},        {"files pace", pace}, {"files pause", pause<true>},
        {"files resume", pause<false>},  {"storage", storage}};
    return verbs;
}

}  // namespace staffroom::api
