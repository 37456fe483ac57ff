// The page's door: HTTP and one WebSocket on 127.0.0.1. Who may pass is judged in app/page/gate.h; here is how bytes go
// in and out. It has a thread of its own, and nothing that a client does or leaves undone holds up another one: heads,
// bodies and answers have limits in bytes and in time, and when all places are taken the oldest of those that show no
// session now is closed for the newcomer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "app/api/file_piece.h"
#include "app/api/page.h"
#include "app/local_door.h"
#include "app/page/outgoing.h"
#include "core/result.h"

namespace staffroom::page {

inline constexpr std::size_t head_bytes_max = 16 << 10;
inline constexpr std::size_t connections_max = 128;
inline constexpr std::size_t listeners_max = 32, listener_events_max = 1'024,
                             listener_bytes_max = std::size_t{16} << 20;

// A file that has come in whole, and can be read at that path until the answer is given.
struct Uploaded {
    std::string group, name, path;
    std::string args;  // JSON
    std::string id;
};

class Door {
  public:
    using GivePiece = std::function<void(Result<api::FilePiece> piece)>;  // from any thread, once
    // Called on the door's thread; none may wait.
    struct Behind {
        LocalDoor::Handle api = {};         // as at the local door
        std::filesystem::path folder = {};  // where what comes in lies meanwhile
        std::function<void(const Uploaded& file, LocalDoor::Answer answer)> upload = {};
        std::function<void(const FileAsked& asked, std::uint64_t offset, std::size_t most, GivePiece give)> piece = {};
        std::function<void(const api::TabPlace& place)> place = {};  // the other tabs have been told
    };

    // On this port, or on any free one where it is 0 or taken. Error: refused (no port at all).
    static Result<std::unique_ptr<Door>> open(std::uint16_t port, Behind behind);
    // Every answer must be gone before the door is. Waits a moment until those that were given are sent.
    ~Door();

    std::uint16_t port() const;
    // With a fresh launch code: whoever opens it within a minute, first, is let in. From any thread.
    std::string address();
    // To all listeners: a JSON object without its number. From any thread; it reaches them in this order.
    void tell(std::string event);

  private:
    struct Served;
    explicit Door(std::unique_ptr<Served> served);
    std::unique_ptr<Served> served_;
};

}  // namespace staffroom::page
