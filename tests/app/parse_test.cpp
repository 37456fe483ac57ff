#include "app/cli/parse.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <set>

#include "app/api/verbs.h"
#include "app/cli/commands.h"
#include "app/cli/print.h"

using namespace staffroom;
using namespace staffroom::cli;
namespace fs = std::filesystem;

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

TEST_CASE("C01 unknown options, missing and superfluous words are usage, and the nearest command is offered") {
    struct Wrong {
        std::vector<const char*> words;
        const char *say, *advice;
    };
    for (const auto& [words, say, advice] :
         std::vector<Wrong>{{{"--nonsense"}, "“--nonsense”", "staffroom help"},
                            {{"nonsense"}, "“nonsense”", "staffroom help"},
                            {{"whoam"}, "“whoam”", "Did you mean: staffroom whoami"},
                            {{"note", "lst"}, "“note lst”", "Did you mean: staffroom note list"},
                            {{"nots", "list"}, "“nots”", "Did you mean: staffroom note list"},
                            {{"whoami", "extra"}, "“extra”", "staffroom help whoami"},
                            {{"note", "new"}, "“GROUP” is missing", "staffroom note new GROUP --title"},
                            {{"note", "new", "G"}, "“--title” is missing", "staffroom note new GROUP --title"},
                            {{"note", "new", "G", "--titel", "T"}, "“--titel”", "Did you mean: --title"},
                            {{"note", "new", "G", "--title"}, "“--title”", "after it"},
                            {{"note", "new", "G", "--title", " "}, "“--title” is empty", "what it is called"},
                            {{"note", "new", "G", "--title", "a", "--title", "b"}, "“--title” is given twice", "once"},
                            {{"note", "new", "G", "--title", "\xE9"}, "“--title” is not written in UTF-8", "UTF-8"},
                            {{"note"}, "“note” needs another word", "Give one of: new, list"},
                            {{}, "Say what", "staffroom help"},
                            {{"start", "--port", "many"}, "--port is a number from 0 to 65534", "bounds"},
                            {{"start", "--port", "65535"}, "--port is a number from 0 to 65534", "bounds"},
                            {{"invite", "G", "--uses", "-1"}, "--uses is a number from 1 to 100000", "bounds"},
                            {{"invite", "G", "--uses", "99999999999999999999"}, "--uses is a number", "bounds"},
                            {{"sync", "--seconds", "0"}, "--seconds is a number", "bounds"},
                            {{"record", "set", "R"}, "“FIELD=VALUE” is missing", "staffroom record set"},
                            {{"help", "dance"}, "“dance”", "staffroom help"}}) {
        const auto parsed = typed(words);
        REQUIRE(std::holds_alternative<Told>(parsed));
        const auto& wrong = std::get<Told>(parsed).wrong;
        REQUIRE(wrong);
        CHECK(wrong->code == Code::malformed);
        CHECK_MESSAGE(wrong->say.find(say) != std::string::npos, wrong->say);
        CHECK_MESSAGE(wrong->advice.find(advice) != std::string::npos, wrong->advice);
    }
    const auto help = std::get<Told>(typed({"help"}));
    CHECK_FALSE(help.wrong);
    for (const auto& command : commands()) CHECK(help.help.find(command.words) != std::string::npos);
    CHECK(std::get<Told>(typed({"--help"})).help == help.help);
    CHECK(std::get<Told>(typed({"help", "note", "new"})).help == std::get<Told>(typed({"note", "new", "--help"})).help);
    CHECK(std::get<Told>(typed({"note", "new", "--help"})).help.find("--title") != std::string::npos);
}

TEST_CASE("every path that is sent to the daemon is absolute") {
    const auto here = fs::current_path().string();
    const auto args = [](std::vector<const char*> words) { return std::get<Parsed>(typed(std::move(words))).args; };
    CHECK(args({"resource", "get", "R"})["to"].as_string() == here + "/");
    CHECK(args({"resource", "get", "R", "--to", "x"})["to"].as_string() == here + "/x");
    CHECK(args({"resource", "add", "G", "x"})["source"].as_string() == here + "/x");
    CHECK(args({"resource", "add", "G", "https://x/y"})["source"].as_string() == "https://x/y");
    CHECK(args({"record", "set", "P", "photo=x.png", "name=x.png"})["fields"] ==
          boost::json::array{"photo=" + here + "/x.png", "name=x.png"});
    CHECK(std::get<Parsed>(typed({"--home", "x", "whoami"})).home == here + "/x");
}

TEST_CASE("what is told is told in the language of the profile that was named, however wrong the rest is") {
    for (const auto& words : {std::vector<const char*>{"--home", "/h", "help", "note"},
                              {"help", "--home=/h"},
                              {"nonsense", "--home", "/h"},
                              {"note", "new", "--home", "/h"}}) {
        const auto told = typed(words);
        REQUIRE(std::holds_alternative<Told>(told));
        CHECK(std::get<Told>(told).home == "/h");
    }
}

TEST_CASE("every command has its verb, and every verb its command") {
    const std::set<std::string_view> alone = {
        "init", "start", "open", "completion", "restore", "passphrase change"};  // done by the command line itself
    std::set<std::string_view> words;
    for (const auto& command : commands()) {
        CHECK(words.insert(command.words).second);
        CHECK_FALSE(command.about.empty());
        if (!alone.contains(command.words)) CHECK(api::find_verb(command.words) != nullptr);
    }
    for (const auto& table : {api::profile_verbs(), api::group_verbs(), api::member_verbs(), api::device_verbs(),
                              api::resource_verbs(), api::note_verbs(), api::feedback_verbs(), api::record_verbs(),
                              api::meeting_verbs(), api::doctor_verbs(), api::storage_verbs()}) {
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
        CHECK(reply_of(strange).code() == Code::busy);
    }
}

TEST_CASE("O06 a document of a million levels is refused, and the stack holds") {
    for (const std::string level : {"[", "{\"ok\":"}) {
        std::string deep;
        for (int i = 0; i < 1'000'000; ++i) deep += level;
        CHECK(reply_of(deep).code() == Code::busy);
    }
}
