// The new files of one batch: made durable together under their names, or gone together.
#pragma once

#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "core/result.h"
#include "storage/disk.h"

namespace staffroom {

class NewFiles {
  public:
    // All lie in folders of `folder`, which are made when they are wanted. Where something has a file's name already, be it a
    // folder, its successor is written into `part`, on the same file system, and put in its place once it is durable.
    NewFiles(std::filesystem::path folder, std::filesystem::path part)
        : folder_(std::move(folder)), part_(std::move(part)) {}
    ~NewFiles();
    NewFiles(const NewFiles&) = delete;
    NewFiles& operator=(const NewFiles&) = delete;

    // Empty, to be written and closed. Error: io.
    Result<Descriptor> create(const std::filesystem::path& path);
    // Syncs the files, gives them their names, syncs the folders. Without it the new files go again; after its error some may
    // have stayed under their names, which is nobody's loss: none is here before its row is. Error: io.
    Result<> put_in_place();

  private:
    const std::filesystem::path folder_, part_;
    std::vector<std::filesystem::path> written_;                                       // where they are now
    std::vector<std::pair<std::filesystem::path, std::filesystem::path>> successors_;  // where it is, its name
    std::set<std::filesystem::path> folders_;                                          // that have a new entry
    bool in_place_ = false;
};

}  // namespace staffroom
