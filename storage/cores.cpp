#include "storage/cores.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <utility>
#include <vector>

namespace staffroom {
namespace {

std::size_t threads_for(std::size_t least_per_thread, std::size_t count) {
    static const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());  // read from a file each time
    return std::max<std::size_t>(1, std::min(cores, count / least_per_thread));
}

}  // namespace

void on_all_cores(std::size_t least_per_thread, std::size_t count, const std::function<void(std::size_t)>& step) {
    const auto threads = threads_for(least_per_thread, count);
    std::vector<std::thread> others;
    const auto work = [&](std::size_t thread) {  // neighbours mostly lie together in memory
        for (auto i = count * thread / threads; i < count * (thread + 1) / threads; ++i) step(i);
    };
    for (std::size_t thread = 1; thread < threads; ++thread) others.emplace_back(work, thread);
    work(0);
    for (auto& each : others) each.join();
}

void make_on_all_cores(std::size_t least_per_thread, std::size_t count, const std::function<void(std::size_t)>& make,
                       const std::function<void(std::size_t)>& use) {
    constexpr std::size_t slice_steps = 32;
    const auto slices = (count + slice_steps - 1) / slice_steps;
    std::vector<std::atomic<bool>> made(slices);
    std::atomic<std::size_t> next{0};
    const auto in_slice = [&](std::size_t slice, const std::function<void(std::size_t)>& step) {
        for (auto i = slice * slice_steps; i < std::min(count, (slice + 1) * slice_steps); ++i) step(i);
    };
    const auto make_next = [&] {
        const auto slice = next.fetch_add(1);
        if (slice >= slices) return false;
        in_slice(slice, make);
        made[slice] = true;
        made[slice].notify_one();
        return true;
    };
    std::vector<std::thread> others;
    for (auto threads = threads_for(least_per_thread, count); threads > 1; --threads) {
        others.emplace_back([&] {
            while (make_next()) {
            }
        });
    }
    for (std::size_t slice = 0; slice < slices; ++slice) {
        while (!made[slice]) {
            if (!make_next()) made[slice].wait(false);
        }
        in_slice(slice, use);
    }
    for (auto& each : others) each.join();
}

std::thread without_signals(std::function<void()> work) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread thread(std::move(work));
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return thread;
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
}

}  // namespace staffroom
