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

bool TextBranch::covers(std::span<const EditIndex> base) const {
    if (heads_.size() == 1) return std::binary_search(base.begin(), base.end(), heads_[0]);
    return std::includes(base.begin(), base.end(), heads_.begin(), heads_.end());
}

void TextBranch::assign(std::string_view text, Version heads) {
    rope_.assign(text);
    heads_ = std::move(heads);
    settled_ = {};
    if (heads_.size() == 1) settled_.push(heads_[0]);
    walks_ = false;
    walker_.reset();
}

std::uint32_t TextBranch::length_at(const EventLog& log, std::span<const EditIndex> base,
                                    std::span<const EditRange> applied, const Hidden& hidden) {
    settled_.cut(base);
    if (!hidden.any() && covers(base)) {
        walks_ = false;
        return rope_.length();
    }
    const EditIndex next = applied.empty() ? 0 : applied.back().end;
    if (hidden.any()) {
        if (!walker_ || walker_settled_ != no_edit) start_walker(log, no_edit, applied, hidden);
    } else if (!is_walker_useful(next)) {
        start_walker(log, settled_.last(), applied, hidden);
    }
    walk_up(log, applied, hidden);
    walks_ = true;
    walker_->move_to(base);
    return walker_->length();
}

// Whether it reaches back to all that is concurrent, and to catch up is less than to begin at the last settled version.
bool TextBranch::is_walker_useful(EditIndex next) const {
    if (!walker_) return false;
    const auto settled = settled_.last();
    if (settled == no_edit) return walker_settled_ == no_edit;
    if (walker_settled_ != no_edit && walker_settled_ > settled) return false;
    return walks_ || next - walker_end_ <= next - (settled + 1);
}

void TextBranch::start_walker(const EventLog& log, EditIndex settled, std::span<const EditRange> applied,
                              const Hidden& hidden) {
    walker_ = std::make_unique<Walker>(log, settled);
    walker_settled_ = settled;
    walker_end_ = settled == no_edit ? 0 : settled + 1;
    walker_->set_old_length(max_text_length);  // what was applied once is in range
    walk_up(log, applied, hidden);
    walker_->set_old_length(settled == no_edit ? 0 : rope_.length() - walker_->growth());
}

void TextBranch::walk_up(const EventLog& log, std::span<const EditRange> applied, const Hidden& hidden) {
    for (const auto range : applied)
        for (auto edit = std::max(range.begin, walker_end_); edit < range.end; ++edit)
            walk_edit(*walker_, log, edit, hidden.holds(edit), erased_);
    if (!applied.empty()) walker_end_ = std::max(walker_end_, applied.back().end);
}

void TextBranch::begin_next(EditIndex edit) {
    walks_ = false;
    // As many edits behind as it took: it has cost no more than what was written since.
    if (walker_ && edit - walker_end_ > walker_end_ - (walker_settled_ + 1)) walker_.reset();
    heads_.assign(1, edit);
    settled_.push(edit);
}

void TextBranch::begin(EditIndex edit, std::span<const EditIndex> base, bool is_hidden) {
    is_hidden_ = is_hidden;
    if (!walks_) return begin_next(edit);
    if (covers(base)) {
        heads_.assign(1, edit);
        settled_.push(edit);
    } else {
        Version left;
        std::set_difference(heads_.begin(), heads_.end(), base.begin(), base.end(), std::back_inserter(left));
        left.push_back(edit);
        heads_ = std::move(left);
    }
    walker_->begin(edit, is_hidden);
    walker_end_ = edit + 1;
}

void TextBranch::change(std::uint32_t position, std::uint32_t deleted, std::uint32_t inserted, std::string_view text,
                        std::vector<TextChange>* shown) {
    const auto tell = [&](std::uint32_t at, std::uint32_t gone, std::string_view fresh) {
        if (shown) shown->push_back({at, gone, std::string(fresh)});
    };
    if (!walks_) {
        position = std::min(position, rope_.length());
        deleted = std::min(deleted, rope_.length() - position);
        if (deleted > 0) rope_.erase(position, deleted);
        rope_.insert(position, text);
        if (shown) tell(position, deleted, text);
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

TextBranch TextBranch::replay(const EventLog& log, std::span<const EditRange> edits, const Hidden& hidden) {
    TextBranch branch;
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
    branch.walks_ = false;
    branch.walker_.reset();
    return branch;
}

std::unique_ptr<Walker> TextBranch::walk(const EventLog& log, const Hidden& hidden) {
    auto walker = std::make_unique<Walker>(log, no_edit);
    walker->set_old_length(0);
    std::vector<Walker::Erased> erased;
    for (EditIndex edit = log.first(); edit < log.end(); ++edit)
        walk_edit(*walker, log, edit, hidden.holds(edit), erased);
    return walker;
}

}  // namespace staffroom
