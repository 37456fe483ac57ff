#include "storage/own_file.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <fstream>

#include "tests/disposable.h"

using namespace staffroom;
namespace fs = std::filesystem;

TEST_CASE("what goes wrong with a teacher's own file is never said to be damage of the profile") {
    const Disposable folder;
    for (int error = 1; error < 134; ++error) {
        const auto said = own_file_error(error, folder.path());
        CHECK(said.code != Code::io);
        CHECK_FALSE(said.say.empty());
        CHECK_FALSE(said.advice.empty());
    }
    CHECK(own_file_error(ENOENT, folder.path()).code == Code::not_found);
    CHECK(own_file_error(EACCES, folder.path()).code == Code::refused);
    CHECK(own_file_error(ENAMETOOLONG, folder.path()).code == Code::malformed);
}

TEST_CASE("a teacher's file is read through links, up to a bound; a folder is none") {
    const Disposable folder;
    const auto file = folder.path() / "plan.md", link = folder.path() / "link";
    std::ofstream(file) << "words";
    fs::create_symlink(file, link);
    CHECK(*read_own_file(link, 5) == "words");
    CHECK(read_own_file(file, 4).code() == Code::too_large);
    CHECK(read_own_file(folder.path(), 5).code() == Code::malformed);
    CHECK(read_own_file(folder.path() / "absent", 5).code() == Code::not_found);
    CHECK(read_own_file(folder.path() / std::string(300, 'x'), 5).code() == Code::malformed);
}
