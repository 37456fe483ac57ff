#include "app/newcomers.h"

#include <algorithm>

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
    const bool is_stranger = newcomer.invite == InviteKey{};
    return store_.write([&](WriteTxn& txn) -> Result<> {
        std::size_t count = 0, strangers = 0;
        std::optional<Bytes> refused;  // one of those who were
        bool is_refused = false, waits = false;
        txn.scan(Table::newcomers, group.view(), [&](ByteView each, ByteView value) {
            const auto kept = decode<Newcomer>(value);
            const bool oneself = std::ranges::equal(each, key);
            if (!kept && !oneself) refused.emplace(each.begin(), each.end());
            is_refused |= oneself && !kept;
            waits |= oneself && kept;
            strangers += kept && kept->invite == InviteKey{};
            return ++count, true;
        });
        if (is_stranger && waits) return Done{};
        if (is_stranger && is_refused) return {Code::refused, "An organiser said no.", "Speak with one of them."};
        const bool is_new = !waits && !is_refused;
        if (is_new && ((count >= waiting_max && !refused) || (is_stranger && strangers >= strangers_max))) {
            return {Code::busy, "Too many people wait to come into this group.", "Let some of them in first."};
        }
        if (is_new && count >= waiting_max) txn.erase(Table::newcomers, *refused);
        txn.put(Table::newcomers, key, encode(newcomer));
        return Done{};
    });
}

Result<> Newcomers::refuse(const GroupId& group, const PersonId& person) {
    return store_.write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::newcomers, key_of(group, person), {});
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
