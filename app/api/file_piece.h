// A piece of a file of the library, for who sends it on a piece at a time.
#pragma once

#include <optional>
#include <string>

#include "app/api/verb.h"
#include "core/bytes.h"
#include "storage/file_copy.h"

namespace staffroom::api {

struct FilePiece {
    std::string name;        // as a colleague gave it
    std::uint64_t size = 0;  // of the whole file
    Bytes bytes;             // from `offset` on; not more than `most`, and not beyond the end
};
class FilePieces {
  public:
    // Of the file at `index` in what `resource show` calls `files`. Each piece finds the record anew: what is erased or
    // locked meanwhile is not given any more. Reads whole chunks, so ask for a few of them at a time.
    // Errors: not_found (no such record or file), refused (ambiguous), busy (this part is not here yet), malformed, io.
    Result<FilePiece> read(Desk& desk, const std::string& record, std::size_t index, std::uint64_t offset,
                           std::size_t most);
    void forget() { open_.reset(); }

  private:
    // A file of 4 GiB has a manifest of 1 MiB: it is opened once and not for each of 8,192 pieces.
    struct Open {
        FileRef file;
        FileReader reader;
    };
    std::optional<Open> open_;  // until its end was read
};

}  // namespace staffroom::api
