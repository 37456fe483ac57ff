// How far something is, on one line of a terminal that is drawn anew, with the rate and the time left where they are known:
//
//     resource add  [##########----------]  50 %  512 of 1024 MB  41 MB/s  0:12 left
#pragma once

#include <string>

#include "app/api/verb.h"

namespace staffroom::cli {

// What stands on the line, `ms` after the beginning. At most 79 columns.
std::string progress_line(const std::string& command, const api::Progress& progress, std::uint64_t ms);

// Draws nothing in the first second, nor where talk does not go to a terminal.
class ProgressBar {
  public:
    explicit ProgressBar(std::string command);
    ~ProgressBar();  // clears the line
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    bool draws() const { return is_terminal_; }
    // Draws a few times a second, however often it is called.
    void show(const api::Progress& progress, std::uint64_t ms);

  private:
    std::string command_;
    bool is_terminal_;
    std::uint64_t drawn_ms_ = 0;
};

// From a signal handler too.
void clear_progress();

}  // namespace staffroom::cli
