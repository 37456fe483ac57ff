// How other threads reach the node's thread: things in a queue, and a descriptor that wakes its poll(2).
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <deque>
#include <mutex>
#include <optional>

namespace staffroom {

template <class T>
class Inbox {
  public:
    Inbox() : wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
    ~Inbox() { close(wake_); }
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    // From any thread.
    void put(T thing) {
        const std::lock_guard lock(mutex_);
        things_.push_back(std::move(thing));
        wake();
    }
    // Also from a signal handler.
    void wake() { (void)eventfd_write(wake_, 1); }

    // From the node's thread: readable while something is here.
    int descriptor() const { return wake_; }
    std::optional<T> take() {
        const std::lock_guard lock(mutex_);
        if (things_.empty()) {
            eventfd_t count = 0;
            (void)eventfd_read(wake_, &count);
            return std::nullopt;
        }
        std::optional<T> thing(std::move(things_.front()));
        things_.pop_front();
        return thing;
    }

  private:
    int wake_;
    std::mutex mutex_;
    std::deque<T> things_;
};

}  // namespace staffroom
