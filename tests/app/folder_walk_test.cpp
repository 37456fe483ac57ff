#include "app/folder_walk.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/disposable.h"

using namespace staffroom;
namespace fs = std::filesystem;

TEST_CASE("a folder's files in order, without hidden ones and links") {
    const Disposable folder;
    const auto& root = folder.path();
    fs::create_directories(root / "unit 1" / ".cache");
    for (const auto* name : {"b.md", "a.md", ".hidden", "unit 1/c.md", "unit 1.md", "unit 1/.cache/d.md"})
        std::ofstream(root / name);
    fs::create_symlink(root / "a.md", root / "link.md");
    const auto below = [&](std::initializer_list<const char*> names) {
        std::vector<std::string> files;
        for (const auto* name : names) files.push_back(root / name);
        return files;
    };
    CHECK(*files_below(root) == below({"a.md", "b.md", "unit 1/c.md", "unit 1.md"}));
    CHECK(files_below(root / "absent").code() == Code::not_found);
    std::ofstream(root / "b.md") << "three";
    const auto readable = readable_files_below(root);
    CHECK(readable->files == below({"a.md", "b.md", "unit 1/c.md", "unit 1.md"}));
    CHECK(readable->bytes == 5);
}
