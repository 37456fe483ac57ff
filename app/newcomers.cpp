#include "app/newcomers.h"

#include "core/wire.h"

namespace staffroom {
namespace {

Bytes key_of(const GroupId& group, const PersonId& person) {
    Bytes key(group.view().begin(), group.view().end());
    key.insert(key.end(), person.view().begin(), person.view().end());
    return key;
}

}  // namespace

Result<> Newcomers::wait(const GroupId& group, const Newcomer& newcomer) {
    const auto key = key_of(group, id_of(newcomer.card.genesis));
    return store_.write([&](WriteTxn& txn) -> Result<> {
        std::size_t count = 0;
        txn.scan_keys(Table::newcomers, group.view(), [&](ByteView) { return ++count < waiting_max; });
        if (count >= waiting_max && !txn.has(Table::newcomers, key)) {
            return {Code::busy, "Too many people wait to come into this group.", "Let some of them in first."};
        }
        txn.put(Table::newcomers, key, encode(newcomer));
        return Done{};
    });
}

std::vector<Newcomer> Newcomers::waiting(const GroupId& group) const {
    std::vector<Newcomer> waiting;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        waiting.clear();
        txn.scan(Table::newcomers, group.view(), [&](ByteView, ByteView value) {
            if (auto newcomer = decode<Newcomer>(value)) waiting.push_back(std::move(*newcomer));
            return true;
        });
        return Done{};
    });
    return waiting;
}

Result<> Newcomers::forget(const GroupId& group, const PersonId& person) {
    return store_.write([&](WriteTxn& txn) -> Result<> {
        txn.erase(Table::newcomers, key_of(group, person));
        return Done{};
    });
}

}  // namespace staffroom
