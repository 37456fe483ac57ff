// A part on a stick, read while it is worked on: when most of it is asked for, what comes next is read before it is, on a
// thread of its own and past the system's memory, where whole parts would push out all else. Where only heads are asked for,
// since what is in the boxes is here, the stick need not give the rest.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "app/courier/uncached_file.h"
#include "net/courier/part_reader.h"
#include "storage/page_pool.h"

namespace staffroom::courier {

class PartFile final : public net::courier::Source {
  public:
    // So much is read at once; `ahead` of them wait to be asked for, and what was given out keeps its own.
    static constexpr std::size_t stretch_bytes = std::size_t{2} << 20, ahead = 3;

    // `size`: the file's. `path` is for errors.
    PartFile(Descriptor file, std::uint64_t size, std::filesystem::path path);
    ~PartFile() override;
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    std::uint64_t size() const override { return size_; }
    // Out of a stretch that was read before nothing is copied. Errors: as stick_error().
    Result<SharedBytes> read(std::uint64_t offset, std::size_t count) override;
    bool is_ready() override;

  private:
    struct Stretch {
        std::uint64_t number = 0;
        bool over = false;
        SharedBytes bytes = {};  // none when it could not be read so
    };

    void move_to(std::uint64_t number);
    void want(std::uint64_t number);
    bool start();
    SharedBytes stretch(std::uint64_t number);
    Result<SharedBytes> read_now(std::uint64_t offset, std::size_t count);
    // The thread's.
    void read_ahead();
    SharedBytes read_stretch(std::uint64_t number);

    const Descriptor file_;
    const std::uint64_t size_;
    const std::filesystem::path path_;
    std::uint64_t next_ = 0;   // behind what was asked for last
    std::uint64_t at_ = 0;     // the stretch that was asked for last
    std::uint64_t asked_ = 0;  // bytes of it
    bool whole_ = false;       // most of the one before was asked for

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Stretch> stretches_;  // ascending, without gaps: what is read ahead
    bool stopping_ = false;

    UncachedFile ahead_file_;
    PagePool rooms_{stretch_bytes};
    std::thread thread_;  // from the first stretch that is read ahead
};

}  // namespace staffroom::courier
