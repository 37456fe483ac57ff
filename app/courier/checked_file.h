// A file that is written to a stick and read back from it, on two threads of its own: while the stick writes one stretch,
// one before is compared with what was meant to be there, and whoever writes makes the next.
//
// A stick that takes more than it holds writes the later over the earlier, so a few bytes of each stretch are looked at once
// more when all is written.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "app/courier/uncached_file.h"
#include "core/bytes.h"
#include "core/result.h"
#include "storage/page_memory.h"

namespace staffroom::courier {

// Where what was written is read back from.
enum class ReadBack : std::uint8_t {
    from_stick,   // past the system's memory: it may be worn, or false, and will be taken out
    from_system,  // a folder on the disk that the replica is on, which is trusted with that too
};
// from_stick when either is not there.
ReadBack read_back_of(const std::filesystem::path& folder, const std::filesystem::path& home);

class CheckedFile {
  public:
    // So much is written at a time; `stretches_max` of them wait or are being compared.
    static constexpr std::size_t stretch_bytes = std::size_t{4} << 20, stretches_max = 6;

    // A new file in an open folder. Errors: io; refused; not_found; busy (no memory). `path` of the folder is for their
    // words.
    static Result<std::unique_ptr<CheckedFile>> make(const Descriptor& folder, const std::string& name,
                                                     const std::filesystem::path& path, ReadBack read_back);
    // What waits to be written is given up.
    ~CheckedFile();
    CheckedFile(const CheckedFile&) = delete;
    CheckedFile& operator=(const CheckedFile&) = delete;

    // Appends. Waits while too much waits. Errors, of these bytes or of earlier ones: too_large (the stick is full); io,
    // also when it does not read back; refused.
    Result<> write(ByteView bytes);
    // Whether write() need not wait; gives it a moment to become so.
    bool is_ready();
    // Nothing more comes. False: the stick is not done; call again. True: all is on it, synced, and reads back. Errors as
    // above.
    Result<bool> finish();

    std::uint64_t unwritten() const;  // bytes that wait, and take no place on the stick yet

  private:
    struct Stretch {
        std::uint64_t offset = 0;
        Bytes bytes;
    };
    struct Glance {  // of what has been compared
        std::uint64_t offset = 0;
        Bytes bytes;
    };

    CheckedFile(Descriptor out, Descriptor in, ReadBack read_back, const std::filesystem::path& path);
    bool start();
    // A thread each.
    void write_all_out();
    void compare_all();
    bool is_over() const { return stopping_ || failed_.has_value(); }
    bool failed(const Result<>& result);
    Bytes room_for_next();
    void put(Stretch stretch);
    Result<> write_out(const Stretch& stretch);
    Result<> compare(const Stretch& stretch);
    Result<> reads(std::uint64_t offset, ByteView expected);
    Result<> look_again();

    const Descriptor out_;
    const ReadBack read_back_;
    const std::filesystem::path path_;
    Stretch next_;  // being filled

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Stretch> waiting_;  // to be written
    std::deque<Stretch> told_;     // the stick was told to write them; the last is not read back while it does
    std::vector<Bytes> spare_;     // of stretches that were compared: new memory costs more than what is copied into it
    std::size_t under_way_ = 0;    // stretches that are not compared yet
    std::optional<Error> failed_;
    bool ended_ = false, synced_ = false, done_ = false, stopping_ = false;

    // The comparing thread's own.
    UncachedFile in_;
    std::vector<Glance> glances_;
    const PageMemory room_;
    std::thread writing_, comparing_;
};

}  // namespace staffroom::courier
