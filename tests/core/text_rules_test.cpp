#include "core/text_rules.h"

#include <doctest/doctest.h>

#include <random>

#include "core/utf8.h"

using namespace staffroom;

TEST_CASE("A01 a path in a name does not leave the chosen folder") {
    for (const std::string name : {"../../.bashrc", "C:\\..\\x", "/etc/passwd", "..././x", "..", ".", "", "///"}) {
        CAPTURE(name);
        const auto safe = safe_file_name(name);
        CHECK_FALSE(safe.empty());
        CHECK(safe.find('/') == std::string::npos);
        CHECK(safe.find('\\') == std::string::npos);
        CHECK(safe.find(':') == std::string::npos);
        CHECK(safe.front() != '.');
    }
    CHECK(safe_file_name(std::string("a\0b.txt", 7)) == "ab.txt");
    const auto longest = safe_file_name(std::string(300, 'x') + ".pdf");
    CHECK(longest.size() == 120);
    CHECK(longest.ends_with(".pdf"));
}

TEST_CASE("a file's name from an older system is read as Latin-1") {
    CHECK_EQ(name_as_words("plan.pdf"), "plan.pdf");
    CHECK_EQ(name_as_words("caf\xe9.txt"), "café.txt");
    CHECK_EQ(name_as_words("café.txt"), "café.txt");
    CHECK_EQ(name_as_words(""), "");
}

TEST_CASE("A02 device names and trailing dots and spaces are renamed") {
    for (const std::string name : {"CON", "aux.txt", "nul", "COM1.pdf", "lpt9"}) {
        CHECK(safe_file_name(name) == "_" + name);
    }
    CHECK(safe_file_name("x.") == "x");
    CHECK(safe_file_name("x ") == "x");
    CHECK(safe_file_name("console.txt") == "console.txt");
}

TEST_CASE("A05 a name that turns its ending round is shown with its real one and warned of") {
    const std::string name = "exam\u202Efdp.exe";
    CHECK(safe_file_name(name) == "examfdp.exe");
    CHECK(shown_name(name) == "examfdp.exe");
    CHECK(may_run_when_opened(name));
    CHECK_FALSE(may_run_when_opened("lesson.pdf"));
}

TEST_CASE("A08 equal names are numbered within the bound") {
    CHECK(numbered_file_name("plan.pdf", 2) == "plan (2).pdf");
    CHECK(numbered_file_name(safe_file_name(std::string(300, 'x') + ".pdf"), 5000).size() <= 120);
}

TEST_CASE("P09 C07 a name of 10 kB with escapes and overrides is shown as 80 safe characters") {
    const auto shown = shown_name("\x1b[31mRed\x07\u202E " + std::string(10'000, 'x'));
    CHECK(scalar_count(shown) == 81);  // and the sign that there is more
    CHECK(shown.find('\x1b') == std::string::npos);
    CHECK(shown.find("\u202E") == std::string::npos);
    CHECK(shown_text("one\n\x1b[2Jtwo\tthree") == "one\n[2Jtwo\tthree");
}

TEST_CASE("words of every language pass unchanged") {
    for (const std::string name : {"خطة الدرس.md", "पाठ 😀.txt", "Übung – Größe.odt", "计划.pdf"}) {
        CHECK(safe_file_name(name) == name);
        CHECK(shown_name(name) == name);
    }
    CHECK(safe_file_name("Zoe\u0308.txt") == "Zo\u00EB.txt");
}

TEST_CASE("O19 whatever bytes come, what is made of them is valid and safe") {
    for (unsigned seed = 0; seed < 500; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        std::string bytes(random() % 200, ' ');
        for (auto& byte : bytes) byte = static_cast<char>(random());
        for (const auto& made : {safe_file_name(bytes), shown_name(bytes), shown_text(bytes)}) CHECK(is_utf8(made));
        const auto safe = safe_file_name(bytes);
        CHECK(safe.size() <= 120);
        CHECK(safe_file_name(safe) == safe);
    }
}
