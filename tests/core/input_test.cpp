#include "core/records/input.h"

#include <doctest/doctest.h>

#include "core/records/view.h"

namespace staffroom {
namespace {

const Resolver school{
    .person = [](std::string_view name) -> Result<PersonId> {
        if (name == "Ben") return PersonId{{2}};
        return {Code::not_found, "There is nobody called " + std::string(name) + "."};
    },
    .record = [](std::string_view name) -> Result<RecordRef> {
        if (name == "Rivers") return RecordRef{RecordId{{5}}, {}};
        return {Code::not_found, "There is no record " + std::string(name) + "."};
    },
    .file = {},
};

// The value in words, or the refusal.
std::string parsed(const char* type, const char* typed) {
    const auto input = parse_input(type, typed, school);
    if (!input) return "! " + input.error().say;
    if (!input->value) return input->field + " cleared";
    const auto plain = plain_of(*input->value);
    const std::string kind = std::string(" (") + name_of(input->value->kind()) + ")";
    if (const auto* words = std::get_if<std::string>(&plain)) return input->field + "=" + *words + kind;
    if (const auto* number = std::get_if<std::uint64_t>(&plain))
        return input->field + "=" + std::to_string(*number) + kind;
    return input->field + (std::get<bool>(plain) ? "=yes" : "=no") + kind;
}

}  // namespace

TEST_CASE("field=value is read by the schema") {
    CHECK_EQ(parsed("task", "title = Fix the bell "), "title=Fix the bell (text)");
    CHECK_EQ(parsed("task", "title="), "title cleared");
    CHECK_EQ(parsed("task", "title=a=b"), "title=a=b (text)");
    CHECK_EQ(parsed("task", "done=yes"), "done=yes (yes or no)");
    CHECK_EQ(parsed("task", "done=perhaps"), "! “done” is answered with yes or no.");
    CHECK_EQ(parsed("task", "owner=@Ben"), "owner=" + to_text(PersonId{{2}}) + " (person)");
    CHECK_EQ(parsed("task", "owner=Ben"), "owner=" + to_text(PersonId{{2}}) + " (person)");
    CHECK_EQ(parsed("task", "owner=Zoe"), "! There is nobody called Zoe.");
    CHECK_EQ(parsed("task", "position=first"), "! “position” is a place in a list, not words.");
    CHECK_EQ(parsed("task", "titel=x"), "! There is no field “titel” in a task.");
    CHECK_EQ(parsed("task", "presence=no"), "! There is no field “presence” in a task.");
    CHECK_EQ(parsed("task", "done"), "! “done” names no field.");
    CHECK_EQ(parsed("job", "done=yes"), "! There is no kind of record called “job”.");
    CHECK_EQ(parsed("survey", "min_answers=12"), "min_answers=12 (number)");
    CHECK_EQ(parsed("survey", "min_answers=-1"), "! “min_answers” is a number, and “-1” is not one.");
    CHECK_EQ(parsed("survey", "min_answers=99999999999999999999"),
             "! “min_answers” is a number, and “99999999999999999999” is not one.");
    CHECK_EQ(parsed("reflection", "resource=Rivers"), "resource=" + to_text(RecordId{{5}}) + " (record)");
    CHECK_EQ(parsed("resource", "link=https://example.org/a"), "link=https://example.org/a (link)");
    CHECK_EQ(parsed("resource", "link=javascript:alert(1)"),
             "! “link” is an address that begins with https://, http:// or mailto:.");
    const auto passage = "body:" + to_text(CommitId{{7}}) + ".1.2+30.." + to_text(CommitId{{8}}) + ".0.65535+0";
    CHECK_EQ(parsed("comment", ("anchor=" + passage).c_str()), "anchor=" + passage + " (range)");
    for (std::size_t length = 1; length < passage.size(); ++length) CHECK_FALSE(range_from(passage.substr(0, length)));
    CHECK_FALSE(range_from(passage + "x"));
    CHECK_EQ(parsed("goal", "evidence=https://example.org"), "evidence=https://example.org (link)");
    CHECK_EQ(parsed("goal", "evidence=Rivers"), "evidence=" + to_text(RecordId{{5}}) + " (record)");
    CHECK_EQ(parsed("goal", "evidence=They all read aloud"), "evidence=They all read aloud (text)");
    CHECK_EQ(parsed("thread", "wish=just listen"), "wish=just listen (text)");
    CHECK_EQ(parsed("thread", "wish=money"), "! “wish” cannot be “money”.");
    CHECK_EQ(parsed("profile", "photo=me.jpg"), "! “photo” cannot be given in words.");
    CHECK_EQ(parsed("note", "body=one\r\ntwo\rthree"), "body=one\ntwo\nthree (text)");
    CHECK_EQ(parsed("note", "body="), "body= (text)");
}

TEST_CASE("dates exist, and say so when they do not") {
    for (const auto good : {"2025-03-09", "2024-02-29", "2025-12-31T23:59", "2000-02-29"}) {
        CHECK_EQ(parsed("task", (std::string("due=") + good).c_str()), std::string("due=") + good + " (text)");
    }
    for (const auto bad : {"2025-02-29", "1900-02-29", "2025-13-01", "2025-00-01", "2025-01-00", "9 March", "2025-3-9",
                           "2025-03-09T24:00", "2025-03-09 10:00", "2025-03-09T10:6"}) {
        CHECK_EQ(parsed("task", (std::string("due=") + bad).c_str()),
                 std::string("! “due” is a date, and “") + bad + "” is not one.");
    }
}

TEST_CASE("O19 bytes that are no letters, and characters that nobody can see, are refused in words") {
    CHECK_EQ(parsed("note", "title=\xFF\xFE"), "! “title” holds bytes that are no letters.");
    CHECK_EQ(parsed("note", "body=\xC0\xAF"), "! “body” holds bytes that are no letters.");
    CHECK_EQ(parsed("note", "title=a\x1B[31mb"), "! “title” is a single line.");
    CHECK_EQ(parsed("note", "title=a\nb"), "! “title” is a single line.");
    CHECK_EQ(parsed("goal", "measure=a\nb"), "measure=a\nb (text)");
    CHECK_EQ(clean_text(std::string_view("a\0b\r\n", 5)), "ab\n");
}

TEST_CASE("every refusal says what to do next") {
    for (const auto typed : {"titel=x", "done=perhaps", "position=1", "done", "due=soon"}) {
        CHECK_FALSE(parse_input("task", typed, school).error().advice.empty());
    }
}

}  // namespace staffroom
