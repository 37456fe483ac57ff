#include "app/api/search.h"

#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/steps.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"
#include "app/node.h"
#include "app/search/search.h"
#include "core/records/input.h"
#include "core/records/schema.h"
#include "net/curve_link.h"

namespace staffroom::api {
namespace {

constexpr std::uint64_t look_every_ms = 2'000, after_trouble_ms = 60'000;
constexpr std::uint64_t turn_ms = 8;
constexpr std::uint64_t results_usual = 20;

// While somebody else waits for their turn, as watching folders does.
class Indexing final : public Errand {
  public:
    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        auto& search = desk.home.search();
        if (desk.home.is_locked()) work_.reset();
        if (now < next_ms_ || desk.home.is_locked()) {
            next_ms_ = std::max(next_ms_, desk.home.is_locked() ? now + look_every_ms : 0);
            return std::nullopt;
        }
        if (!work_) begin(search);
        next_ms_ = now + look_every_ms;
        if (!work_) return std::nullopt;
        const auto done = guarded([&]() -> Reply { return go_on(now + turn_ms); });
        next_ms_ = now;
        if (trouble_in(done)) {
            work_.reset();
            next_ms_ = now + after_trouble_ms;
        }
        return std::nullopt;
    }
    std::uint64_t deadline() const override { return next_ms_; }

  private:
    void begin(search::Search& search) {
        if (search.is_behind()) {
            work_.emplace(search.catch_up());
        } else if (search.has_to_read()) {
            work_.emplace(search.read_documents());
        }
    }
    Reply go_on(std::uint64_t until) {
        do {
            work_->step();
        } while (!work_->is_done() && net::uptime_ms() < until);
        if (!work_->is_done()) return Json{};
        const auto done = work_->result();
        work_.reset();
        return done ? Reply(Json{}) : Reply(done.error());
    }

    std::optional<Steps<>> work_;
    std::uint64_t next_ms_ = 0;
};

struct Wanted {
    search::Query query;
    search::Filters filters;
    std::uint64_t most = results_usual;
};

Result<Wanted> wanted_in(Desk& desk, const Json& args) {
    Wanted wanted;
    std::string words;
    for (const auto& each : list_arg(args, "words")) words += (words.empty() ? "" : " ") + each;
    auto query = search::parse_query(words);
    if (!query) return query.error();
    wanted.query = std::move(*query);
    // Whoever asks while the words are being typed: the last one is only begun.
    auto& last = wanted.query.back();
    last.begins |= flag_arg(args, "typing") && last.words.back().size() >= 2;
    if (const auto named = text_arg(args, "group"); !named.empty()) {
        const auto group = find_group(desk.home.replica(), named);
        if (!group) return group.error();
        wanted.filters.groups.push_back((*group)->number);
    }
    wanted.filters.type = text_arg(args, "type");
    if (!wanted.filters.type.empty() && find_type(wanted.filters.type) == nullptr) {
        return no_such_type(wanted.filters.type);
    }
    wanted.filters.tags = list_arg(args, "tags");
    wanted.filters.grades = list_arg(args, "grades");
    wanted.filters.language = text_arg(args, "language");
    const auto most = bounded_arg(args, "most", results_usual, bounds::results);
    if (!most) return most.error();
    wanted.most = *most;
    return wanted;
}

Json result_of(const Replica& replica, const search::Found& found) {
    const auto* group = replica.group(found.group);
    Json row{
        {"id", to_text(found.record)},   {"type", found.type},
        {"group", to_text(found.group)}, {"group_name", group == nullptr ? std::string() : group_name(replica, *group)},
        {"title", found.title},          {"snippet", found.snippet}};
    if (!found.file.empty()) row["file"] = found.file;
    return row;
}

Steps<Json> search_in_steps(Desk& desk, Json args) {
    const auto wanted = wanted_in(desk, args);
    if (!wanted) co_return wanted.error();
    auto& search = desk.home.search();
    Result<search::Search::Page> page = Error{Code::busy, "", ""};
    // Twice, should the index turn out to be damaged: the next one is begun anew.
    for (int attempt = 0; attempt < 2 && !page; ++attempt) {
        const auto caught = co_await search.catch_up();
        if (!caught) {
            page = caught.error();
            continue;
        }
        if (!desk.network.is_open() && search.has_to_read()) {
            // No daemon reads them meanwhile. What goes wrong there leaves them unread, and the rest is found.
            (void)co_await search.read_documents();
        }
        if (desk.home.is_locked()) co_return profile_locked();
        page = co_await search.find(wanted->query, wanted->filters, wanted->most);
        if (desk.home.is_locked()) co_return profile_locked();
    }
    if (!page) co_return page.error();
    boost::json::array results;
    for (const auto& found : page->results) results.push_back(result_of(desk.home.replica(), found));
    Json reply{{"results", std::move(results)}};
    if (page->more) reply["more"] = true;
    if (const auto unread = search.unread(); unread > 0) reply["unread"] = unread;
    co_return reply;
}

}  // namespace

std::unique_ptr<Errand> keep_index() { return std::make_unique<Indexing>(); }

std::span<const Verb> search_verbs() {
    static constexpr Verb verbs[] = {{"search", nullptr, in_steps<search_in_steps>}};
    return verbs;
}

}  // namespace staffroom::api
