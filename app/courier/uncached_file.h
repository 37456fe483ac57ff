// A file read past the system's memory (O_DIRECT) where its file system can, and else out of that, where nothing is left of
// it: what passes once would push out all else, and what was just written must come from the stick itself.
#pragma once

#include <filesystem>

#include "core/result.h"
#include "storage/disk.h"

namespace staffroom::courier {

// One thread at a time.
class UncachedFile {
  public:
    // `file`: open for reading, with O_DIRECT or without. `path` is for errors.
    UncachedFile(Descriptor file, std::filesystem::path path);

    // As many as there are, up to `bytes`, from the beginning of a page; `room` has whole pages for them. Errors: as
    // stick_error().
    Result<std::size_t> read(std::uint64_t offset, std::uint8_t* room, std::size_t bytes);

  private:
    void advise(std::uint64_t offset, std::size_t bytes, int what) const;

    const Descriptor file_;
    const std::filesystem::path path_;
    bool past_memory_;
};

}  // namespace staffroom::courier
