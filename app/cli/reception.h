// Where requests of both doors come in (app/local_door.h, app/page/door.h) and are handed to the node; while there is
// none, because the profile is still locked, to the gate.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "app/api/verb.h"
#include "app/inbox.h"
#include "app/local_door.h"
#include "app/node.h"
#include "app/page/door.h"

namespace staffroom::cli {

struct Asked {
    std::string verb;
    api::Json args;
    std::string id;
    bool by_itself = false;
    LocalDoor::Answer answer;
};

class Reception {
  public:
    // From any thread.
    void take(const std::string& body, LocalDoor::Answer answer);
    // A file becomes a resource, by the verb and its answer.
    void take_upload(const page::Uploaded& file, LocalDoor::Answer answer);
    void give_piece(const page::FileAsked& asked, std::uint64_t offset, std::size_t most, page::Door::GivePiece give);
    void take_place(const api::TabPlace& place);
    // With what came while the profile was being opened.
    void give_to(Node* node);
    Inbox<Asked>& gate() { return gate_; }
    // Everything is refused from now on: an answer holds a connection of a door, and must be gone before the door is.
    void close();
    // What "open" is answered by, in the node's place: an address with a fresh launch code. Before the first request.
    void show_page(std::function<std::string()> address);

  private:
    void hand_on(Asked asked);
    void submit(Asked asked);

    std::mutex mutex_;
    Node* node_ = nullptr;
    bool is_closed_ = false;
    std::function<std::string()> page_;
    Inbox<Asked> gate_;
    api::FilePieces pieces_;  // the node's thread alone touches it
};

}  // namespace staffroom::cli
