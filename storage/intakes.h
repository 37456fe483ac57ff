// Work that takes files in. Their chunks are here before a record refers to them, and work that is dropped half way, or a
// power cut, would leave them here for good. So a mark stands in the profile meanwhile, and chunks that nothing refers to go
// when dropped work ends, and at the first start after a crash.
//
// Only the last of several works that go on at once drops anything: the same file may be on its way for another one.
#pragma once

#include <filesystem>

#include "storage/chunks.h"

namespace staffroom {

class Intakes {
  public:
    Intakes(Store& store, const Chunks& chunks, std::filesystem::path mark)
        : store_(store), chunks_(chunks), mark_(std::move(mark)) {}

    // At start, before anything is taken in or fetched. One look; after a crash linear in the chunks. Error: io.
    Result<> drop_what_was_left() const;

    // One work: from begin() to its end the mark stands.
    class Intake {
      public:
        explicit Intake(Intakes& intakes) : intakes_(intakes) {}
        ~Intake();
        Intake(const Intake&) = delete;
        Intake& operator=(const Intake&) = delete;
        // Before the first chunk; again: no change.
        void begin();
        // A record refers to all that was taken in.
        void kept() { kept_ = true; }

      private:
        Intakes& intakes_;
        bool begun_ = false, kept_ = false;
    };

  private:
    Result<> drop_unused() const;

    Store& store_;
    const Chunks& chunks_;
    std::filesystem::path mark_;
    int under_way_ = 0;
    bool dropped_ = false;  // by one of those under way
};

}  // namespace staffroom
