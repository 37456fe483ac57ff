// A folder that is gone after the test.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace staffroom {

class Disposable {
  public:
    Disposable() {
        const char* base = ::getenv("TMPDIR");
        std::string name = std::string(base != nullptr ? base : "/tmp") + "/staffroom-test-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Disposable() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Disposable(const Disposable&) = delete;
    Disposable& operator=(const Disposable&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const char* name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

}  // namespace staffroom
