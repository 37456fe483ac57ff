#include "net/range_comparison.h"

#include <algorithm>
#include <bit>

namespace staffroom::net {
namespace {
constexpr std::size_t keys_always_listed = 32;
constexpr std::size_t keys_listed_at_once = 128;
constexpr std::size_t keys_met_by_a_list = 8 * limits::listed_ids;
// Of items, so that the frames they are cut into, each filled but for one item, are never more than a turn has.
constexpr std::size_t turn_bytes = (limits::reconcile_frames - 1) * 56 * 1024;

Error nonsense() {
    return {Code::malformed, "That computer lost the thread while comparing what both have.",
            "Check that both computers run the same version of Staffroom."};
}
}  // namespace

Result<std::vector<RangeItem>> RangeComparison::open(TreeReader& set, std::uint64_t theirs) {
    const auto top = set.under(Prefix());
    if (!top) return top.error();
    if (theirs == 0) {
        push(Prefix(), top->count);
        return std::vector<RangeItem>();
    }
    if (top->count > keys_always_listed && (top->count > keys_listed_at_once || theirs > keys_met_by_a_list))
        return overview(set);
    auto item = describe(set, Prefix(), keys_listed_at_once);
    if (!item) return item.error();
    return std::vector{std::move(*item)};
}

// Two levels, and the way to the newest commits, where sets differ as a rule.
Result<std::vector<RangeItem>> RangeComparison::overview(TreeReader& set) {
    std::vector<RangeItem> items;
    std::vector<Prefix> ranges{Prefix()};
    while (!ranges.empty()) {
        for (const auto& range : ranges) {
            auto item = describe(set, range, 0);
            if (!item) return item.error();
            items.push_back(std::move(*item));
        }
        const auto& node = std::get<Summary>(items.back().says).node;
        const auto branches = set.branches(node);
        if (!branches) return branches.error();
        ranges.clear();
        for (std::uint8_t digit = 0; digit < 16; ++digit) {
            if ((*branches)[digit].kind != Branch::Kind::node) continue;
            if (items.size() > 1) ranges.clear();
            ranges.push_back(node.with(digit));
        }
    }
    return items;
}

Result<> RangeComparison::take(TreeReader& set, const std::vector<RangeItem>& items) {
    std::vector<Prefix> around;
    for (const auto& item : items) {
        while (!around.empty() && !around.back().contains(item.range)) around.pop_back();
        // Inside another item's range it says more about what is in doubt there, or nothing that matters.
        const bool in_doubt = doubted_.erase(item.range) != 0;
        if (!around.empty() && !in_doubt) continue;
        if (std::holds_alternative<Summary>(item.says)) around.push_back(item.range);
        if (auto done = std::visit([&](const auto& says) { return compare(set, item.range, says); }, item.says); !done)
            return done;
    }
    progress_ += listed_.size();
    listed_.clear();
    const auto top = set.under(Prefix());
    if (!top) return top.error();
    // An honest side asks for no key twice.
    if (pushed_ > top->count) return nonsense();
    return Done{};
}

Result<> RangeComparison::compare(TreeReader& set, const Prefix& range, const Summary& summary) {
    const auto& node = summary.node;
    const auto whole = node == range ? Result<Branch>(Branch()) : set.under(range);
    if (!whole) return whole.error();
    // Beside their node they have nothing.
    if (whole->count > 0 && !node.contains(whole->prefix)) {
        for (auto size = range.size(); size < node.size(); ++size) {
            const auto beside = set.branches(node.cut(size));
            if (!beside) return beside.error();
            for (std::uint8_t digit = 0; digit < 16; ++digit)
                if (digit != node[size]) push(node.cut(size).with(digit), (*beside)[digit].count);
        }
    }

    const auto branches = set.branches(node);
    if (!branches) return branches.error();
    enum class Child : std::uint8_t { absent, ours, theirs, equal, different };
    std::array<Child, 16> children{};
    std::size_t both = 0, different = 0, keys = 0;
    auto fingerprint = summary.fingerprints.begin();
    for (std::uint8_t digit = 0; digit < 16; ++digit) {
        const auto& branch = (*branches)[digit];
        auto& child = children[digit];
        if ((summary.digits >> digit & 1) != 0) {
            const bool same = short_of(branch.fingerprint.view()) == *fingerprint++;
            child = branch.count == 0 ? Child::theirs : same ? Child::equal : Child::different;
        } else if (branch.count > 0) {
            child = Child::ours;
        }
        both += child == Child::equal || child == Child::different ? 1u : 0u;
        different += child == Child::different ? 1u : 0u;
        keys += branch.count;
        progress_ += child != Child::absent ? 1u : 0u;
    }
    // Where nearly everything differs, as when two worked apart, looking closer costs more than it tells.
    const bool dense = different >= 8 && 4 * different >= 3 * both;
    // A summary of what we listed just now says that they have too much there for a list.
    if (dense && keys <= limits::listed_ids && !listed_.contains(range)) {
        doubted_[node] = {keys, limits::listed_ids};
        return Done{};
    }
    for (std::uint8_t digit = 0; digit < 16; ++digit) {
        const auto child = node.with(digit);
        const std::size_t count = (*branches)[digit].count;
        if (children[digit] == Child::ours) push(child, count);
        if (children[digit] == Child::theirs) lacking_.insert(child);
        if (children[digit] == Child::different)
            doubted_[child] = {count, dense ? bucket_keys_max : keys_always_listed};
    }
    return Done{};
}

Result<> RangeComparison::compare(TreeReader& set, const Prefix& range, const Listing& listing) {
    ++progress_;
    const auto keys = set.keys(range, keys_met_by_a_list + 1);
    if (!keys) return keys.error();
    if (keys->size() > keys_met_by_a_list) {
        doubted_[range] = {keys->size(), keys_always_listed};
        return Done{};
    }
    std::vector<std::pair<Short, std::uint16_t>> unmet;
    unmet.reserve(listing.ids.size());
    for (const auto id : listing.ids) unmet.emplace_back(id, static_cast<std::uint16_t>(unmet.size()));
    std::sort(unmet.begin(), unmet.end());
    std::vector<bool> met(unmet.size());
    for (const auto& key : *keys) {
        const auto id = short_of(key.view());
        auto at = std::lower_bound(unmet.begin(), unmet.end(), std::pair<Short, std::uint16_t>(id, 0));
        if (at == unmet.end() || at->first != id) push(key);
        for (; at != unmet.end() && at->first == id; ++at) met[at->second] = true;
    }
    Wanted want;
    want.all = keys->empty();
    for (std::size_t i = 0; i < met.size() && !want.all; ++i)
        if (!met[i]) want.positions.push_back(static_cast<std::uint16_t>(i));
    if (want.all || !want.positions.empty()) wanted_.push_back({range, std::move(want)});
    return Done{};
}

Result<> RangeComparison::compare(TreeReader& set, const Prefix& range, const SendAll&) {
    const auto ours = set.under(range);
    if (!ours) return ours.error();
    ++progress_;
    push(range, ours->count);
    return Done{};
}

Result<> RangeComparison::compare(TreeReader&, const Prefix& range, const Wanted& want) {
    const auto listed = listed_.find(range);
    if (listed == listed_.end()) return nonsense();
    const auto& keys = listed->second;
    if (want.all) {
        for (const auto& key : keys) push(key);
    }
    for (const auto at : want.positions) {
        if (at >= keys.size()) return nonsense();
        push(keys[at]);
    }
    return Done{};
}

Result<std::vector<RangeItem>> RangeComparison::answer(TreeReader& set) {
    // What was wanted of a list must be said at once: the other side remembers its list for one turn.
    auto items = std::move(wanted_);
    wanted_.clear();
    std::size_t size = 0, keys = 0;
    for (const auto& item : items) size += encoded_size(item, Prefix());
    const auto add = [&](RangeItem item) {
        size += encoded_size(item, Prefix());
        items.push_back(std::move(item));
    };
    while (!lacking_.empty() && size < turn_bytes) {
        add({*lacking_.begin(), SendAll{}});
        lacking_.erase(lacking_.begin());
    }
    for (const auto& [range, doubt] : doubted_) keys += doubt.keys;
    const bool list_all = keys <= keys_listed_at_once;
    while (!doubted_.empty() && size < turn_bytes) {
        const auto& [range, doubt] = *doubted_.begin();
        auto item = describe(set, range, list_all ? keys_listed_at_once : doubt.listed);
        if (!item) return item.error();
        doubted_.erase(doubted_.begin());
        add(std::move(*item));
    }
    std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.range < b.range; });

    // Ranges overlap only when the other side broke the rules; what follows must still be a turn that keeps them.
    std::vector<RangeItem> turn;
    turn.reserve(items.size());
    for (auto& item : items) {
        if (!turn.empty() && (turn.back().range == item.range || (!std::holds_alternative<Summary>(turn.back().says) &&
                                                                  turn.back().range.contains(item.range))))
            continue;
        turn.push_back(std::move(item));
    }
    return turn;
}

// A list of up to `listed` keys, else a summary. Counted anew: the set may have changed since the range was in doubt.
Result<RangeItem> RangeComparison::describe(TreeReader& set, const Prefix& range, std::size_t listed) {
    const auto branch = set.under(range);
    if (!branch) return branch.error();
    if (branch->count == 0) return RangeItem{range, SendAll{}};
    if (branch->count <= std::max(listed, bucket_keys_max)) {
        auto keys = set.keys(range, branch->count);
        if (!keys) return keys.error();
        if (keys->size() != branch->count) return tree_is_damaged();
        if (keys->size() == 1 || keys->size() <= listed) return list(range, std::move(*keys));
        const Prefix node(keys->front(), Prefix::common(keys->front(), keys->back()));
        if (keys->size() <= bucket_keys_max) return summary_of(range, node, branches_of(node, *keys));
    }
    const auto branches = set.branches(branch->prefix);
    if (!branches) return branches.error();
    return summary_of(range, branch->prefix, *branches);
}

RangeItem RangeComparison::summary_of(const Prefix& range, const Prefix& node, const Branches& branches) const {
    Summary summary;
    summary.node = node;
    for (std::uint8_t digit = 0; digit < 16; ++digit) {
        if (branches[digit].count == 0) continue;
        summary.digits |= static_cast<std::uint16_t>(1 << digit);
        summary.fingerprints.push_back(short_of(branches[digit].fingerprint.view()));
    }
    return {range, std::move(summary)};
}

RangeItem RangeComparison::list(const Prefix& range, std::vector<CommitKey> keys) {
    Listing listing;
    listing.ids.reserve(keys.size());
    for (const auto& key : keys) listing.ids.push_back(short_of(key.view()));
    listed_[range] = std::move(keys);
    RangeItem item;
    item.range = range;
    item.says = std::move(listing);
    return item;
}

void RangeComparison::push(const Prefix& range, std::uint64_t count) {
    if (count == 0) return;
    in_order_ = in_order_ && (pushes_.empty() || pushes_.back() < range);
    pushes_.push_back(range);
    pushed_ += count;
}

Result<std::vector<CommitKey>> RangeComparison::take_pushes(const TreeStore& set, std::size_t most) {
    std::vector<CommitKey> taken;
    if (!in_order_) std::sort(pushes_.begin() + (pushed_up_to_ ? 1 : 0), pushes_.end());
    in_order_ = true;
    while (taken.size() < most && !pushes_.empty()) {
        const auto& range = pushes_.front();
        if (range.size() == Prefix::max_size) {
            taken.push_back(range.low());
            pushes_.pop_front();
            continue;
        }
        // The key taken last comes along once more, so that no successor has to be computed.
        const auto again = pushed_up_to_ ? 1u : 0u;
        const auto wanted = most - taken.size();
        const auto keys = set.keys(pushed_up_to_.value_or(range.low()), range.high(), wanted + again);
        if (!keys) return keys.error();
        taken.insert(taken.end(), keys->begin() + std::min<std::ptrdiff_t>(again, std::ssize(*keys)), keys->end());
        if (keys->size() < wanted + again) {
            pushes_.pop_front();
            pushed_up_to_.reset();
        } else {
            pushed_up_to_ = keys->back();
        }
    }
    return taken;
}

}  // namespace staffroom::net
