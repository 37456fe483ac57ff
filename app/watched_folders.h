// Which folders of this computer are watched for which group, and how each of their files was when it was last taken in.
// This device's own business: never sent.
//
// A file's place decides the nonce of its resource, so that one which was written just before a power cut is found again
// and not made twice. What is remembered of a file only spares reading it again, and says what its next version replaces.
// A file that is given another name or moved within the folder takes its place along: the two names change places, so that
// no two files ever have the same one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/files.h"
#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom {

struct WatchedFile {
    std::uint64_t changed_ns = 0;  // its time of change as the file system tells it: compared, never believed
    std::uint64_t bytes = 0;
    FileRef file;

    template <class A>
    void serialize(A& ar) {
        ar(changed_ns, bytes, file);
    }
};

class WatchedFolders {
  public:
    static constexpr std::size_t folders_max = 64;
    static constexpr std::size_t path_bytes_max = 4'096;

    explicit WatchedFolders(Store& store) : store_(store) {}

    using NameHash = Id<struct WatchedNameTag, 16>;
    struct Folder {
        GroupId group;
        std::string path;  // absolute
    };
    std::vector<Folder> all() const;
    // Again: no change. Errors: refused (too many), too_large (the path), io.
    Result<> watch(const Folder& folder);
    // What its files were goes too, but for their places; the resources stay. False: it was not watched.
    Result<bool> forget(const Folder& folder);

    // `name` is the file's path within the folder.
    Nonce16 nonce_of(const DeviceId& device, const Folder& folder, const std::string& name) const;
    std::optional<WatchedFile> file(const Folder& folder, const std::string& name) const;
    Result<> remember(const Folder& folder, const std::string& name, const WatchedFile& file);
    std::uint64_t files_count(const Folder& folder) const;

    static NameHash hash_of(std::string_view name);
    // A file that was taken in, and lies there under its name no more.
    struct Gone {
        NameHash name;
        WatchedFile file;
    };
    // Those whose name is none of `names`. Linear in the files.
    std::vector<Gone> gone(const Folder& folder, const std::vector<std::string>& names) const;
    Nonce16 nonce_of(const DeviceId& device, const Folder& folder, const Gone& gone) const;
    // It lies there under this name, of which file() knows nothing, and is to be read again.
    Result<> moved(const Folder& folder, const Gone& gone, const std::string& name);

  private:
    Store& store_;
};

}  // namespace staffroom
