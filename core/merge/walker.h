// Where a concurrent edit's positions lie in the shown text.
//
// The walker holds, for the edits since one settled version, every character they inserted or removed, in the order of
// FugueMax, each with its state as *shown*, with all edits applied so far, and in each of two *views*, which are at some
// version each. An edit is applied in the view that is nearest to its base, which moves there and becomes the *current*
// one: it finds its characters by counting those there in that view; what it does is then told in positions of the shown
// text. Two views, because what grows apart is two branches nearly always: each keeps a view, and edits that arrive from
// both in turn move none. Nothing of this is ever stored: it is built from the edits when two were concurrent and thrown
// away after.
//
// Characters are numbered as they are inserted and held in pieces of consecutive ones with the same states; the text
// there already at the settled version is one piece, of unlimited length, that is cut where edits touch it. Moving,
// finding, inserting and erasing are O(log pieces) for each piece they touch; an insertion also passes the concurrent
// insertions at its own place.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/merge/event_log.h"
#include "core/merge/leaf_tree.h"
#include "core/merge/piece_index.h"

namespace staffroom {

class Walker {
  public:
    using Char = std::uint32_t;
    static constexpr Char old_char = 0x80000000;  // + its position in the text at the settled version
    static constexpr Char outside = 0xFFFFFFFF;   // left of the first character

    // `settled` may be no_edit: the empty text. Edits from settled + 1 on may be applied, in their order, with gaps.
    // The log must outlive the walker.
    Walker(const EventLog& log, EditIndex settled);

    // How long the text at the settled version was; to be said before length() is asked.
    void set_old_length(std::uint32_t length) { old_length_ = length; }
    // By how much the edits so far made the shown text longer than it was at the settled version (wraps if shorter).
    std::uint32_t growth() const { return total(shown) - unlimited; }

    void move_to(std::span<const EditIndex> version);
    // Characters at the current version.
    std::uint32_t length() const { return total(current()) - unlimited + old_length_; }

    // The changes between begin and the next begin are those of `edit`, whose base is the current version; after them
    // {edit} is the current version. A hidden edit changes nothing shown.
    void begin(EditIndex edit, bool hidden);
    // Where in the shown text the new characters stand, unless hidden. `count` > 0; positions past the end are the end.
    std::uint32_t insert(std::uint32_t position, std::uint32_t count);
    struct Erased {
        std::uint32_t position = 0;
        std::uint32_t count = 0;
    };
    // Appends what disappears from the shown text, each place next to the removal of the one before. Clipped to
    // what is there.
    void erase(std::uint32_t position, std::uint32_t count, std::vector<Erased>& erased);

    // For a walker that began with the empty text.
    struct Place {
        std::uint32_t position = 0;  // characters before it
        bool there = false;
    };
    Place shown_place(Char c) const;                // in the shown text
    Place current_place(Char c) const;              // at the current version
    Char shown_char(std::uint32_t position) const;  // needs position < shown length
    Char char_of(EditIndex edit, std::uint32_t nth) const { return marks_[edit - first_].chars + nth; }
    std::uint32_t chars_of(EditIndex edit) const;  // how many it inserted
    EditIndex edit_of(Char c) const;               // not of old characters
    template <class F>                             // f(first char, count), in order
    void each_shown(F f) const {
        for (auto id = tree_.first(); id != Tree::none; id = tree_.next(id))
            for (std::uint32_t i = 0; i < leaf(id).count; ++i)
                if (const Piece& piece = leaf(id).pieces[i]; piece.shown() && piece.begin < old_char)
                    f(piece.begin, piece.length);
    }

  private:
    static constexpr std::size_t views = 2;
    // What the tree counts: characters shown; and for each view those there, and those that have arrived: inserted,
    // deleted or not.
    using Sum = std::size_t;
    static constexpr Sum shown = 0;
    Sum current() const { return 1 + 2 * view_; }
    Sum arrived() const { return 2 + 2 * view_; }
    static constexpr std::uint32_t unlimited = 0x40000000;

    struct Piece {
        Char begin = 0;
        std::uint32_t length = 0;
        Char left = outside;   // left origin of the first character; of each other it is the one before
        Char right = outside;  // right origin of all
        std::array<std::uint32_t, views> state{};  // in each: 0 not inserted yet, 1 there, n deleted n - 1 times
        bool hidden = false;                       // inserted by a hidden edit
        bool deleted = false;                      // ever, by an edit that is not hidden

        bool shown() const { return !hidden && !deleted; }
    };
    static constexpr std::uint32_t leaf_size = 32;
    struct Leaf {
        std::uint32_t count = 0;
        std::array<Piece, leaf_size> pieces;
    };
    using Tree = LeafTree<1 + 2 * views>;

    // Before the piece number `piece` of a leaf, which may be its end.
    struct Cursor {
        std::uint32_t leaf = 0;
        std::uint32_t piece = 0;
    };
    struct Mark {  // where an edit's part of effects_ and of the characters begins
        std::uint32_t effects = 0;
        Char chars = 0;
    };
    struct Effect {  // characters inserted, or deleted once more
        Char begin = 0;
        std::uint32_t length = 0;
    };

    Leaf& leaf(std::uint32_t id) { return *leaves_[id]; }
    const Leaf& leaf(std::uint32_t id) const { return *leaves_[id]; }
    static Tree::Counts counts_of(const Piece& piece) {
        Tree::Counts counts{piece.shown() ? piece.length : 0};
        for (std::size_t v = 0; v < views; ++v) {
            counts[1 + 2 * v] = piece.state[v] == 1 ? piece.length : 0;
            counts[2 + 2 * v] = piece.state[v] > 0 ? piece.length : 0;
        }
        return counts;
    }
    // The same, of one sum: `sum` is shown, or of a view.
    static std::uint32_t count_of(const Piece& piece, Sum sum) {
        if (sum == shown) return piece.shown() ? piece.length : 0;
        const auto state = piece.state[(sum - 1) / 2];
        return sum % 2 == 1 ? (state == 1 ? piece.length : 0) : (state > 0 ? piece.length : 0);
    }
    PieceIndex& index_of(Char c) { return c < old_char ? new_pieces_ : old_pieces_; }
    PieceIndex::Piece piece_at(Char c) const {
        if (c < old_char) return new_pieces_.find(c);
        auto piece = old_pieces_.find(c - old_char);
        piece.begin += old_char;
        return piece;
    }
    void note(const Piece& piece, std::uint32_t in_leaf) {
        index_of(piece.begin).set(piece.begin & ~old_char, in_leaf);
    }
    struct Found {
        Cursor at;
        std::uint32_t offset = 0;  // into the piece
    };
    Cursor find_piece(Char c) const;
    Found find_in(Sum sum, std::uint32_t position) const;
    Found find_current(std::uint32_t position) const { return find_in(current(), position); }
    std::uint32_t total(Sum sum) const { return tree_.total()[sum] + unsettled_[sum]; }
    std::uint32_t state_of(const Piece& piece) const { return piece.state[view_]; }
    Cursor first_piece() const { return {tree_.first(), 0}; }
    Cursor before(Cursor at) const;
    bool to_next_leaf(Cursor& at) const;
    std::uint32_t count_before(Cursor at, Sum sum) const;

    Cursor put(Cursor at, const Piece& piece, bool counted);
    Cursor split(Cursor at, std::uint32_t offset);  // returns the second half
    Cursor isolate(Cursor at, std::uint32_t offset, std::uint32_t length);
    static bool continues(const Piece& a, const Piece& b);
    void join_next(Cursor at);
    Cursor join_previous(Cursor at);
    void remove(Cursor at);
    void settle() const;
    std::optional<std::uint32_t> type_on(std::uint32_t position, std::uint32_t count);
    void adjust(Effect effect, std::uint32_t change);
    void adjust_all(const std::vector<EditRange>& ranges, std::uint32_t change);
    void add_effect(Char begin, std::uint32_t length);
    Char right_origin(Cursor at) const;
    Cursor integrate(Cursor at, Char left, Char right);
    bool precedes(Char a, Char b) const;

    const EventLog& log_;
    EditIndex first_;  // the first that may be applied
    std::array<Version, views> versions_;
    std::size_t view_ = 0;       // the current one
    std::size_t travelled_ = 0;  // edits, since the other one was moved
    Version left_;               // where it was before it moved
    std::uint32_t old_length_ = 0;
    bool hidden_ = false;
    Char next_char_ = 0;

    std::vector<std::unique_ptr<Leaf>> leaves_;
    mutable Tree tree_;
    PieceIndex new_pieces_;
    PieceIndex old_pieces_;
    std::vector<Mark> marks_;  // by edit
    std::vector<Effect> effects_;
    std::uint32_t unsettled_leaf_ = 0;
    mutable Tree::Counts unsettled_{};  // what the tree does not know yet about that leaf
    struct Way {
        std::vector<EditRange> retreat, advance;
    };
    std::array<Way, 2> ways_;

    // While nothing but typing on has happened since an insertion: the piece that ends with the newest character, and
    // where that end is, at the current version and in the shown text. Nobody can have put anything there yet.
    struct Caret {
        Cursor at;
        std::uint32_t position = 0;
        std::uint32_t shown = 0;
    };
    std::optional<Caret> caret_;
};

}  // namespace staffroom
