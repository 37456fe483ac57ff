// Saving what colleagues named: under a safe name, inside a folder that the teacher chose, never through a link and
// never over what is there. A file appears whole or not at all: until it is kept it is hidden beside its name, as
// .NAME.staffroom, and what a power cut leaves of it is written over by the next attempt.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"
#include "storage/disk.h"

namespace staffroom {

// A file being written. Unless it is kept it is removed again.
class SafeFile {
  public:
    SafeFile(SafeFile&&) noexcept = default;
    ~SafeFile();

    int descriptor() const { return file_.number(); }
    // Of the name that it will have; that may become another until it is kept.
    const std::filesystem::path& path() const { return path_; }
    // Words for a teacher when opening the file would run something; else empty.
    const std::string& warning() const { return warning_; }
    // Makes it durable, and gives it its name. Errors: as own_file_error().
    Result<> keep();

  private:
    friend class SafeFolder;
    SafeFile(Descriptor file, Descriptor folder, std::filesystem::path hidden, std::string safe, unsigned number);
    void choose(unsigned number);

    Descriptor file_, folder_;
    std::filesystem::path hidden_, path_;
    std::string safe_, warning_;
    unsigned number_ = 1;
    bool kept_ = false;
};

class SafeFolder {
  public:
    // Makes the folder when it is missing. Errors: as own_file_error().
    static Result<SafeFolder> open(const std::filesystem::path& folder);

    // A folder in it, made when it is missing. `label` as for a file. Errors: as own_file_error().
    Result<SafeFolder> within(const std::string& label) const;
    // `label` as a colleague gave it. A name that is taken gets " (2)", " (3)" … Errors: as own_file_error().
    Result<SafeFile> create(const std::string& label);

  private:
    SafeFolder(Descriptor folder, std::filesystem::path path) : folder_(std::move(folder)), path_(std::move(path)) {}
    Descriptor folder_;
    std::filesystem::path path_;
};

}  // namespace staffroom
