// Where requests of both doors come in (app/local_door.h, app/page/door.h) and are handed to the node; while there is none,
// because the profile is still locked, to the gate.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "app/api/verb.h"
#include "app/inbox.h"
#include "app/local_door.h"
#include "app/node.h"

namespace staffroom::cli {

struct Asked {
    std::string verb;
    api::Json args;
    std::string id;
    LocalDoor::Answer answer;
};

class Reception {
  public:
    // From any thread.
    void take(const std::string& body, LocalDoor::Answer answer);
    // With what came while the profile was being opened.
    void give_to(Node* node);
    Inbox<Asked>& gate() { return gate_; }
    // What "open" is answered by, in the node's place: an address with a fresh launch code. Before the first request.
    void show_page(std::function<std::string()> address);

  private:
    void submit(Asked asked);

    std::mutex mutex_;
    Node* node_ = nullptr;
    std::function<std::string()> page_;
    Inbox<Asked> gate_;
};

}  // namespace staffroom::cli
