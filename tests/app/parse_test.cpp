#include "app/cli/parse.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <set>

#include "app/api/verbs.h"
#include "app/cli/commands.h"
#include "app/cli/print.h"

using namespace staffroom;
using namespace staffroom::cli;

namespace {

std::variant<Parsed, Told> typed(std::vector<const char*> words) {
    words.insert(words.begin(), "staffroom");
    return parse(static_cast<int>(words.size()), words.data());
}

}  // namespace

TEST_CASE("a command becomes a verb and its arguments, wherever the global options stand") {
    for (const auto& words : {std::vector<const char*>{"--home", "/h", "--json", "note", "new", "School", "--title",
                                                       "T", "--tag", "a", "--tag", "b"},
                              std::vector<const char*>{"note", "new", "School", "--tag", "a", "--tag", "b", "--title",
                                                       "T", "--json", "--home", "/h"}}) {
        const auto parsed = typed(words);
        REQUIRE(std::holds_alternative<Parsed>(parsed));
        const auto& it = std::get<Parsed>(parsed);
        CHECK(it.command == "note new");
        CHECK(it.json);
        CHECK(it.home == "/h");
        CHECK(boost::json::serialize(it.args) == R"({"group":"School","title":"T","tags":["a","b"]})");
    }
}

TEST_CASE("C01 unknown options, missing and superfluous words are usage") {
    for (const auto& words : {std::vector<const char*>{"--nonsense"},
                              {"nonsense"},
                              {"whoami", "extra"},
                              {"note", "new"},
                              {"note"},
                              {},
                              {"start", "--port", "many"}}) {
        const auto told = typed(words);
        REQUIRE(std::holds_alternative<Told>(told));
        CHECK(std::get<Told>(told).exit_code == 2);
    }
    const auto help = std::get<Told>(typed({"help"}));
    CHECK(help.exit_code == 0);
    for (const auto& command : commands()) CHECK(help.words.find(command.words) != std::string::npos);
    CHECK(std::get<Told>(typed({"--help"})).words == help.words);
    CHECK(std::get<Told>(typed({"help", "note", "new"})).words ==
          std::get<Told>(typed({"note", "new", "--help"})).words);
    CHECK(std::get<Told>(typed({"help", "dance"})).exit_code == 2);
    CHECK(std::get<Told>(typed({"note", "new", "--help"})).words.find("--title") != std::string::npos);
}

TEST_CASE("every command has its verb, and every verb its command") {
    const std::set<std::string_view> alone = {"init", "start", "completion", "restore",
                                              "passphrase change"};  // done by the command line itself
    std::set<std::string_view> words;
    for (const auto& command : commands()) {
        CHECK(words.insert(command.words).second);
        CHECK_FALSE(command.about.empty());
        if (!alone.contains(command.words)) CHECK(api::find_verb(command.words) != nullptr);
    }
    for (const auto& table :
         {api::profile_verbs(), api::group_verbs(), api::member_verbs(), api::device_verbs(), api::resource_verbs(),
          api::note_verbs(), api::feedback_verbs(), api::record_verbs(), api::meeting_verbs(), api::storage_verbs()}) {
        for (const auto& verb : table) CHECK(words.contains(verb.name));
    }
}

TEST_CASE("a reply survives the local door, a refusal too") {
    const api::Reply done = api::Json{{"note", "abc"}, {"count", 3}};
    const auto back = reply_of(document_of(done));
    REQUIRE(back.ok());
    CHECK(*back == *done);
    const api::Reply refused = Error{Code::refused, "No.", "Ask."};
    const auto refused_back = reply_of(document_of(refused));
    REQUIRE_FALSE(refused_back.ok());
    CHECK(refused_back.code() == Code::refused);
    CHECK(refused_back.error().advice == "Ask.");
    CHECK(exit_code_of(refused_back.error()) == 5);
    for (const auto* strange :
         {"", "[]", "{}", R"({"ok":1})", R"({"ok":false})", R"({"ok":false,"error":{"code":"odd"}})"}) {
        CHECK(reply_of(strange).code() == Code::io);
    }
}

TEST_CASE("O06 a document of a million levels is refused, and the stack holds") {
    for (const std::string level : {"[", "{\"ok\":"}) {
        std::string deep;
        for (int i = 0; i < 1'000'000; ++i) deep += level;
        CHECK(reply_of(deep).code() == Code::io);
    }
}
