// A verb is one thing that can be asked of Staffroom: the same for the command line, the daemon's local door and the
// page. Its name is the command's words ("note edit"), its arguments a JSON object with the options' names, its
// reply what `--json` prints beside "ok".
//
// Most verbs answer at once from the local replica. Those that meet colleagues first, or take more than a moment
// (app/api/steps.h), are errands: the node asks them again until they answer.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace staffroom {

class Home;
class Network;

namespace api {

using Json = boost::json::object;
using Reply = Result<Json>;

// What is not well, as the document's `error` says it. `code` is the word of a Code, or
//  - "failed": something outside this profile did not do its part, or something unforeseen happened (exit code 1);
//  - "interrupted": the teacher stopped it (130).
struct Trouble {
    std::string code, say, advice;
};
Trouble trouble_of(const Error& error);
// A reply that found something out beside its trouble: in the document its fields stand beside `error`, and the exit
// code is the trouble's.
Json with_trouble(Json reply, const Trouble& trouble);
std::optional<Trouble> trouble_in(const Reply& reply);

// What verbs work with.
struct Desk {
    Home& home;
    Network& network;
};

// How far something is. `total` is 0 while nobody knows.
struct Progress {
    const char* unit = "";
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};

class Errand {
  public:
    // Dropped before it answered, it leaves nothing half done.
    virtual ~Errand() = default;
    // Nothing while there is more to do. `now` in monotonic milliseconds.
    virtual std::optional<Reply> poll(Desk& desk, std::uint64_t now) = 0;
    // When to be asked again at the latest; earlier after whatever happens on the network.
    virtual std::uint64_t deadline() const = 0;
    virtual Progress progress() const { return {}; }
};

struct Verb {
    std::string_view name;
    Reply (*run)(Desk& desk, const Json& args) = nullptr;
    std::unique_ptr<Errand> (*begin)(Desk& desk, const Json& args) = nullptr;  // instead of `run`
    bool while_locked = false;                                                 // it tells nothing that anybody wrote
    bool is_glance = false;  // a program looks again and again by itself: no sign that somebody is there
};

}  // namespace api
}  // namespace staffroom
