// The daemon's local door: HTTP over a Unix socket that only the same user may open. The command line comes by it; the
// page has a door of its own (app/page/door.h), and both speak the same verbs.
//
// POST /api with {"verb": …, "args": {…}} is answered by the document that `--json` prints. The door has a thread of
// its own; each request is handed on and answered when its answer comes, in any order.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"

namespace staffroom {

inline constexpr std::size_t request_bytes_max = std::size_t{8} << 20;

class LocalDoor {
  public:
    // Given from any thread, once. Every answer must be gone before the door is: it holds a connection.
    struct Answer {
        std::function<void(std::string body)> give;
        std::shared_ptr<const std::atomic<bool>> asker_gone;  // nobody waits for it any more

        void operator()(std::string body) const { give(std::move(body)); }
    };
    // Called on the door's thread; must not wait.
    using Handle = std::function<void(std::string body, Answer answer)>;

    // Needs that no other daemon owns this profile: a socket left behind is replaced. Error: refused.
    static Result<std::unique_ptr<LocalDoor>> open(const std::filesystem::path& socket, Handle handle);
    // Stops listening, and waits a moment until the answers that were given are sent.
    ~LocalDoor();

  private:
    struct Served;
    explicit LocalDoor(std::unique_ptr<Served> served);
    std::unique_ptr<Served> served_;
};

// Whether the other end of a connection is gone, as far as is known without reading what it sent.
bool has_hung_up(int socket);

// Asks the daemon and waits; `waiting` is called about twice a second meanwhile. Errors: not_found (no daemon answers
// there), busy (it stopped meanwhile).
Result<std::string> ask_daemon(const std::filesystem::path& socket, const std::string& body,
                               const std::function<void()>& waiting = {});

}  // namespace staffroom
