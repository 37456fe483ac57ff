#include "app/file_guess.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/disposable.h"

using namespace staffroom;

TEST_CASE("B14 a title is one line and never empty, whatever the file is called") {
    CHECK_EQ(title_of_file("week 1/plan.v2.pdf"), "plan.v2");
    CHECK_EQ(title_of_name("new\nline"), "new line");
    CHECK_EQ(title_of_name("\t two words \n"), "two words");
    CHECK_EQ(title_of_name("exam\u202Efdp"), "examfdp");
    CHECK_EQ(title_of_name("caf\xE9"), "café");
    CHECK_EQ(title_of_name("\n"), "file");
    CHECK_EQ(title_of_name("\x01"), "file");
    CHECK(title_of_name(std::string(1'000, 'x')).size() < 310);
}

TEST_CASE("the language of plain text is guessed when its small words say it clearly") {
    CHECK_EQ(language_of("The water cycle is the path that all water follows as it moves around and over the Earth."),
             "en");
    CHECK_EQ(language_of("La photosynthèse est le processus par lequel les plantes vertes fabriquent leur nourriture "
                         "avec la lumière du soleil dans les feuilles."),
             "fr");
    CHECK_EQ(language_of("El ciclo del agua es el camino que sigue el agua en la Tierra y por la atmósfera."), "es");
    CHECK_EQ(language_of("O ciclo da água é o caminho que a água faz na Terra e no ar, e não tem fim."), "pt");
    CHECK_EQ(language_of("Mzunguko wa maji ni safari ya maji kutoka ardhini kwenda angani na kurudi kwa mvua."), "sw");
    CHECK_EQ(language_of("دورة الماء هي حركة الماء في الطبيعة من البحر إلى السماء ثم على الأرض مع المطر"), "ar");
    CHECK_EQ(language_of("जल चक्र में पानी समुद्र से भाप बनकर आकाश में जाता है और वर्षा के रूप में लौटता है।"), "hi");
    // Too little, a list of names, another language, no letters at all.
    for (const auto* words : {"", "the and", "Amina Birk Chidi Dilan Eve Frida Gita Hugo", "1 2 3 4 5 6 7 8 9",
                              "Der Wasserkreislauf ist der Weg, den das Wasser auf der Erde nimmt.", "\xFF\xFE\xFA"}) {
        CAPTURE(words);
        CHECK_EQ(language_of(words), "");
    }
}

TEST_CASE("a file's language is guessed of plain text alone, and of what can be read") {
    const Disposable folder;
    std::ofstream(folder / "a.txt") << "The sun is in the sky and the sea is below it.";
    CHECK_EQ(language_of_file(folder / "a.txt", "a.txt"), "en");
    CHECK_EQ(language_of_file(folder / "a.txt", "a.pdf"), "");
    CHECK_EQ(language_of_file(folder / "absent.txt", "absent.txt"), "");
    CHECK_EQ(language_of_file(folder.path(), "folder.txt"), "");
}
