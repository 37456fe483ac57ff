// The program's sentences in the reader's language (app/web/PAGE.md, "A further language").
//
// The English sentence is the key, as on the page. Sentences are made where they are meant, their values in them, and
// translated at the very end: a key with places, "{a} is too large.", fits a finished sentence around its values. Of
// those that fit, the one with most letters of its own is taken. What stands in a place goes into the translation as it
// is, or translated where it is a sentence itself. What has no key stays English, and so does all that programs read.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/verb.h"

namespace staffroom::api {

class Said {
  public:
    // Adds a catalogue, whose keys win over those that are here. Nothing of what is no JSON object of texts.
    void add(std::string_view catalogue);
    // O(keys with places).
    std::string of(const std::string& sentence) const;
    // For a language that runs from right to left: values in a sentence keep a direction of their own.
    void isolate_values() { isolates_ = true; }
    // A name of a field, or a word of the schema: "min_answers" as "Min answers" has been translated, else "min answers".
    std::string word(std::string_view name) const;
    // With its trouble translated, if it has one, and what else it says to a person (`say` beside `do`, a notice).
    Reply of(Reply reply) const;

  private:
    void translate(boost::json::value& value) const;

    struct Pattern {
        std::vector<std::string> pieces;  // what stands before, between and after the places
        std::vector<std::string> names;   // of the places
        std::size_t letters = 0;
        std::string translation;
    };
    std::map<std::string, std::string> whole_;
    std::map<std::string, Pattern> patterns_;  // by key
    bool isolates_ = false;
};

// The catalogues that were built in, the page's too, and what the profile's folder adds to them: languages/xx.json, of at
// most 1 MiB. A language that nobody has translated is English.
Said said_in(const std::string& language, const std::filesystem::path& home);
// Two or three letters: STAFFROOM_LANGUAGE, what the profile keeps, LC_ALL, LC_MESSAGES, LANG, the first that is set.
std::string language_of(const std::filesystem::path& home);

// What the person chose on the page or by command, or nothing. It is no secret, and is needed while the profile is locked:
// a file of one word in its folder.
std::string kept_language(const std::filesystem::path& home);
// Errors: not_found (nobody has translated it); io.
Result<> keep_language(const std::filesystem::path& home, const std::string& language);
// By their letters, "en" among them.
std::vector<std::string> known_languages(const std::filesystem::path& home);

}  // namespace staffroom::api
