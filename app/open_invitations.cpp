#include "app/open_invitations.h"

#include <algorithm>

#include "core/wire.h"

namespace staffroom {
namespace {

constexpr std::uint64_t keep_every_ms = 60'000;

// In `invites` under the invitation's key.
struct Row {
    GroupId group;
    std::uint64_t left_ms = 0;
    template <class A>
    void serialize(A& ar) {
        ar(group, left_ms);
    }
};

}  // namespace

OpenInvitations::OpenInvitations(Store& store, std::uint64_t now_ms) : store_(store), kept_ms_(now_ms) {
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        txn.scan(Table::invites, {}, [&](ByteView key, ByteView value) {
            const auto row = decode<Row>(value);
            const auto invite = InviteKey::from(key);
            if (row && invite) open_.push_back({row->group, *invite, now_ms + row->left_ms});
            return true;
        });
        return Done{};
    });
}

Result<> OpenInvitations::add(const GroupId& group, const InviteKey& invite, std::uint64_t minutes,
                              std::uint64_t now_ms) {
    const auto left_ms = std::min<std::uint64_t>(minutes, 525'600) * 60'000;
    auto kept = store_.write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::invites, invite.view(), encode(Row{group, left_ms}));
        return Done{};
    });
    if (kept) open_.push_back({group, invite, now_ms + left_ms});
    return kept;
}

Result<> OpenInvitations::offer_link(const InviteKey& offer, std::uint64_t minutes, std::uint64_t now_ms) {
    if (auto closed = close_link_offers(); !closed) return closed;
    return add(GroupId{}, offer, minutes, now_ms);
}

bool OpenInvitations::has_link_offer(const InviteKey& offer) const {
    return std::any_of(open_.begin(), open_.end(),
                       [&](const Open& each) { return each.group.is_zero() && each.invite == offer; });
}

Result<> OpenInvitations::close_link_offers() {
    return forget([](const Open& each) { return each.group.is_zero(); });
}

Result<> OpenInvitations::forget(const std::function<bool(const Open&)>& which) {
    std::vector<InviteKey> gone;
    for (const auto& each : open_) {
        if (which(each)) gone.push_back(each.invite);
    }
    if (gone.empty()) return Done{};
    std::erase_if(open_, which);
    return store_.write([&](WriteTxn& txn) -> Result<> {
        for (const auto& key : gone) txn.erase(Table::invites, key.view());
        return Done{};
    });
}

std::vector<OpenInvitations::Ended> OpenInvitations::ended(std::uint64_t now_ms) {
    // Nobody has to be told that a link offer is over. A row that stays goes at the next start.
    (void)forget([&](const Open& each) { return each.until_ms <= now_ms && each.group.is_zero(); });
    std::vector<Ended> ended;
    for (const auto& each : open_) {
        if (each.until_ms <= now_ms) ended.push_back({each.group, each.invite});
    }
    if (!open_.empty() && now_ms >= kept_ms_ + keep_every_ms) keep_times(now_ms);
    return ended;
}

void OpenInvitations::closed(const InviteKey& invite, const Result<>& written, std::uint64_t now_ms) {
    const auto is_it = [&](const Open& each) { return each.invite == invite; };
    if (!written && written.code() != Code::refused && written.code() != Code::not_found) {
        for (auto& each : open_) {
            if (is_it(each)) each.until_ms = now_ms + keep_every_ms;
        }
        return;
    }
    std::erase_if(open_, is_it);
    // A row that stays is closed once more at the next start, which changes nothing.
    (void)store_.write([&](WriteTxn& txn) -> Result<> {
        txn.erase(Table::invites, invite.view());
        return Done{};
    });
}

void OpenInvitations::keep_times(std::uint64_t now_ms) {
    kept_ms_ = now_ms;
    (void)store_.write([&](WriteTxn& txn) -> Result<> {
        for (const auto& each : open_) {
            txn.put(Table::invites, each.invite.view(),
                    encode(Row{each.group, each.until_ms - std::min(now_ms, each.until_ms)}));
        }
        return Done{};
    });
}

std::uint64_t OpenInvitations::deadline() const {
    auto next = ~std::uint64_t{0};
    for (const auto& each : open_) next = std::min({next, each.until_ms, kept_ms_ + keep_every_ms});
    return next;
}

}  // namespace staffroom
