#include "core/merge/branch.h"

#include <algorithm>
#include <cassert>

namespace staffroom {
namespace {

// Applies an edit to a walker alone.
void walk_edit(Walker& walker, const EventLog& log, EditIndex edit, bool hidden, std::vector<Walker::Erased>& erased) {
    const auto base = log.graph().base_of(edit);
    walker.move_to(base);
    walker.begin(edit, hidden);
    log.each_change(edit, [&](const EventLog::Change& change) {
        erased.clear();
        if (change.deleted > 0) walker.erase(change.position, change.deleted, erased);
        if (change.inserted > 0) walker.insert(change.position, change.inserted);
    });
}

}  // namespace

bool Branch::covers(std::span<const EditIndex> base) const {
    if (heads_.size() == 1) return std::binary_search(base.begin(), base.end(), heads_[0]);
    return std::includes(base.begin(), base.end(), heads_.begin(), heads_.end());
}

void Branch::assign(std::string_view text, Version heads) {
    rope_.assign(text);
    heads_ = std::move(heads);
    settled_ = {};
    if (heads_.size() == 1) settled_.push(heads_[0]);
    walker_.reset();
}

std::uint32_t Branch::length_at(const EventLog& log, std::span<const EditIndex> base,
                                std::span<const EditRange> applied, const Hidden& hidden) {
    settled_.cut(base);
    if (hidden.any()) {
        if (!walker_ || walker_settled_ != no_edit) start_walker(log, no_edit, applied, hidden);
    } else if (covers(base)) {
        walker_.reset();
        return rope_.length();
    } else {
        const auto settled = settled_.last();
        const bool reaches =
            walker_ && (walker_settled_ == no_edit || (settled != no_edit && walker_settled_ <= settled));
        if (!reaches) start_walker(log, settled, applied, hidden);
    }
    walker_->move_to(base);
    return walker_->length();
}

void Branch::start_walker(const EventLog& log, EditIndex settled, std::span<const EditRange> applied,
                          const Hidden& hidden) {
    walker_ = std::make_unique<Walker>(log, settled);
    walker_settled_ = settled;
    walker_->set_old_length(max_text_length);  // what was applied once is in range
    for (const auto range : applied) {
        auto edit = settled == no_edit ? range.begin : std::max(range.begin, settled + 1);
        for (; edit < range.end; ++edit) walk_edit(*walker_, log, edit, hidden.holds(edit), erased_);
    }
    walker_->set_old_length(settled == no_edit ? 0 : rope_.length() - walker_->growth());
}

void Branch::begin(EditIndex edit, std::span<const EditIndex> base, bool is_hidden) {
    is_hidden_ = is_hidden;
    if (covers(base)) {
        heads_.assign(1, edit);
        settled_.push(edit);
    } else {
        Version left;
        std::set_difference(heads_.begin(), heads_.end(), base.begin(), base.end(), std::back_inserter(left));
        left.push_back(edit);
        heads_ = std::move(left);
    }
    if (walker_) walker_->begin(edit, is_hidden);
}

void Branch::change(std::uint32_t position, std::uint32_t deleted, std::uint32_t inserted, std::string_view text,
                    std::vector<TextChange>* shown) {
    const auto tell = [&](std::uint32_t at, std::uint32_t gone, std::string_view fresh) {
        if (shown) shown->push_back({at, gone, std::string(fresh)});
    };
    if (!walker_) {
        position = std::min(position, rope_.length());
        deleted = std::min(deleted, rope_.length() - position);
        if (deleted > 0) rope_.erase(position, deleted);
        rope_.insert(position, text);
        tell(position, deleted, text);
        return;
    }
    erased_.clear();
    if (deleted > 0) walker_->erase(position, deleted, erased_);
    for (const auto gone : erased_) {
        const auto at = std::min(gone.position, rope_.length());
        rope_.erase(at, std::min(gone.count, rope_.length() - at));
        tell(at, gone.count, {});
    }
    if (inserted == 0) return;
    const auto at = std::min(walker_->insert(position, inserted), rope_.length());
    if (is_hidden_) return;
    rope_.insert(at, text);
    tell(at, 0, text);
}

Branch Branch::replay(const EventLog& log, std::span<const EditRange> edits, const Hidden& hidden) {
    Branch branch;
    std::vector<EditRange> applied;
    for (const auto range : edits) {
        applied.push_back({range.begin, range.begin});
        for (; applied.back().end < range.end; ++applied.back().end) {
            const auto edit = applied.back().end;
            const auto base = log.graph().base_of(edit);
            branch.length_at(log, base, applied, hidden);
            branch.begin(edit, base, hidden.holds(edit));
            log.each_change(edit, [&](const EventLog::Change& change) {
                branch.change(change.position, change.deleted, change.inserted, log.text_of(change), nullptr);
            });
        }
    }
    branch.walker_.reset();
    return branch;
}

std::unique_ptr<Walker> Branch::walk(const EventLog& log, const Hidden& hidden) {
    auto walker = std::make_unique<Walker>(log, no_edit);
    walker->set_old_length(0);
    std::vector<Walker::Erased> erased;
    for (EditIndex edit = log.first(); edit < log.end(); ++edit)
        walk_edit(*walker, log, edit, hidden.holds(edit), erased);
    return walker;
}

}  // namespace staffroom
