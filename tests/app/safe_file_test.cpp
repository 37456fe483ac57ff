#include "app/safe_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "tests/disposable.h"

using namespace staffroom;
namespace fs = std::filesystem;

namespace {

fs::path saved(SafeFolder& folder, const std::string& label) {
    auto file = folder.create(label);
    REQUIRE(file.ok());
    REQUIRE(file->keep().ok());
    return file->path();
}

}  // namespace

TEST_CASE("A01 names that try to leave the folder stay in it") {
    const Disposable scratch;
    auto folder = SafeFolder::open(scratch.path() / "to").value();
    for (const auto& label : std::vector<std::string>{"../../.bashrc", "/etc/passwd", "C:\\..\\x", "..././x", "..",
                                                      std::string(300, 'x')}) {
        CHECK(saved(folder, label).parent_path() == scratch.path() / "to");
    }
    CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
}

TEST_CASE("A03 a link in the way is not followed") {
    const Disposable scratch;
    std::ofstream(scratch.path() / "precious") << "precious";
    fs::create_symlink(scratch.path() / "precious", scratch.path() / "plan.pdf");
    auto folder = SafeFolder::open(scratch.path()).value();
    CHECK(saved(folder, "plan.pdf").filename() == "plan (2).pdf");
    CHECK(fs::file_size(scratch.path() / "precious") == 8);
}

TEST_CASE("A08 equal names are numbered, and nothing is overwritten") {
    const Disposable scratch;
    auto folder = SafeFolder::open(scratch.path()).value();
    CHECK(saved(folder, "plan.pdf").filename() == "plan.pdf");
    CHECK(saved(folder, "plan.pdf").filename() == "plan (2).pdf");
    CHECK(saved(folder, "plan.pdf").filename() == "plan (3).pdf");
}

TEST_CASE("a file that was not kept is gone") {
    const Disposable scratch;
    auto folder = SafeFolder::open(scratch.path()).value();
    { const auto file = folder.create("half.pdf"); }
    CHECK(fs::is_empty(scratch.path()));
    CHECK(folder.create("run.exe")->warning().size() > 0);
}

TEST_CASE("a half file never bears its name, and what a power cut left of it is written over") {
    const Disposable scratch;
    std::ofstream(scratch.path() / ".plan.pdf.staffroom") << "left behind, and longer";
    auto folder = SafeFolder::open(scratch.path()).value();
    auto first = folder.create("plan.pdf").value(), second = folder.create("plan.pdf").value();
    CHECK_FALSE(fs::exists(scratch.path() / "plan.pdf"));
    CHECK(::write(first.descriptor(), "one", 3) == 3);
    CHECK(::write(second.descriptor(), "two!", 4) == 4);
    REQUIRE(second.keep().ok());
    REQUIRE(first.keep().ok());
    CHECK(fs::file_size(scratch.path() / "plan.pdf") == 3);
    CHECK(fs::file_size(scratch.path() / "plan (2).pdf") == 4);
    CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 2);
}

TEST_CASE("a name that is taken while the file is written goes to nobody twice") {
    const Disposable scratch;
    auto folder = SafeFolder::open(scratch.path()).value();
    auto file = folder.create("plan.pdf").value();
    std::ofstream(scratch.path() / "plan.pdf") << "the teacher's own";
    REQUIRE(file.keep().ok());
    CHECK(file.path().filename() == "plan (2).pdf");
    CHECK(fs::file_size(scratch.path() / "plan.pdf") == 17);
}

TEST_CASE("a file where a folder should be is refused in words") {
    const Disposable scratch;
    std::ofstream(scratch.path() / "plain") << "x";
    CHECK_FALSE(SafeFolder::open(scratch.path() / "plain").ok());
}
