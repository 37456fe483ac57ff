// Passing parts on as they are, between a stick and the bag at home, by whoever cannot read them.
#pragma once

#include <map>

#include "app/courier/packer.h"

namespace staffroom::courier {

inline constexpr std::uint64_t giver_bytes_max = std::uint64_t{2} << 30;  // in the bag, of one giver
inline constexpr std::uint64_t bag_bytes_max = std::uint64_t{8} << 30;    // in all

// What a folder holds, without the contents.
struct Packet {
    format::PartHeader header;
    std::uint64_t size = 0;
};
using Packets = std::map<std::string, Packet>;  // by name
// Whatever is no part under its own name is left out and named in `strange`. Error: io.
Result<Packets> packets_in(Stick& stick, std::vector<std::string>& strange);

// Whether `fresh` may come into a bag that holds these, and what must go for it: of one giver the latest stay, since a
// giver packs what is still lacked again. Without room for it even then: nothing.
std::optional<std::vector<std::string>> make_way(const Packets& bag, const Packet& fresh);
// Whether a packet is to be copied to where these are: a receipt only when it is newer than the one there.
bool is_news(const Packets& there, const std::string& name, const Packet& packet);

// Copies one part, a block at a step, and reads it back. Call until it says true; after an error there is no copy.
// Errors: io; malformed when the part is damaged: it is not passed on.
class Copying {
  public:
    static Result<Copying> begin(Stick& from, Stick& to, const std::string& name);
    Result<bool> step();

  private:
    Copying(std::unique_ptr<format::Source> source, format::PartCheck check, Stick& to, std::string name)
        : source_(std::move(source)), check_(std::move(check)), to_(&to), name_(std::move(name)) {}
    std::unique_ptr<format::Source> source_;
    std::optional<format::PartCheck> check_;  // of the original
    Stick* to_;
    std::string name_;
    std::uint64_t offset_ = 0;
    bool closing_ = false;  // the copy has all of it
};

}  // namespace staffroom::courier
