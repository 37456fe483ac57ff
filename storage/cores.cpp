#include "storage/cores.h"

#include <algorithm>
#include <thread>
#include <vector>

namespace staffroom {

void on_all_cores(std::size_t least_per_thread, std::size_t count, const std::function<void(std::size_t)>& step) {
    static const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());  // read from a file each time
    const auto threads = std::max<std::size_t>(1, std::min(cores, count / least_per_thread));
    std::vector<std::thread> others;
    const auto work = [&](std::size_t thread) {  // neighbours mostly lie together in memory
        for (auto i = count * thread / threads; i < count * (thread + 1) / threads; ++i) step(i);
    };
    for (std::size_t thread = 1; thread < threads; ++thread) others.emplace_back(work, thread);
    work(0);
    for (auto& each : others) each.join();
}

}  // namespace staffroom
