// Mends a profile that does not open, or opens with damage: `staffroom repair` when no daemon runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "storage/mend.h"
#include "storage/salvage.h"

namespace staffroom {

struct Repaired {
    // What was looked at: sound; damaged and still so (nobody can send it again); damaged and mended, or asked of
    // colleagues again.
    std::uint64_t good = 0, bad = 0, repaired = 0;
    std::optional<Salvaged> salvaged;  // when the storage file itself was broken
    Mended mended;
    std::size_t groups_rebuilt = 0;
    std::size_t files_swept = 0;  // chunks' files that belong to nothing or are not what they should be
};

struct RepairOptions {
    bool rebuild = false;  // make everything that is derived anew, also where no damage shows
};

// Judges the file's pages first, since a broken one must not be opened; saves what can be saved into a new store; looks
// at everything, and where something is damaged mends it and folds everything again. Interrupted anywhere it can be run
// again.
// Errors: as Home::open(); io when nothing can be saved.
Result<Repaired> repair(const std::filesystem::path& folder, const std::optional<std::string>& passphrase,
                        const RepairOptions& options);

}  // namespace staffroom
