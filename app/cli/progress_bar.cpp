#include "app/cli/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string_view>

namespace staffroom::cli {
namespace {

constexpr std::uint64_t patience_ms = 1'000, redraw_ms = 250;
constexpr std::size_t bar_columns = 20, line_columns = 79;

volatile std::sig_atomic_t is_drawn = 0;

std::string two_digits(std::uint64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string clock_of(std::uint64_t seconds) {
    const auto minutes = seconds / 60;
    const auto short_one = ":" + two_digits(seconds % 60);
    return minutes < 60 ? std::to_string(minutes) + short_one
                        : std::to_string(minutes / 60) + ":" + two_digits(minutes % 60) + short_one;
}

struct Scale {
    std::uint64_t bytes;
    const char* name;
};
Scale scale_for(std::uint64_t most) { return most < 10'000'000 ? Scale{1'000, " kB"} : Scale{1'000'000, " MB"}; }

std::string amount_of(std::uint64_t bytes) {
    const auto scale = scale_for(bytes);
    return std::to_string(bytes / scale.bytes) + scale.name;
}

}  // namespace

std::string progress_line(const std::string& command, const api::Progress& progress, std::uint64_t ms) {
    const bool is_bytes = std::string_view(progress.unit) == "bytes";
    const auto done = progress.total == 0 ? progress.done : std::min(progress.done, progress.total);
    auto line = command;
    if (progress.total > 0) {
        const auto filled = static_cast<std::size_t>(static_cast<double>(done) / static_cast<double>(progress.total) *
                                                     static_cast<double>(bar_columns));
        line += "  [" + std::string(filled, '#') + std::string(bar_columns - filled, '-') + "]";
        line += "  " + std::to_string(done * 100 / progress.total) + " %";
    }
    if (is_bytes) {
        const auto scale = scale_for(std::max(done, progress.total));
        line += "  " + std::to_string(done / scale.bytes);
        if (progress.total > 0) line += " of " + std::to_string(progress.total / scale.bytes);
        line += scale.name;
        if (ms > 0) line += "  " + amount_of(done * 1'000 / ms) + "/s";
    }
    if (progress.total > 0 && done > 0) {
        const auto left_ms =
            static_cast<double>(progress.total - done) / static_cast<double>(done) * static_cast<double>(ms);
        line += "  " + clock_of(static_cast<std::uint64_t>(left_ms) / 1'000) + " left";
    } else {
        line += "  " + clock_of(ms / 1'000);
    }
    return line.substr(0, line_columns);
}

ProgressBar::ProgressBar(std::string command)
    : command_(std::move(command)), is_terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() { clear_progress(); }

void ProgressBar::show(const api::Progress& progress, std::uint64_t ms) {
    if (!is_terminal_ || ms < patience_ms || ms < drawn_ms_ + redraw_ms) return;
    drawn_ms_ = ms;
    is_drawn = 1;
    const auto line = "\r\x1b[K" + progress_line(command_, progress, ms);
    (void)!::write(STDERR_FILENO, line.data(), line.size());
}

void clear_progress() {
    if (is_drawn == 0) return;
    is_drawn = 0;
    constexpr std::string_view clear = "\r\x1b[K";
    (void)!::write(STDERR_FILENO, clear.data(), clear.size());
}

}  // namespace staffroom::cli
