// Work that several cores share, such as a large batch's signatures or seals.
#pragma once

#include <thread>

#include "core/for_each.h"

namespace staffroom {

// A ForEach on as many threads as there are cores, but each for at least so many steps: a thread costs about 30 us.
void on_all_cores(std::size_t least_per_thread, std::size_t count, const std::function<void(std::size_t)>& step);

// make(0) … make(count - 1) likewise, and on this thread use(0) … use(count - 1) in this order, each once it is made: what
// only one thread may do goes on while the others work.
void make_on_all_cores(std::size_t least_per_thread, std::size_t count, const std::function<void(std::size_t)>& make,
                       const std::function<void(std::size_t)>& use);

// A thread that gets no signals: those are for the program's main thread. Throws std::system_error when there is none left.
std::thread without_signals(std::function<void()> work);

}  // namespace staffroom
