#include "storage/author.h"

#include <future>

#include "core/members/rekey.h"
#include "storage/commit_log.h"
#include "storage/cores.h"

namespace staffroom {
namespace {

// Room for the header's lists and the signature beside the parts.
constexpr std::size_t header_room = 6 * 1024;
// What sealing and naming a part cost besides its plain bytes: nonce, tag, hash and size in the header.
constexpr std::size_t part_room = Nonce24::size + seal_overhead + Hash::size + 3;

// Sealing and naming one takes about 2 us.
constexpr std::size_t parts_per_thread = 64;

// As many as one commit takes, and one at least.
void fill(Draft& draft, std::span<const ContentPart> parts) {
    draft.parts.clear();
    std::size_t bytes = header_room;
    for (const auto& part : parts.first(std::min(parts.size(), limits::parts_count))) {
        auto plain = encode(part);
        bytes += plain.size() + part_room;
        if (bytes > limits::commit_bytes && !draft.parts.empty()) return;
        draft.parts.push_back(std::move(plain));
    }
}

Error may_not_write() {
    return {Code::refused, "You cannot change anything in this group.", "Ask an organiser of the group."};
}

}  // namespace

Result<> Author::may_write() const {
    if (group_.members.needs_update()) {
        return {Code::refused, "A colleague uses a newer version in this group.", "Update this program, then write."};
    }
    return Done{};
}

std::uint64_t Author::deepest(const std::vector<CommitId>& ids) const {
    std::uint64_t depth = 0;
    for (const auto& id : ids) {
        // The genesis is no commit: depth 0.
        const auto place = commit_log::find(txn_, group_.number, id);
        if (place) depth = std::max(depth, depth_of(place->key));
    }
    return depth;
}

// At most limits::heads_count of them: above that, commits without ops join the shallowest first.
Result<std::vector<CommitId>> Author::heads(CommitKind kind) {
    while (true) {
        const auto keys = commit_log::heads(txn_, group_.number, kind);
        std::vector<CommitId> ids;
        for (const auto& key : keys) ids.push_back(id_of(key));
        if (ids.empty() && kind == CommitKind::control) ids.push_back(root_of(group_.id));
        if (ids.size() <= limits::heads_count) return ids;
        ids.resize(limits::heads_count);
        Draft draft;
        draft.kind = kind;
        draft.parents = ids;
        if (kind == CommitKind::content) {
            auto auth = heads(CommitKind::control);
            if (!auth) return auth.error();
            auto epoch = epoch_to_write_with();
            if (!epoch) return epoch.error();
            draft.auth = *auth;
            draft.epoch = *epoch;
        }
        if (auto joined = commit(std::move(draft)); !joined) return joined.error();
    }
}

Result<CommitId> Author::commit(Draft draft) {
    complete(draft);
    auto composed = compose(draft);
    if (!composed) return composed.error();
    const auto id = composed->commit.id;
    if (auto taken = take(std::move(*composed)); !taken) return taken.error();
    return id;
}

void Author::complete(Draft& draft) const {
    draft.group = group_.id;
    draft.run = identity_.run;
    draft.wall_ms = wall_ms_;
    draft.depth = 1 + deepest(draft.kind == CommitKind::key ? draft.auth : draft.parents);
}

Result<Composed> Author::compose(const Draft& draft) const {
    const auto* epoch_key = draft.kind == CommitKind::content ? group_.key(draft.epoch) : nullptr;
    return staffroom::compose(draft, epoch_key, key_,
                              [](std::size_t count, const std::function<void(std::size_t)>& seal) {
                                  on_all_cores(parts_per_thread, count, seal);
                              });
}

Result<> Author::take(Composed composed, std::span<const ContentPart> contents) {
    const CheckedCommit checked{std::move(composed.commit), std::move(composed.frame)};
    ingest_.take(checked, contents);
    // The log takes everything that is valid, so an own commit that it declines is one we had no right to write.
    if (!commit_log::has(txn_, group_.number, checked.commit.id)) return may_not_write();
    return Done{};
}

Result<> Author::content(const std::vector<ContentPart>& parts) {
    if (auto may = may_write(); !may) return may;
    if (group_.members.role_of(identity_.device()) < Role::member) return may_not_write();
    if (parts.empty()) return Done{};
    auto draft = draft_of_content();
    if (!draft) return draft.error();
    std::span<const ContentPart> left(parts);
    const auto next = [&]() -> Result<Composed> {
        fill(*draft, left);
        left = left.subspan(draft->parts.size());
        auto composed = compose(*draft);
        if (composed) {
            draft->parents = {composed->commit.id};
            ++draft->depth;
        }
        return composed;
    };
    auto composed = next();
    for (auto rest = std::span<const ContentPart>(parts); composed;) {
        const auto contents = rest.first(composed->frame.parts.size());
        rest = rest.subspan(contents.size());
        // While this one is folded, the next is sealed and signed.
        auto following = rest.empty() ? std::future<Result<Composed>>() : std::async(std::launch::async, next);
        const auto taken = take(std::move(*composed), contents);
        if (following.valid()) composed = following.get();
        if (!taken || rest.empty()) return taken;
    }
    return composed.error();
}

Result<Draft> Author::draft_of_content() {
    auto auth = heads(CommitKind::control);
    if (!auth) return auth.error();
    auto epoch = epoch_to_write_with();
    if (!epoch) return epoch.error();
    auto parents = heads(CommitKind::content);
    if (!parents) return parents.error();
    Draft draft;
    draft.parents = std::move(*parents);
    draft.auth = std::move(*auth);
    draft.epoch = *epoch;
    complete(draft);
    return draft;
}

Result<CommitId> Author::control(const std::vector<Op>& ops) {
    if (auto may = may_write(); !may) return may.error();
    auto seen = heads(CommitKind::content);
    if (!seen) return seen.error();
    auto parents = heads(CommitKind::control);
    if (!parents) return parents.error();
    Draft draft;
    draft.kind = CommitKind::control;
    draft.parents = std::move(*parents);
    draft.seen = std::move(*seen);
    draft.parts = {encode(OpList{ops})};
    auto written = commit(std::move(draft));
    if (!written) return written;
    // E2 and E4: whoever reads now can open what is written next, and whoever was cut cannot.
    const auto may_key = group_.members.role_of(identity_.device()) >= Role::member;
    if (may_key && commit_log::has_any(txn_, group_.number, CommitKind::key)) {
        if (auto epoch = epoch_to_write_with(); !epoch) return epoch.error();
    }
    return written;
}

Result<> Author::key(const Op& op) {
    if (auto may = may_write(); !may) return may;
    if (group_.members.role_of(identity_.device()) < Role::member) return may_not_write();
    return key_commit(op);
}

Result<EpochId> Author::epoch_to_write_with() {
    if (const auto fit = group_.epochs.choose(group_.members, group_.held)) {
        const auto left_out = group_.epochs.left_out(*fit, group_.members);
        if (auto shared = share(*fit, left_out); !shared) return shared.error();
        return *fit;
    }
    const auto begun =
        make_rekey(group_.id, group_.members.readers(), group_.epochs.to_wrap(group_.held, group_.members.newcomers()));
    for (const auto& op : begun.commits) {
        if (auto written = key_commit(make_op(op)); !written) return written.error();
    }
    return begun.epoch;
}

Result<> Author::begin_epoch_after_merge() {
    if (group_.members.needs_update() || group_.epochs.duty(group_.members, group_.held) != KeyDuty::now) return Done{};
    const auto last = commit_log::heads(txn_, group_.number, CommitKind::control);
    if (last.size() == 1) {
        const commit_log::Place place{CommitKind::control, last.front()};
        const auto kept = commit_log::read(txn_, group_.local(), place);
        if (kept && group_.members.role_of(kept->commit.header.author) >= Role::member) return Done{};
    }
    if (auto epoch = epoch_to_write_with(); !epoch) return epoch.error();
    return Done{};
}

Result<> Author::share(const EpochId& epoch, const std::vector<DeviceRecord>& devices) {
    for (const auto& op : make_shares(epoch, *group_.key(epoch), devices)) {
        if (auto written = key_commit(make_op(op)); !written) return written;
    }
    return Done{};
}

Result<> Author::share_with(const DeviceId& device, const std::vector<EpochId>& asked) {
    const auto* record = group_.members.record_of(device);
    if (record == nullptr) return Done{};
    const auto to = *record;
    for (const auto& epoch : group_.epochs.owed(device, asked, group_.members, group_.held)) {
        if (auto shared = share(epoch, {to}); !shared) return shared;
    }
    return Done{};
}

Result<> Author::say_what_does_not_open() {
    for (const auto& op : group_.epochs.cannot_open(group_.held)) {
        if (auto written = key_commit(make_op(op)); !written) return written;
    }
    return Done{};
}

Result<> Author::key_commit(const Op& op) {
    auto auth = heads(CommitKind::control);
    if (!auth) return auth.error();
    Draft draft;
    draft.kind = CommitKind::key;
    draft.auth = std::move(*auth);
    draft.parts = {encode(OpList{{op}})};
    auto written = commit(std::move(draft));
    if (!written) return written.error();
    return Done{};
}

}  // namespace staffroom
