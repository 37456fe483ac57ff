// Writes parts onto a stick: closes one that is large enough, reads it back, gives it its name, begins the next.
#pragma once

#include "app/courier/stick.h"
#include "core/genesis.h"

namespace staffroom::courier {

// Reads a begun part back from the stick and gives it its name, a box at a step. Call until it says true; after an
// error the part is gone. Without the key loads are only known to be there.
class Keeping {
  public:
    static Result<Keeping> begin(Stick& stick, const std::optional<SymmetricKey>& envelope_key);
    Result<bool> step();

  private:
    Keeping(Stick& stick, std::unique_ptr<format::Source> source, format::PartCheck check)
        : stick_(&stick), source_(std::move(source)), check_(std::move(check)) {}
    Stick* stick_;
    std::unique_ptr<format::Source> source_;
    format::PartCheck check_;
};

class Packer {
  public:
    struct Options {
        DeviceId giver;
        std::uint64_t serial = 0;
        std::uint64_t part_bytes = 0;  // a part is closed above this
    };
    // `stick` outlives it.
    Packer(Stick& stick, const GroupKeys& keys, Options options) : stick_(stick), keys_(keys), options_(options) {}

    // False: a full part is being read back; call again. Everything below needs true.
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
    std::optional<Keeping> keeping_;
    format::Load load_;
    std::size_t load_size_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace staffroom::courier
