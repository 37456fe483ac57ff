#include "core/records/ops.h"

namespace staffroom {

RecordId id_of_record(const GroupId& group, const PersonId& creator, const CreateOp& create) {
    Bytes bytes;
    append(bytes, group.view());
    append(bytes, creator.view());
    append(bytes, encode(create));
    return hash_of<RecordId>("staffroom-record-v1", bytes);
}

}  // namespace staffroom
