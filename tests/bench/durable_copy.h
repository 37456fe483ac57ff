// The least that anything does which brings bytes to a disk: a file written there, made durable, and, where that is what
// is compared, read again from the disk itself.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/bench/report.h"
#include "tests/bench/school.h"

namespace staffroom::bench {

inline constexpr std::size_t megabyte = 1 << 20;

inline void need_system(bool done) {
    if (!done) stop({Code::io, "The system refused.", "Is there room on the disk?"});
}

// Seconds. As many bytes as `source`, or random ones, into a new file: what lay there goes before the time counts.
inline double write_durably(const std::filesystem::path& target, std::size_t megabytes,
                            const std::filesystem::path& source) {
    Bytes block(megabyte);
    std::filesystem::remove(target);
    ::sync();
    const double start = now_seconds();
    const int out = ::open(target.c_str(), O_CREAT | O_WRONLY | O_EXCL, 0600);
    const int in = source.empty() ? -1 : ::open(source.c_str(), O_RDONLY);
    for (std::size_t i = 0; i < megabytes; ++i) {
        if (in < 0) random_bytes(block);
        need_system((in < 0 || ::read(in, block.data(), block.size()) == std::ssize(block)) &&
                    ::write(out, block.data(), block.size()) == std::ssize(block));
    }
    need_system(::fsync(out) == 0);
    ::close(out);
    if (in >= 0) ::close(in);
    return now_seconds() - start;
}

// Takes a file that is durable out of the system's memory.
inline void forget(const std::filesystem::path& file) {
    const int in = ::open(file.c_str(), O_RDONLY);
    need_system(in >= 0 && ::posix_fadvise(in, 0, 0, POSIX_FADV_DONTNEED) == 0);
    ::close(in);
}

inline void forget_all(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) forget(entry.path());
}

// Seconds.
inline double read_again(const std::filesystem::path& file) {
    forget(file);
    Bytes block(megabyte);
    const double start = now_seconds();
    const int in = ::open(file.c_str(), O_RDONLY);
    need_system(in >= 0);
    while (::read(in, block.data(), block.size()) > 0) {
    }
    ::close(in);
    return now_seconds() - start;
}

}  // namespace staffroom::bench
