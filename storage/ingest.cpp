#include "storage/ingest.h"

#include "core/tree.h"
#include "storage/changes.h"
#include "storage/commit_log.h"
#include "storage/erased_files.h"
#include "storage/erasing.h"
#include "storage/file_policy.h"
#include "storage/file_refs.h"
#include "storage/tree_rows.h"

namespace staffroom {
namespace {

// The parts of a control or key commit, which are only taken whole.
std::optional<std::vector<Bytes>> whole(const std::vector<std::optional<Bytes>>& parts) {
    std::vector<Bytes> all;
    for (const auto& part : parts) {
        if (!part) return std::nullopt;
        all.push_back(*part);
    }
    return all;
}

// Views are written out every so often when everything is folded again, to bound memory.
constexpr std::size_t bytes_per_flush = std::size_t{16} << 20;

Result<ContentPart> open_content(const CommitHeader& header, std::size_t index, ByteView part,
                                 const SymmetricKey& epoch_key) {
    const auto plain = open_part(header, index, part, epoch_key);
    return plain ? decode<ContentPart>(*plain) : Result<ContentPart>{Code::malformed, {}};
}

}  // namespace

Result<CheckedCommit> check(const GroupId& group, Commit commit, const CommitFrame& frame) {
    if (commit.header.group != group || frame.parts.size() != commit.header.parts.size() || !has_signature(commit)) {
        return {Code::malformed, "A change is not what it claims to be.", "It was left out."};
    }
    CheckedCommit checked{std::move(commit), frame};
    for (std::size_t index = 0; index < frame.parts.size(); ++index) {
        auto& part = checked.frame.parts[index];
        if (part && !is_part(checked.commit.header, index, *part)) part.reset();
    }
    return checked;
}

std::vector<ContentPart> open_contents(const CheckedCommit& checked, const SymmetricKey& epoch_key) {
    const auto& [commit, frame] = checked;
    if (commit.header.version > commit_version) return {};
    std::vector<ContentPart> contents;
    for (std::size_t index = 0; index < frame.parts.size(); ++index) {
        auto content = frame.parts[index] ? open_content(commit.header, index, *frame.parts[index], epoch_key)
                                          : Result<ContentPart>{Code::not_found, {}};
        if (!content) return {};
        contents.push_back(std::move(*content));
    }
    return contents;
}

Ingest::Ingest(WriteTxn& txn, Group& group, WaitingRoom& waiting, const Chunks& chunks, bool is_locked)
    : txn_(txn),
      group_(group),
      waiting_(waiting),
      chunks_(chunks),
      is_locked_(is_locked),
      seen_pasts_(txn, group.local()) {
    views_.emplace(txn_, group_.number, group_.id);
}

void Ingest::take(const CheckedCommit& checked, std::span<const ContentPart> contents) {
    const auto& [id, header, bytes] = checked.commit;
    if (commit_log::has(txn_, group_.number, {header.kind, key_of(header.depth, id)})) return;
    if (waiting_.has(txn_, group_.number, id)) return;
    std::vector<CheckedCommit> woken;
    const auto wake_those_behind = [&](const CommitId& arrived) {
        for (auto& frame : waiting_.take_those_waiting_for(txn_, group_.number, arrived)) {
            auto commit = read_commit(frame.commit);
            if (commit) woken.push_back({std::move(*commit), std::move(frame)});
        }
    };
    const auto fate = admit(checked, contents);
    if (fate == Fate::waits) done_.report.waiting.push_back(id);
    if (fate == Fate::complete) wake_those_behind(id);
    while (!woken.empty()) {
        const auto next = std::move(woken.back());
        woken.pop_back();
        if (admit(next) == Fate::complete) wake_those_behind(next.commit.id);
    }
}

Ingest::Fate Ingest::admit(const CheckedCommit& checked, std::span<const ContentPart> contents) {
    const auto& header = checked.commit.header;
    const auto missing = missing_ancestors(header);
    if (!missing.empty()) {
        // What lies in another group never comes into this one.
        if (std::any_of(missing.begin(), missing.end(), [&](const CommitId& id) { return is_elsewhere(id); })) {
            decline(checked.commit.id, Declined::malformed);
            return Fate::declined;
        }
        if (waiting_.put(txn_, group_.number, checked.commit, checked.frame, missing)) return Fate::waits;
        decline(checked.commit.id, Declined::full);
        return Fate::declined;
    }
    if (!depth_is_right(header)) {
        decline(checked.commit.id, Declined::malformed);
        return Fate::declined;
    }
    return complete(checked, contents);
}

bool Ingest::is_here(const CommitId& content) const {
    return depths_.contains(content) || commit_log::has(txn_, group_.number, content);
}

bool Ingest::is_elsewhere(const CommitId& id) {
    if (!groups_) groups_ = numbered_groups(txn_);
    return std::any_of(groups_->begin(), groups_->end(), [&](const auto& group) {
        return group.first != group_.number && commit_log::has(txn_, group.first, id);
    });
}

std::optional<std::uint64_t> Ingest::depth_in(const CommitId& id, CommitKind kind) {
    if (kind == CommitKind::control && id == root_of(group_.id)) return 0;
    if (const auto fresh = depths_.find(id); fresh != depths_.end()) {
        return fresh->second.first == kind ? std::optional(fresh->second.second) : std::nullopt;
    }
    const auto place = commit_log::find(txn_, group_.number, id);
    return place && place->kind == kind ? std::optional(depth_of(place->key)) : std::nullopt;
}

std::vector<CommitId> Ingest::missing_ancestors(const CommitHeader& header) {
    std::vector<CommitId> missing;
    for (const auto& parent : header.parents) {
        const bool here = header.kind == CommitKind::control ? group_.members.has(parent) : is_here(parent);
        if (!here) missing.push_back(parent);
    }
    for (const auto& auth : header.auth) {
        if (!group_.members.has(auth)) missing.push_back(auth);
    }
    return missing;
}

bool Ingest::depth_is_right(const CommitHeader& header) {
    std::uint64_t deepest = 0;
    const auto& before = header.kind == CommitKind::key ? header.auth : header.parents;
    const auto kind = header.kind == CommitKind::content ? CommitKind::content : CommitKind::control;
    for (const auto& id : before) {
        const auto depth = depth_in(id, kind);
        if (!depth) return false;  // of another kind
        deepest = std::max(deepest, *depth);
    }
    return header.depth == deepest + 1;
}

Ingest::Fate Ingest::complete(const CheckedCommit& checked, std::span<const ContentPart> contents) {
    const auto kind = checked.commit.header.kind;
    const bool taken = kind == CommitKind::control ? fold_control(checked)
                       : kind == CommitKind::key   ? fold_key(checked)
                                                   : fold_content(checked, contents);
    return taken ? Fate::complete : Fate::declined;
}

void Ingest::append(const CheckedCommit& checked) {
    const auto& commit = checked.commit;
    const bool fresh = commit_log::append(txn_, group_.number, commit, checked.frame.parts);
    for (std::size_t index = 0; index < checked.frame.parts.size(); ++index) {
        const PartName part{commit.id, static_cast<std::uint16_t>(index)};
        if (!checked.frame.parts[index] && erasing::is_gone(txn_, group_.number, part)) {
            commit_log::forget_want(txn_, group_.number, part.commit, part.index);
        }
    }
    if (fresh) added_[commit.header.kind].push_back(key_of(commit.header.depth, commit.id));
    depths_.emplace(commit.id, std::pair(commit.header.kind, commit.header.depth));
    done_.report.fresh.push_back(commit.id);
    done_.report.control |= commit.header.kind == CommitKind::control;
}

bool Ingest::fold_control(const CheckedCommit& checked) {
    const auto parts = whole(checked.frame.parts);
    if (!parts) return decline(checked.commit.id, Declined::malformed), false;
    const auto ops = read_control_ops(*parts);
    if (!group_.members.author_of(checked.commit, ops)) return decline(checked.commit.id, Declined::no_right), false;
    const auto shift = group_.add_control(txn_, checked.commit, ops);
    append(checked);
    done_.members_changed = true;
    if (!shift.contents.empty()) fold_again_ = true;
    for (const auto& person : shift.people) {
        if (txn_.has(Table::views, keys::authored(group_.number, person))) fold_again_ = true;
    }
    return true;
}

bool Ingest::fold_key(const CheckedCommit& checked) {
    const auto& header = checked.commit.header;
    const auto parts = whole(checked.frame.parts);
    if (!parts) return decline(checked.commit.id, Declined::malformed), false;
    const auto person = group_.members.author_of(header.author, header.auth);
    if (!person) return decline(checked.commit.id, Declined::no_right), false;
    append(checked);
    for (const auto& epoch : group_.add_key(checked.commit, *person, *parts)) opened_.insert(epoch);
    done_.keys_changed = true;
    return true;
}

bool Ingest::fold_content(const CheckedCommit& checked, std::span<const ContentPart> contents) {
    const auto& header = checked.commit.header;
    const auto person = group_.members.author_of(header.author, header.auth);
    if (!person) return decline(checked.commit.id, Declined::no_right), false;
    const auto authored = keys::authored(group_.number, *person);
    if (!txn_.has(Table::views, authored)) txn_.put(Table::views, authored, {});
    append(checked);
    // What a removal knows is told by the content that it saw: when that comes late, all is judged again.
    if (group_.seen_later.erase(checked.commit.id) != 0 && group_.may_mask) fold_again_ = true;
    if (fold_again_) return true;
    // Without its views nothing can be folded now, known or not.
    contents.empty() || is_locked_ ? fold_parts(checked.commit, *person, checked.frame.parts)
                                   : fold_contents(checked.commit, *person, contents);
    return true;
}

PartOrigin Ingest::origin_of(const Commit& commit, const PersonId& person) {
    const auto judgement = group_.members.judge(
        commit, person, [&](const CommitId& control) { return seen_pasts_.is_known_to(control, commit.id); });
    PartOrigin origin;
    origin.commit = key_of(commit.header.depth, commit.id);
    origin.person = person;
    origin.device = {commit.header.author, commit.header.run};
    origin.role = judgement.role;
    origin.wall_ms = commit.header.wall_ms;
    origin.masked = !judgement.shown();
    return origin;
}

void Ingest::fold_parts(const Commit& commit, const PersonId& person, const std::vector<std::optional<Bytes>>& parts) {
    // The ops of a newer program are kept and passed on; they are read after the upgrade.
    if (commit.header.version > commit_version) return;
    auto origin = origin_of(commit, person);
    for (std::size_t index = 0; index < parts.size(); ++index) {
        if (!parts[index]) continue;
        origin.part = static_cast<std::uint16_t>(index);
        fold_part(commit, origin, *parts[index]);
    }
}

void Ingest::fold_contents(const Commit& commit, const PersonId& person, std::span<const ContentPart> contents) {
    auto origin = origin_of(commit, person);
    for (std::size_t index = 0; index < contents.size(); ++index) {
        origin.part = static_cast<std::uint16_t>(index);
        const auto& content = contents[index];
        content.record.is_zero() ? fold_erasing(origin, content) : views_->take(origin, content);
    }
}

void Ingest::fold_part(const Commit& commit, const PartOrigin& origin, ByteView part) {
    const auto* key = group_.key(commit.header.epoch);
    if (key == nullptr || is_locked_) {
        txn_.put(Table::views, keys::unread(group_.number, commit.header.epoch, origin.commit, origin.part), {});
        return;
    }
    auto content = open_content(commit.header, origin.part, part, *key);
    if (!content) {
        txn_.put(Table::set_aside, keys::part(commit.id, origin.part), {});
        return;
    }
    if (content->record.is_zero()) return fold_erasing(origin, *content);
    views_->take(origin, std::move(*content));
}

void Ingest::fold_erasing(const PartOrigin& origin, const ContentPart& part) {
    if (origin.masked || part.ops.size() != 1) return;
    const bool organiser = origin.role == Role::organiser;
    const auto& op = part.ops.front();
    if (op.kind == EraseOp::kind) {
        const auto erase = read_op<EraseOp>(op);
        if (!erase) return;
        for (const auto& record : erase->records) {
            erasing::claim(txn_, group_.number, record, origin.commit, origin.part,
                           {origin.person, organiser, erase->why});
            settle(record);
        }
        for (const auto& manifest : erase->files) {
            erased_files::claim(txn_, group_.number, manifest, origin.commit, origin.part,
                                {origin.person, organiser, erase->why});
            for (const auto& [record, file] : file_refs::holders_of(txn_, group_.number, manifest)) settle(record);
        }
    } else if (op.kind == GoneOp::kind) {
        const auto gone = read_op<GoneOp>(op);
        if (!gone) return;
        for (const auto& each : gone->parts) {
            // Who lists a commit of their own has it, so it is among what came before this.
            const auto kept = commit_log::read(txn_, group_.local(), each.commit);
            if (!kept) continue;
            const auto author = group_.members.author_of(kept->commit.header.author, kept->commit.header.auth);
            if (organiser || author == origin.person)
                erasing::note_gone(txn_, group_.number, {each.commit, each.index});
        }
    }
}

void Ingest::settle_erasures() {
    if (!erasing::has_any(txn_, group_.number)) return;
    if (fold_again_) {
        for (const auto& record : erasing::records_of(txn_, group_.number)) settle(record);
    }
    for (const auto& record : done_.touched) {
        auto gone = erasing::settle(txn_, chunks_, group_, record, group_.me());
        done_.chunks_gone.insert(done_.chunks_gone.end(), gone.begin(), gone.end());
    }
}

void Ingest::take_part(const PartName& name, ByteView part) {
    if (!commit_log::is_wanted(txn_, group_.number, name.commit, name.index)) return;
    const auto kept = commit_log::read(txn_, group_.local(), name.commit);
    if (!kept || !is_part(kept->commit.header, name.index, part)) return;
    const auto* commit = &kept->commit;
    commit_log::put_part(txn_, group_.number, name.commit, name.index, part);
    if (commit->header.kind != CommitKind::content || commit->header.version > commit_version || fold_again_) return;
    const auto person = group_.members.author_of(commit->header.author, commit->header.auth);
    if (!person) return;
    auto origin = origin_of(*commit, *person);
    origin.part = name.index;
    fold_part(*commit, origin, part);
}

bool Ingest::is_behind(ReadTxn& txn, const Group& group) {
    const auto has_unread = [&](const auto& held) {
        bool any = false;
        txn.scan_keys(Table::views, keys::unread(group.number, held.first),
                      [&](ByteView) { return any = true, false; });
        return any;
    };
    return txn.has(Table::views, keys::stale(group.number)) ||
           std::any_of(group.held.begin(), group.held.end(), has_unread);
}

void Ingest::catch_up() {
    if (txn_.has(Table::views, keys::stale(group_.number))) fold_again_ = true;
    for (const auto& [epoch, key] : group_.held) opened_.insert(epoch);
}

void Ingest::read_unread(const EpochId& epoch) {
    const auto prefix = keys::unread(group_.number, epoch);
    std::vector<std::pair<CommitKey, std::uint16_t>> rows;
    txn_.scan_keys(Table::views, prefix, [&](ByteView key) {
        const auto rest = key.subspan(prefix.size());
        const auto index = rest.subspan(CommitKey::size);
        rows.emplace_back(*CommitKey::from(rest.first(CommitKey::size)),
                          static_cast<std::uint16_t>(static_cast<unsigned>(index[0]) << 8 | index[1]));
        return true;
    });
    txn_.erase_all(Table::views, prefix);
    std::optional<commit_log::Kept> kept;
    for (const auto& [key, index] : rows) {
        if (!kept || kept->commit.id != id_of(key))
            kept = commit_log::read(txn_, group_.local(), {CommitKind::content, key});
        if (!kept || index >= kept->parts.size() || !kept->parts[index]) continue;
        const auto& header = kept->commit.header;
        const auto person = group_.members.author_of(header.author, header.auth);
        if (!person) continue;
        auto origin = origin_of(kept->commit, *person);
        origin.part = index;
        fold_part(kept->commit, origin, *kept->parts[index]);
    }
}

void Ingest::flush_views() {
    if (const auto flushed = views_->flush(); !flushed && !failure_) failure_ = flushed.error();
    const auto touched = views_->touched();
    done_.touched.insert(touched.begin(), touched.end());
    for (const auto& named : views_->files()) {
        if (named.file.manifest.empty()) continue;
        const auto& manifest = named.file.manifest.front().id;
        if (erased_files::is_claimed(txn_, group_.number, manifest)) {
            erased_files::note(txn_, group_.number, named.record, named.file);
            // What went does not come back by being named again.
            const auto erased = erased_files::find(txn_, group_.number, named.record, manifest);
            if (erased && erased->left_ms == 0) continue;
        }
        file_refs::refer(txn_, chunks_, group_.number, named.record, named.file,
                         file_policy::for_named(txn_, group_.number, named.record, named.file));
        done_.files_changed = true;
    }
    views_.emplace(txn_, group_.number, group_.id);
}

void Ingest::fold_all_content() {
    seen_pasts_.forget();
    views_.emplace(txn_, group_.number, group_.id);
    Views::forget(txn_, group_.number);
    txn_.erase_all(Table::views, keys::unread(group_.number));
    txn_.erase(Table::views, keys::stale(group_.number));
    std::vector<CommitKey> content;
    commit_log::each(txn_, group_.number, CommitKind::content, [&](const CommitKey& key) {
        content.push_back(key);
        return true;
    });
    for (const auto& key : content) {
        const auto kept = commit_log::read(txn_, group_.local(), {CommitKind::content, key});
        if (!kept) continue;
        const auto& header = kept->commit.header;
        const auto person = group_.members.author_of(header.author, header.auth);
        if (!person) continue;
        fold_parts(kept->commit, *person, kept->parts);
        if (views_->bytes_held() >= bytes_per_flush) flush_views();
    }
}

Result<Ingested> Ingest::finish() {
    for (auto& [kind, keys] : added_) {
        std::sort(keys.begin(), keys.end());
        TreeRows rows(txn_, group_.number, kind);
        if (const auto grown = grow_tree(rows, keys); !grown) return grown.error();
    }
    if (is_locked_) {
        if (fold_again_) txn_.put(Table::views, keys::stale(group_.number), {});
        return std::move(done_);
    }
    if (fold_again_) {
        fold_all_content();
    } else {
        for (const auto& epoch : opened_) read_unread(epoch);
    }
    flush_views();
    settle_erasures();
    if (failure_) return *failure_;
    fold_again_ ? changes::note_all(txn_, group_.number) : changes::note(txn_, group_.number, done_.touched);
    return std::move(done_);
}

}  // namespace staffroom
