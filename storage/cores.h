// Work that several cores share, such as a large batch's signatures or seals.
#pragma once

#include <cstddef>
#include <functional>

namespace staffroom {

// Runs step(0) … step(count - 1), in any order, perhaps at the same time, and returns when all are done.
using ForEach = std::function<void(std::size_t count, const std::function<void(std::size_t)>& step)>;

// On as many threads as there are cores, but each for at least so many steps: a thread costs about 30 us.
void on_all_cores(std::size_t least_per_thread, std::size_t count, const std::function<void(std::size_t)>& step);

}  // namespace staffroom
