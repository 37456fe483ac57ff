// A note open in the tabs of two teachers' computers, without a network between them: the small language of its stories.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <optional>

#include "app/api/change_set.h"
#include "app/api/live_notes.h"
#include "app/api/records.h"
#include "app/home.h"
#include "app/node.h"
#include "core/utf8.h"
#include "net/courier/lacking.h"
#include "tests/disposable.h"

namespace staffroom::world {

using api::Json;
namespace json = boost::json;

// One teacher's computer; its clock is the test's.
struct Computer : Disposable {
    explicit Computer(const std::string& name) {
        init_crypto();
        home = std::move(Home::create(path() / "home", {name, ""}, std::nullopt)).value();
        node.emplace(*home);
        node->tell_events_to([this](const std::string& event) { events.push_back(json::parse(event).as_object()); });
    }
    api::Desk desk() { return {*home, *node}; }
    api::LiveNotes& notes() { return node->notes(); }
    void poll() {
        auto mine = desk();
        if (watcher) notes().heard(*watcher, "Colleague", group, {note, {TabPresence{}}}, now);
        notes().poll(mine, now);
    }
    std::string words() { return home->replica().text(group, note, "body").value().text(); }
    // All that the other one has, in the order in which it can be taken.
    void hears(Computer& other) {
        for (const auto kind : {CommitKind::control, CommitKind::key, CommitKind::content}) {
            std::vector<CommitFrame> frames;
            const auto& log = other.home->replica().log();
            for (const auto& key : net::courier::all_of(log, group, kind)) {
                if (!home->replica().log().knows(group, id_of(key))) frames.push_back(*log.read(group, id_of(key)));
            }
            if (frames.empty()) continue;
            const auto taken = home->replica().ingest(group, frames);
            REQUIRE(taken.ok());
            node->wrote(group, *taken);
        }
    }

    std::unique_ptr<Home> home;
    std::optional<Node> node;
    GroupId group;
    RecordId note;
    std::optional<DeviceId> watcher;  // who has the note open all along
    std::uint64_t now = 1'000;
    std::vector<Json> events;
};

// Two teachers of one group, with one note.
struct Two {
    Computer amina{"Amina"}, birk{"Birk"};

    explicit Two(const std::string& words) {
        auto& replica = amina.home->replica();
        const auto group = replica.found(GroupKind::school, "Hill School", NewcomersRead::all).value();
        AddOp add;
        add.who = birk.home->identity().person();
        add.role = Role::member;
        REQUIRE(replica.write_control(group, {make_op(PersonsOp{{birk.home->identity().card}}), make_op(add)}).ok());
        REQUIRE(birk.home->replica().adopt(replica.welcome_to(group).value()).ok());
        auto desk = amina.desk();
        const auto note =
            api::make(desk, group, {"note", {{"title", Value(std::string("Friday")), {}}, {"body", Value(words), {}}}});
        REQUIRE(note.ok());
        for (auto* each : {&amina, &birk}) {
            each->group = group;
            each->note = *note;
        }
        birk.hears(amina);
        amina.watcher = birk.home->identity().device();
        birk.watcher = amina.home->identity().device();
    }
};

// A tab as CodeMirror's collab extension makes one: what is confirmed, and what was typed since, which is rebased over
// what others did.
class Tab {
  public:
    Tab(Computer& computer, std::string client) : computer_(computer), client_(std::move(client)) { open(); }

    void open() {
        auto desk = computer_.desk();
        const auto opened = computer_.notes().open(desk, {{"note", to_text(computer_.note)}}, computer_.now);
        REQUIRE(opened.ok());
        session = std::string(opened->at("session").as_string());
        version = opened->at("version").to_number<std::uint64_t>();
        confirmed_ = std::string(opened->at("text").as_string());
    }
    std::string words() const { return api::applied(confirmed_, typed_); }
    const std::string& client() const { return client_; }
    void type(std::uint32_t position, std::uint32_t deleted, const std::string& put) {
        for (auto& step : in_single_steps({position, deleted, put})) typed_.push_back(std::move(step));
    }
    bool has_typed() const { return !typed_.empty(); }

    api::Reply push() {
        json::array updates;
        auto text = confirmed_;
        for (const auto& change : typed_) {
            updates.push_back(Json{{"clientID", client_}, {"changes", api::change_set_of({change}, text)}});
            text = api::applied(std::move(text), {change});
        }
        auto desk = computer_.desk();
        const auto answer = computer_.notes().push(
            desk, {{"session", session}, {"version", version}, {"updates", std::move(updates)}}, computer_.now);
        if (!answer) return answer;
        if (answer->at("accepted").as_bool()) {
            confirmed_ = std::move(text);
            typed_.clear();
            version = answer->at("version").to_number<std::uint64_t>();
        } else {
            receive(answer->at("updates").as_array());
        }
        return answer;
    }
    void pull() {
        const auto answer = computer_.notes().pull({{"session", session}, {"version", version}}, computer_.now);
        REQUIRE(answer.ok());
        receive(answer->at("updates").as_array());
        CHECK(version == answer->at("version").to_number<std::uint64_t>());
    }
    void receive(const json::array& updates) {
        for (const auto& update : updates) {
            const auto changes = api::changes_from(update.at("changes"), confirmed_);
            REQUIRE(changes.ok());
            confirmed_ = api::applied(std::move(confirmed_), *changes);
            for (const auto& theirs : *changes) {
                for (const auto& step : in_single_steps(theirs)) rebase(step);
            }
            ++version;
        }
    }

    std::string session;
    std::uint64_t version = 0;

  private:
    // Of two changes of one text, each of which puts something in or takes one letter away: the first as it is after
    // the second. At the same place `is_later` stands behind. Nothing: the letter is gone already.
    static std::optional<TextChange> after(TextChange change, const TextChange& other, bool is_later) {
        const auto put = static_cast<std::uint32_t>(scalar_count(other.inserted));
        if (other.deleted == 0) {
            const bool behind = change.position > other.position ||
                                (change.position == other.position && (change.deleted == 1 || is_later));
            if (behind) change.position += put;
        } else if (change.position > other.position) {
            --change.position;
        } else if (change.position == other.position && change.deleted == 1) {
            return std::nullopt;
        }
        return change;
    }
    // What was typed comes after what the others did.
    void rebase(const TextChange& change) {
        std::optional<TextChange> theirs = change;
        std::vector<TextChange> rebased;
        for (const auto& mine : typed_) {
            const auto moved = theirs ? after(mine, *theirs, true) : mine;
            if (theirs) theirs = after(*theirs, mine, false);
            if (moved) rebased.push_back(*moved);
        }
        typed_ = std::move(rebased);
    }
    static std::vector<TextChange> in_single_steps(const TextChange& change) {
        std::vector<TextChange> steps(change.deleted, {change.position, 1, ""});
        if (!change.inserted.empty()) steps.push_back({change.position, 0, change.inserted});
        return steps;
    }

    Computer& computer_;
    std::string client_;
    std::string confirmed_;
    std::vector<TextChange> typed_;
};

inline std::vector<Json> of_kind(const Computer& computer, std::string_view kind) {
    std::vector<Json> found;
    for (const auto& event : computer.events) {
        if (event.at("kind").as_string() == json::string_view(kind.data(), kind.size())) found.push_back(event);
    }
    return found;
}

}  // namespace staffroom::world
