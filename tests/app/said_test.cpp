// The program's sentences in the reader's language.
#include "app/api/said.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "tests/disposable.h"

using namespace staffroom;
using namespace staffroom::api;

TEST_CASE("a finished sentence finds its key, by the letters around its values; the nearest key wins") {
    Said said;
    said.add(R"({"Disk full.":"Le disque est plein.",
                 "{a} is too large.":"{a} est trop grand.",
                 "The name {a} is too large.":"Le nom {a} est trop grand.",
                 "Only {a} can change {b}.":"{b} : seul {a} le peut.",
                 "Put it right. {a}":"Corrigez. {a}"})");
    CHECK(said.of("Disk full.") == "Le disque est plein.");
    CHECK(said.of("“plan.pdf” is too large.") == "“plan.pdf” est trop grand.");
    CHECK(said.of("The name “x” is too large.") == "Le nom “x” est trop grand.");
    CHECK(said.of("Only Amina can change “title”.") == "“title” : seul Amina le peut.");
    CHECK(said.of("Put it right. Disk full.") == "Corrigez. Le disque est plein.");
    // No value, no key, no sentence: as it was.
    CHECK(said.of(" is too large.") == " is too large.");
    CHECK(said.of("Only Amina can change it") == "Only Amina can change it");
    CHECK(said.of("") == "");
    CHECK(Said().of("Disk full.") == "Disk full.");
}

TEST_CASE("in a language that runs from right to left a value keeps a direction of its own") {
    Said said;
    said.add(R"({"It is on a network, at: {a}":"وهو على شبكة، عند: {a}"})");
    said.isolate_values();
    CHECK(said.of("It is on a network, at: [fd00::2]:47710, 192.0.2.2:47710") ==
          "وهو على شبكة، عند: \u2068[fd00::2]:47710, 192.0.2.2:47710\u2069");
}

TEST_CASE("a reply's trouble is translated, and nothing else of it") {
    Said said;
    said.add(R"({"Disk full.":"Le disque est plein.","Free some space.":"Libérez de la place."})");
    const auto failed = said.of(Reply(Error{Code::refused, "Disk full.", "Free some space."}));
    const auto trouble = trouble_in(failed);
    REQUIRE(trouble.has_value());
    CHECK(trouble->code == "refused");
    CHECK(trouble->say == "Le disque est plein.");
    CHECK(trouble->advice == "Libérez de la place.");
    const auto well = said.of(Reply(Json{{"title", "Disk full."}}));
    REQUIRE(well.ok());
    CHECK(well->at("title").as_string() == "Disk full.");
}

TEST_CASE("what a reply finds out is translated where it says what and what to do, whoever is called so is not") {
    Said said;
    said.add(R"({"Disk full.":"Le disque est plein.","Free some space.":"Libérez de la place."})");
    const boost::json::object finding{{"say", "Disk full."}, {"do", "Free some space."}, {"name", "Disk full."}};
    const auto told =
        said.of(Reply(Json{{"findings", boost::json::array{finding}}, {"asks", finding}, {"say", "Disk full."}}));
    REQUIRE(told.ok());
    for (const auto& each : {told->at("findings").as_array()[0], told->at("asks")}) {
        CHECK(each.at("say").as_string() == "Le disque est plein.");
        CHECK(each.at("do").as_string() == "Libérez de la place.");
        CHECK(each.at("name").as_string() == "Disk full.");
    }
    CHECK(told->at("say").as_string() == "Disk full.");
}

TEST_CASE("a file in the profile's folder adds a language, and mends a sentence of another; damaged ones add nothing") {
    const Disposable profile;
    std::filesystem::create_directories(profile.path() / "languages");
    const auto put = [&](const char* name, const char* words) {
        std::ofstream(profile.path() / "languages" / name) << words;
    };
    put("ln.json", R"({"Disk full.":"Disque etondi.","Try again.":7})");
    put("fr.json", R"({"Disk full.":"Plus de place !"})");
    put("xx.json", R"({"Disk full.)");
    CHECK(said_in("ln", profile.path()).of("Disk full.") == "Disque etondi.");
    CHECK(said_in("ln", profile.path()).of("Try again.") == "Try again.");
    CHECK(said_in("fr", profile.path()).of("Disk full.") == "Plus de place !");
    CHECK(said_in("fr", {}).of("Disk full.") == "Le disque est plein.");
    for (const auto* none : {"xx", "../languages/ln", "l", "", "FR"}) {
        CHECK_MESSAGE(said_in(none, profile.path()).of("Disk full.") == "Disk full.", none);
    }
}

TEST_CASE("the language is what is set for Staffroom, what the profile keeps, the system's: the first that is set") {
    const Disposable profile;
    const auto now = [&] { return language_of(profile.path()); };
    for (const auto* name : {"STAFFROOM_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}) ::unsetenv(name);
    CHECK(now() == "en");
    ::setenv("LANG", "sw_TZ.UTF-8", 1);
    CHECK(now() == "sw");
    ::setenv("LC_ALL", "C", 1);
    CHECK(now() == "en");
    REQUIRE(keep_language(profile.path(), "ar").ok());
    CHECK(now() == "ar");
    CHECK(language_of({}) == "en");
    CHECK(keep_language(profile.path(), "xx").code() == Code::not_found);
    CHECK(keep_language(profile.path(), "../ar").code() == Code::not_found);
    CHECK(kept_language(profile.path()) == "ar");
    ::setenv("STAFFROOM_LANGUAGE", "hi", 1);
    CHECK(now() == "hi");
    for (const auto* name : {"STAFFROOM_LANGUAGE", "LC_ALL", "LANG"}) ::unsetenv(name);
    std::ofstream(profile.path() / "language") << "<script>";
    CHECK(kept_language(profile.path()).empty());
}

TEST_CASE("names of fields and words of the schema are what the page calls them, and English ones are as they were") {
    CHECK(said_in("fr", {}).word("title") == "Titre");
    CHECK(said_in("fr", {}).word("organiser") == "Responsable");
    CHECK(said_in("en", {}).word("up_to_date") == "up to date");
    CHECK(said_in("fr", {}).word("no_such_word") == "no such word");
}
