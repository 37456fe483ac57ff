#include "storage/intakes.h"

#include <fcntl.h>
#include <unistd.h>

#include "storage/disk.h"
#include "storage/file_refs.h"

namespace staffroom {

Result<> Intakes::drop_what_was_left() const {
    if (::access(mark_.c_str(), F_OK) != 0) return Done{};
    if (auto dropped = drop_unused(); !dropped) return dropped;
    if (auto swept = chunks_.sweep(store_); !swept) return swept.error();
    ::unlink(mark_.c_str());
    return Done{};
}

Result<> Intakes::drop_unused() const {
    std::vector<ChunkId> gone;
    auto dropped = store_.write([&](WriteTxn& txn) -> Result<> {
        gone = file_refs::unused(txn);
        for (const auto& id : gone) Chunks::erase(txn, id);
        return Done{};
    });
    if (dropped) chunks_.remove_files(gone);
    return dropped;
}

// The mark is not synced: the sync of the first chunks takes it along, and before those there is nothing to drop.
void Intakes::Intake::begin() {
    if (std::exchange(begun_, true) || intakes_.under_way_++ > 0) return;
    const Descriptor made(::open(intakes_.mark_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
}

Intakes::Intake::~Intake() {
    if (!begun_) return;
    intakes_.dropped_ = intakes_.dropped_ || !kept_;
    if (--intakes_.under_way_ > 0) return;
    const bool is_clean = !intakes_.dropped_ || intakes_.drop_unused().ok();
    intakes_.dropped_ = false;
    if (is_clean) ::unlink(intakes_.mark_.c_str());  // else it is tried again at the next start
}

}  // namespace staffroom
