// What we ask of the file system, and what its refusals mean in words.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include "core/bytes.h"
#include "core/result.h"

namespace staffroom {

// An open file or folder, closed when it goes.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();

    bool is_open() const { return number_ >= 0; }
    int number() const { return number_; }

  private:
    int number_ = -1;
};

// `error` (an errno) met while doing something to `path`. 28 and 122, and 5 while next to nothing is free (so a full
// disk shows through LMDB), are a full disk.
Error disk_error(int error, const std::filesystem::path& path);
bool is_disk_full(int error, const std::filesystem::path& path);

// What an ordinary user may still write where `path` is; 0 when that cannot be told.
std::uint64_t free_bytes(const std::filesystem::path& path);

// The thresholds keep room for what everybody writes when colleagues' files have filled the disk, and for what the teacher
// writes when that has, too.
inline constexpr std::uint64_t files_need_free_bytes = std::uint64_t{264} << 20;
inline constexpr std::uint64_t colleagues_need_free_bytes = std::uint64_t{200} << 20;
inline constexpr std::uint64_t own_need_free_bytes = std::uint64_t{50} << 20;
enum class Room { for_all, for_changes, for_own, none };
Room room_for(std::uint64_t free);
// Colleagues' changes, though perhaps not their files.
constexpr bool takes_changes(Room room) { return room <= Room::for_changes; }

// A folder as the system describes it, apart from the judgement so that each case can be tried.
struct FolderFacts {
    uid_t owner = 0;
    uid_t user = 0;
    mode_t mode = 0;
    bool writable = true;
    std::uint32_t magic = 0;  // kind of file system, as statfs names it
};
Result<FolderFacts> facts_of(const std::filesystem::path& folder);
// Error: refused for a folder of somebody else, one that others can open, a read-only one, and for NFS, SMB, FUSE, FAT
// and exFAT: there, locks, memory maps or fsync do not hold what LMDB needs of them.
Result<> judge_folder(const FolderFacts& facts, const std::filesystem::path& folder);

// Creates `folder` (mode 0700) when it is not there. Its parent must be.
Result<> make_folder(const std::filesystem::path& folder);

// Error: not_found; too_large above `max` bytes; io.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max);
// The same, appended to `behind`; nothing is when there is an error.
Result<> append_file(const std::filesystem::path& path, std::size_t max, Bytes& behind);
// All bytes, whatever the number of calls it takes. False with errno set.
bool write_all(int descriptor, ByteView bytes);
// After a crash at any moment the file holds the old bytes or the new ones: temporary file, fsync, rename, fsync of the
// folder. Mode 0600.
Result<> replace_file(const std::filesystem::path& path, ByteView bytes);
Result<> sync_folder(const std::filesystem::path& folder);

// A file of 32 MiB kept only to be deleted: with it even a full disk has room for the transactions that must not be put
// off (who is removed, what is erased or mended). What can wait is refused above, before it comes to that.
inline constexpr std::uint64_t reserve_bytes = std::uint64_t{32} << 20;
// Makes it when it is missing and there is room for it and for own work; else does nothing.
void keep_reserve(const std::filesystem::path& file);
// Whether there was one.
bool release_reserve(const std::filesystem::path& file);

// A memory-mapped file that shrinks or fails under us raises SIGBUS. From now on that ends the program with a plain
// sentence on standard error and exit code 74, in place of a bare signal. For main().
void explain_bus_errors();

}  // namespace staffroom
