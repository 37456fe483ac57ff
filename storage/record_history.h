// Who changed what in one record, commit by commit.
#pragma once

#include <string>
#include <vector>

#include "core/files.h"
#include "storage/group.h"

namespace staffroom {

struct RecordChange {
    CommitId commit;
    PersonId by;
    std::uint64_t wall_ms = 0;        // by the clock of who wrote it: shown, never believed
    bool shown = true;                // false: set aside or hidden
    std::vector<std::string> fields;  // in the order in which they were written; empty: the record was made
    std::vector<FileRef> files;       // that were put into it
};

// In order (depth, id); parts that cannot be read here are left out. Cost: reads every commit about the record.
std::vector<RecordChange> record_history(ReadTxn& txn, const Group& group, const RecordId& record);

}  // namespace staffroom
