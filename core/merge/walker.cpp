#include "core/merge/walker.h"

#include <algorithm>
#include <cassert>

namespace staffroom {

Walker::Walker(const EventLog& log, EditIndex settled) : log_(log), first_(settled == no_edit ? 0 : settled + 1) {
    if (settled != no_edit) versions_.fill({settled});
    leaves_.push_back(std::make_unique<Leaf>());
    Leaf& only = leaf(0);
    only.count = 1;
    only.pieces[0] = {old_char, unlimited, outside, outside, {}, false, false};
    only.pieces[0].state.fill(1);
    tree_.reset(0, counts_of(only.pieces[0]));
    note(only.pieces[0], 0);
}

// --- pieces

Walker::Cursor Walker::find_piece(Char c) const {
    const auto piece = piece_at(c);
    const Leaf& in = leaf(piece.leaf);
    std::uint32_t i = 0;
    while (in.pieces[i].begin != piece.begin) ++i;
    assert(i < in.count);
    return {piece.leaf, i};
}

// `counted`: the tree counts the piece already, in the leaf of `at`.
Walker::Cursor Walker::put(Cursor at, const Piece& piece, bool counted) {
    const auto counts = counts_of(piece);
    const auto take_away = [](Tree::Counts c) {
        for (auto& one : c) one = 0U - one;
        return c;
    };
    if (leaf(at.leaf).count == leaf_size) {
        const auto fresh = static_cast<std::uint32_t>(leaves_.size());
        leaves_.emplace_back(new Leaf);
        Leaf& from = leaf(at.leaf);
        Leaf& to = leaf(fresh);
        const std::uint32_t kept = at.piece == leaf_size ? leaf_size : leaf_size / 2;
        Tree::Counts moved{};
        for (std::uint32_t i = kept; i < leaf_size; ++i) {
            to.pieces[to.count++] = from.pieces[i];
            note(from.pieces[i], fresh);
            const auto one = counts_of(from.pieces[i]);
            for (std::size_t s = 0; s < one.size(); ++s) moved[s] += one[s];
        }
        from.count = kept;
        const bool follows = at.piece > kept || kept == leaf_size;
        if (follows && counted)
            for (std::size_t s = 0; s < counts.size(); ++s) moved[s] += counts[s];
        tree_.add(at.leaf, take_away(moved));
        tree_.insert_after(at.leaf, fresh, moved);
        if (follows) at = {fresh, at.piece - kept};
    }
    Leaf& in = leaf(at.leaf);
    std::copy_backward(in.pieces.begin() + at.piece, in.pieces.begin() + in.count, in.pieces.begin() + in.count + 1);
    ++in.count;
    in.pieces[at.piece] = piece;
    note(piece, at.leaf);
    if (!counted) tree_.add(at.leaf, counts);
    return at;
}

Walker::Cursor Walker::split(Cursor at, std::uint32_t offset) {
    Piece& first = leaf(at.leaf).pieces[at.piece];
    assert(offset > 0 && offset < first.length);
    Piece second = first;
    second.begin += offset;
    second.length -= offset;
    second.left = second.begin - 1;
    first.length = offset;
    return put({at.leaf, at.piece + 1}, second, true);
}

Walker::Cursor Walker::before(Cursor at) const {
    if (at.piece > 0) return {at.leaf, at.piece - 1};
    const auto previous = tree_.previous(at.leaf);
    return {previous, leaf(previous).count - 1};
}

// Cuts so that a piece begins `offset` into the piece at `at` and is at most `length` long.
Walker::Cursor Walker::isolate(Cursor at, std::uint32_t offset, std::uint32_t length) {
    if (offset > 0) at = split(at, offset);
    if (leaf(at.leaf).pieces[at.piece].length > length) at = before(split(at, length));
    return at;
}

// Deletes a piece that is there at the current version.
void Walker::remove(Cursor at) {
    Piece& piece = leaf(at.leaf).pieces[at.piece];
    Tree::Counts change{};
    change[current()] = 0U - piece.length;
    if (!hidden_ && piece.shown()) change[shown] = 0U - piece.length;
    piece.state[view_] = 2;
    piece.deleted |= !hidden_;
    tree_.add(at.leaf, change);
}

bool Walker::continues(const Piece& a, const Piece& b) {
    return a.begin + a.length == b.begin && b.left == b.begin - 1 && a.right == b.right && a.state == b.state &&
           a.hidden == b.hidden && a.deleted == b.deleted;
}

// Makes one piece of this one and its right neighbour in the leaf if nothing tells them apart any more.
void Walker::join_next(Cursor at) {
    Leaf& in = leaf(at.leaf);
    if (at.piece + 1 >= in.count || !continues(in.pieces[at.piece], in.pieces[at.piece + 1])) return;
    const Piece next = in.pieces[at.piece + 1];
    in.pieces[at.piece].length += next.length;
    index_of(next.begin).erase(next.begin & ~old_char);
    std::copy(in.pieces.begin() + at.piece + 2, in.pieces.begin() + in.count, in.pieces.begin() + at.piece + 1);
    --in.count;
}

// The same with its left neighbour; returns where the piece is then.
Walker::Cursor Walker::join_previous(Cursor at) {
    if (at.piece == 0 || !continues(leaf(at.leaf).pieces[at.piece - 1], leaf(at.leaf).pieces[at.piece])) return at;
    --at.piece;
    join_next(at);
    return at;
}

// --- versions

void Walker::move_to(std::span<const EditIndex> version) {
    const auto is_at = [&](std::size_t view) {
        return std::equal(version.begin(), version.end(), versions_[view].begin(), versions_[view].end());
    };
    if (is_at(view_)) return;
    settle();
    caret_.reset();
    const std::size_t other = 1 - view_;
    if (!is_at(other)) {
        const auto length_of = [](const std::vector<EditRange>& ranges) {
            std::size_t length = 0;
            for (const auto range : ranges) length += range.end - range.begin;
            return length;
        };
        auto& [retreat, advance] = ways_[0];
        log_.graph().difference(versions_[view_], version, retreat, advance);
        const auto length = length_of(retreat) + length_of(advance);
        // Two who write at the same time are a view each; but one that was left far behind is never the nearer, and this
        // one would go to and fro. Once it goes back to where it came from, the other is let come as far as this one went.
        const bool returns = std::equal(version.begin(), version.end(), left_.begin(), left_.end());
        const auto most = length - 1 + (returns ? travelled_ : 0);
        const bool is_near =
            log_.graph().difference(versions_[other], version, ways_[1].retreat, ways_[1].advance, most);
        travelled_ = is_near ? 0 : travelled_ + length;
        left_ = is_near ? Version() : versions_[view_];
        if (is_near) view_ = other;
        const Way& way = ways_[is_near ? 1 : 0];
        adjust_all(way.retreat, 0U - 1U);
        adjust_all(way.advance, 1);
        versions_[view_].assign(version.begin(), version.end());
    } else {
        view_ = other;
    }
}

// The order does not matter: states only count. So neighbouring effects are gathered first, and the tree is told about
// a leaf once for all effects in a row that lie in it.
void Walker::adjust_all(const std::vector<EditRange>& ranges, std::uint32_t change) {
    for (const auto range : ranges) {
        assert(range.begin >= first_);
        const std::size_t end =
            range.end - first_ < marks_.size() ? marks_[range.end - first_].effects : effects_.size();
        Effect gathered;
        for (std::size_t i = marks_[range.begin - first_].effects; i < end; ++i) {
            const Effect& effect = effects_[i];
            if (gathered.length > 0 && gathered.begin + gathered.length == effect.begin) {
                gathered.length += effect.length;
            } else if (gathered.length > 0 && effect.begin + effect.length == gathered.begin) {
                gathered.begin = effect.begin;
                gathered.length += effect.length;
            } else {
                adjust(gathered, change);
                gathered = effect;
            }
        }
        adjust(gathered, change);
    }
    settle();
}

void Walker::settle() const {
    tree_.add(unsettled_leaf_, unsettled_);
    unsettled_ = {};
}

// Leaves the tree behind what the pieces say, in one leaf, by what is unsettled.
void Walker::adjust(Effect effect, std::uint32_t change) {
    Cursor at;
    bool follows = false;  // the next piece in the leaf goes on where the last one ended
    while (effect.length > 0) {
        if (!follows) at = find_piece(effect.begin);
        at = isolate(at, effect.begin - leaf(at.leaf).pieces[at.piece].begin, effect.length);
        if (at.leaf != unsettled_leaf_) {
            settle();
            unsettled_leaf_ = at.leaf;
        }
        Piece& piece = leaf(at.leaf).pieces[at.piece];
        auto& state = piece.state[view_];
        unsettled_[current()] -= state == 1 ? piece.length : 0;
        unsettled_[arrived()] -= state > 0 ? piece.length : 0;
        state += change;
        unsettled_[current()] += state == 1 ? piece.length : 0;
        unsettled_[arrived()] += state > 0 ? piece.length : 0;
        effect.begin += piece.length;
        effect.length -= piece.length;
        at = join_previous(at);
        if (effect.length == 0) return join_next(at);
        ++at.piece;
        follows = at.piece < leaf(at.leaf).count && leaf(at.leaf).pieces[at.piece].begin == effect.begin;
    }
}

// --- edits

void Walker::begin(EditIndex edit, bool hidden) {
    assert(edit >= first_ && edit - first_ >= marks_.size());
    marks_.resize(edit - first_ + 1, {static_cast<std::uint32_t>(effects_.size()), next_char_});
    versions_[view_].assign(1, edit);
    hidden_ = hidden;
}

void Walker::add_effect(Char begin, std::uint32_t length) {
    if (effects_.size() > marks_.back().effects) {
        Effect& last = effects_.back();
        if (last.begin + last.length == begin) {
            last.length += length;
            return;
        }
    }
    effects_.push_back({begin, length});
}

std::uint32_t Walker::insert(std::uint32_t position, std::uint32_t count) {
    assert(count > 0);
    position = std::min(position, total(current()));
    if (const auto place = type_on(position, count)) return *place;
    settle();
    Cursor at;
    Char left = outside;
    Char right = outside;
    bool inside = false;  // a piece, where nobody else's insertion can be
    if (position == 0) {
        at = first_piece();
    } else {
        const auto found = find_current(position - 1);
        at = found.at;
        const Piece& piece = leaf(at.leaf).pieces[at.piece];
        left = piece.begin + found.offset;
        inside = found.offset + 1 < piece.length;
        if (inside) {
            right = left + 1;
            at = split(at, found.offset + 1);
        } else {
            ++at.piece;
        }
    }
    if (!inside) {
        right = right_origin(at);
        at = integrate(at, left, right);
    }
    add_effect(next_char_, count);
    Piece piece{next_char_, count, left, right, {}, hidden_, false};
    piece.state[view_] = 1;
    next_char_ += count;
    if (at.piece > 0 && continues(leaf(at.leaf).pieces[at.piece - 1], piece)) {
        --at.piece;
        leaf(at.leaf).pieces[at.piece].length += count;
        tree_.add(at.leaf, counts_of(piece));
    } else {
        at = put(at, piece, false);
    }
    const auto place = count_before(at, shown) + (hidden_ ? 0 : leaf(at.leaf).pieces[at.piece].length - count);
    caret_ = {at, position + count, place + (hidden_ ? 0 : count)};
    return place;
}

// Right of the newest character, with nothing done since it came: what an insertion has to look for is as it was.
std::optional<std::uint32_t> Walker::type_on(std::uint32_t position, std::uint32_t count) {
    if (!caret_ || position != caret_->position) return std::nullopt;
    const Cursor at = caret_->at;
    Piece& piece = leaf(at.leaf).pieces[at.piece];
    if (piece.hidden != hidden_) return std::nullopt;
    add_effect(next_char_, count);
    next_char_ += count;
    piece.length += count;
    if (at.leaf != unsettled_leaf_) {
        settle();
        unsettled_leaf_ = at.leaf;
    }
    unsettled_[current()] += count;
    unsettled_[arrived()] += count;
    caret_->position += count;
    const auto place = caret_->shown;
    if (!hidden_) {
        unsettled_[shown] += count;
        caret_->shown += count;
    }
    return place;
}

void Walker::erase(std::uint32_t position, std::uint32_t count, std::vector<Erased>& erased) {
    position = std::min(position, total(current()));
    count = std::min(count, total(current()) - position);
    settle();
    caret_.reset();
    while (count > 0) {
        const auto found = find_current(position);
        const auto at = isolate(found.at, found.offset, count);
        const Piece& piece = leaf(at.leaf).pieces[at.piece];
        const auto length = piece.length;
        add_effect(piece.begin, length);
        if (!hidden_ && piece.shown()) {
            const auto place = count_before(at, shown);
            if (!erased.empty() && erased.back().position == place)
                erased.back().count += length;
            else
                erased.push_back({place, length});
        }
        remove(at);
        join_next(join_previous(at));
        count -= length;
    }
}

// The first piece from here on that was inserted at the current version. There is one: the old text never ends.
Walker::Char Walker::right_origin(Cursor at) const {
    std::uint32_t in = at.leaf;
    std::uint32_t i = at.piece;
    while (true) {
        for (; i < leaf(in).count; ++i)
            if (state_of(leaf(in).pieces[i]) > 0) return leaf(in).pieces[i].begin;
        in = tree_.next_with(in, arrived());
        i = 0;
    }
}

// FugueMax, as YjsMod finds it: between its origins stand only characters not inserted yet at the current version, that
// is, concurrent ones. Those with the same left origin stand by descending right origin, then by tie; what lies between
// belongs to one of them.
Walker::Cursor Walker::integrate(Cursor at, Char left, Char right) {
    Cursor result = at;
    bool passing = false;  // siblings that stand behind the new one, unless a later one must stand before it
    Char passed_begin = 0;
    std::uint32_t passed_length = 0;
    while (to_next_leaf(at)) {
        const Piece& other = leaf(at.leaf).pieces[at.piece];
        if (state_of(other) > 0) break;
        if (other.left == left) {
            if (other.right == right) {
                if (log_.stands_first(first_ + static_cast<EditIndex>(marks_.size()) - 1, edit_of(other.begin))) break;
                passing = false;
            } else {
                passing = precedes(other.right, right);
            }
        } else if (other.left - passed_begin >= passed_length && precedes(other.left, left)) {
            break;
        }
        passed_begin = other.begin;
        passed_length = other.length;
        ++at.piece;
        if (!passing) result = at;
    }
    return result;
}

bool Walker::precedes(Char a, Char b) const {
    if (a == b || b == outside) return false;
    if (a == outside) return true;
    const Cursor x = find_piece(a);
    const Cursor y = find_piece(b);
    if (x.leaf != y.leaf) return tree_.precedes(x.leaf, y.leaf);
    return x.piece != y.piece ? x.piece < y.piece : a < b;
}

// --- places

// From a leaf's end to the first piece of the next leaf; false at the very end.
bool Walker::to_next_leaf(Cursor& at) const {
    while (at.piece == leaf(at.leaf).count) {
        const auto next = tree_.next(at.leaf);
        if (next == Tree::none) return false;
        at = {next, 0};
    }
    return true;
}

Walker::Found Walker::find_in(Sum sum, std::uint32_t position) const {
    settle();
    const auto reached = tree_.reach(sum, position);
    position = reached.left;
    const Leaf& in = leaf(reached.leaf);
    for (std::uint32_t i = 0; i < in.count; ++i) {
        const auto here = count_of(in.pieces[i], sum);
        if (position < here) return {{reached.leaf, i}, position};
        position -= here;
    }
    assert(false);
    return {};
}

std::uint32_t Walker::count_before(Cursor at, Sum sum) const {
    settle();
    std::uint32_t count = tree_.before(at.leaf, sum);
    for (std::uint32_t i = 0; i < at.piece; ++i) count += count_of(leaf(at.leaf).pieces[i], sum);
    return count;
}

Walker::Place Walker::shown_place(Char c) const {
    const auto at = find_piece(c);
    const Piece& piece = leaf(at.leaf).pieces[at.piece];
    const auto position = count_before(at, shown);
    return piece.shown() ? Place{position + (c - piece.begin), true} : Place{position, false};
}

Walker::Place Walker::current_place(Char c) const {
    const auto at = find_piece(c);
    const Piece& piece = leaf(at.leaf).pieces[at.piece];
    const auto position = count_before(at, current());
    return state_of(piece) == 1 ? Place{position + (c - piece.begin), true} : Place{position, false};
}

Walker::Char Walker::shown_char(std::uint32_t position) const {
    const auto found = find_in(shown, position);
    return leaf(found.at.leaf).pieces[found.at.piece].begin + found.offset;
}

std::uint32_t Walker::chars_of(EditIndex edit) const {
    const std::size_t i = edit - first_;
    return (i + 1 < marks_.size() ? marks_[i + 1].chars : next_char_) - marks_[i].chars;
}

EditIndex Walker::edit_of(Char c) const {
    const auto after = std::upper_bound(marks_.begin(), marks_.end(), c,
                                        [](Char value, const Mark& mark) { return value < mark.chars; });
    return first_ + static_cast<EditIndex>(after - marks_.begin()) - 1;
}

}  // namespace staffroom
