// Writes parts onto a stick: closes one that is large enough, gives it its name when it reads back, begins the next.
#pragma once

#include "app/courier/stick.h"
#include "core/genesis.h"

namespace staffroom::courier {

class Packer {
  public:
    struct Options {
        DeviceId giver;
        std::uint64_t serial = 0;
        std::uint64_t part_bytes = 0;  // a part is closed above this
    };
    // `stick` outlives it.
    Packer(Stick& stick, const GroupKeys& keys, Options options) : stick_(stick), keys_(keys), options_(options) {}

    // False: the stick has to catch up, or a full part is being read back; call again. Everything below needs true.
    Result<bool> is_ready();
    Result<> add(CommitFrame commit);
    Result<> add(const ChunkId& id, ByteView sealed);
    // Closes what is open; then is_ready() until true, and all is on the stick.
    Result<> finish();

    // A whole part of its own: what this device says it has. Replaces its earlier one.
    Result<> add_receipt(const format::Receipt& own, const std::vector<Have>& others);

    std::uint64_t bytes() const { return bytes_; }  // of files, kept or being written

  private:
    Result<> put(Bytes bytes);
    Result<> begin(format::PartKind kind);
    Result<> make_room(std::size_t more);
    Result<> flush();
    Result<> close();

    Stick& stick_;
    GroupKeys keys_;
    Options options_;
    std::optional<format::PartWriter> writer_;
    bool closing_ = false;     // the stick has all of the part
    std::uint32_t parts_ = 0;  // begun
    format::Load load_;
    std::size_t load_size_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace staffroom::courier
