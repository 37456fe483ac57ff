// A file that comes in by the page's door, until it is in the library. It has no name in any folder, so that whatever
// happens, a power cut included, nothing of it stays behind.
#pragma once

#include <filesystem>
#include <string>

#include "core/bytes.h"
#include "core/result.h"
#include "storage/disk.h"

namespace staffroom::page {

class Incoming {
  public:
    // In the profile's folder: nobody else can look into it, and it is on the disk where the file will stay.
    // Errors: refused (no room for `size` bytes twice, for until it is in the library it is there twice), io.
    static Result<Incoming> begin(const std::filesystem::path& folder, std::uint64_t size);

    // Error: refused (disk full), io.
    Result<> add(ByteView bytes);
    // Where it can be read, for as long as this lives.
    std::string path() const { return "/proc/self/fd/" + std::to_string(file_.number()); }

  private:
    Incoming(Descriptor file, std::filesystem::path folder) : file_(std::move(file)), folder_(std::move(folder)) {}
    Descriptor file_;
    std::filesystem::path folder_;
};

}  // namespace staffroom::page
