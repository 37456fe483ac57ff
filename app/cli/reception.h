// Where requests of both doors come in (app/local_door.h, app/page/door.h) and are handed to the node; while there is
// none, because the profile is still locked, to the gate.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "app/api/said.h"
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
    std::string language;
    LocalDoor::Answer answer;
};

class Reception {
  public:
    // Whose catalogues there may be in the profile's folder.
    explicit Reception(std::filesystem::path home) : home_(std::move(home)) {}

    // From any thread.
    void take(const std::string& body, LocalDoor::Answer answer);
    // A file becomes a resource, by the verb and its answer.
    void take_upload(const page::Uploaded& file, LocalDoor::Answer answer);
    void give_piece(const page::FileAsked& asked, std::uint64_t offset, std::size_t most, page::Door::GivePiece give);
    // What an event says is not well, in the language of the page that asked last.
    std::string translated(std::string event);
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
    // Needs the lock. None: English, and the answer as it is.
    std::shared_ptr<const api::Said> said_in(const std::string& language);
    LocalDoor::Answer translating(LocalDoor::Answer answer, const std::string& language);

    std::filesystem::path home_;
    std::mutex mutex_;
    Node* node_ = nullptr;
    bool is_closed_ = false;
    std::function<std::string()> page_;
    Inbox<Asked> gate_;
    api::FilePieces pieces_;                                        // the node's thread alone touches it
    std::map<std::string, std::shared_ptr<const api::Said>> said_;  // by language
    std::string last_language_;                                     // for an upload and an event, which name none
};

}  // namespace staffroom::cli
