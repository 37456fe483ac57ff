#include "app/announced_groups.h"

namespace staffroom {
namespace {

// `profile`: "shown group" | group 32 -> what it is for.
constexpr std::string_view tag = "shown group";

Bytes key_of(const GroupId& group) { return keys::joined({view_of(tag), group.view()}); }

}  // namespace

Result<> AnnouncedGroups::show(const GroupId& group, const std::string& purpose) {
    return store_.write([&](WriteTxn& txn) -> Result<> {
        std::size_t count = 0;
        txn.scan_keys(Table::profile, view_of(tag), [&](ByteView) { return ++count, true; });
        if (count >= net::limits::shown_count && !txn.has(Table::profile, key_of(group))) {
            return {Code::refused, "This computer shows as many groups as it may.", "Hide one: staffroom group hide"};
        }
        txn.put(Table::profile, key_of(group), view_of(purpose));
        return Done{};
    });
}

Result<> AnnouncedGroups::hide(const GroupId& group) {
    return store_.write([&](WriteTxn& txn) -> Result<> {
        txn.erase(Table::profile, key_of(group));
        return Done{};
    });
}

bool AnnouncedGroups::is_shown(const GroupId& group) const {
    bool shown = false;
    (void)store_.read([&](ReadTxn& txn) -> Result<> { return shown = txn.has(Table::profile, key_of(group)), Done{}; });
    return shown;
}

std::vector<net::ShownGroup> AnnouncedGroups::all(const Replica& replica) const {
    std::vector<net::ShownGroup> all;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        all.clear();
        txn.scan(Table::profile, view_of(tag), [&](ByteView key, ByteView value) {
            const auto id = GroupId::from(key.subspan(tag.size()));
            const auto* group = id ? replica.group(*id) : nullptr;
            if (group == nullptr || group->members.role_of(replica.identity().device()) != Role::organiser) return true;
            all.push_back({*id, group->genesis.name, std::string(text_of(value)), replica.identity().card.first.name});
            return all.size() < net::limits::shown_count;
        });
        return Done{};
    });
    return all;
}

}  // namespace staffroom
