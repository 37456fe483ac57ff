// The shown text at a version, and how it follows as edits are applied. The version is that of all edits applied so
// far. A walker works only while something is concurrent, or hidden. After that it rests, behind, until it is clear that
// it will not soon be needed: people who write at the same time are concurrent again and again, and it costs less to
// catch up than to begin anew.
//
// Changes are clipped to the text they meet. An edit that is new was checked against its base and fits; one read back
// from disk fits if the disk told the truth, and does no harm if not.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/merge/event_log.h"
#include "core/merge/rope.h"
#include "core/merge/walker.h"

namespace staffroom {

// Edits that are hidden, by number.
class Hidden {
  public:
    bool any() const { return count_ > 0; }
    bool holds(EditIndex edit) const { return edit < marks_.size() && marks_[edit]; }
    void set(EditIndex edit, bool hidden) {
        if (holds(edit) == hidden) return;
        if (edit >= marks_.size()) marks_.resize(edit + 1);
        marks_[edit] = hidden;
        hidden ? ++count_ : --count_;
    }
    const std::vector<bool>& marks() const { return marks_; }

  private:
    std::vector<bool> marks_;
    std::size_t count_ = 0;
};

class TextBranch {
  public:
    // The empty text at the empty version.
    TextBranch() = default;

    const Rope& rope() const { return rope_; }
    const Version& heads() const { return heads_; }
    bool at_rest() const { return !walks_; }
    // Lets go of a walker that rests, and with it of the log that was given to length_at.
    void forget_walker() {
        if (!walks_) walker_.reset();
    }

    // Whether `base` (sorted) is the version of this branch.
    bool covers(std::span<const EditIndex> base) const;

    // Takes the text of a saved branch, whose settled versions are not known beyond the head.
    void assign(std::string_view text, Version heads);
    // `text` is what is shown: its leaves are filled up.
    void compact(std::string_view text) { rope_.assign(text); }
    void set_settled(Settled settled) { settled_ = std::move(settled); }

    // Three steps to take the next edit: how long the text at its base is (hidden edits counted, which is what the
    // edit's positions mean), the edit's changes, the edit itself. All edits applied before are below `edit` and in
    // `applied`, ascending ranges; `log` holds them unless the base is covered, nothing is hidden and the branch is at
    // rest.
    std::uint32_t length_at(const EventLog& log, std::span<const EditIndex> base, std::span<const EditRange> applied,
                            const Hidden& hidden);
    // `base` may be heads(), which it changes.
    void begin(EditIndex edit, std::span<const EditIndex> base, bool is_hidden);
    // The first two steps for an edit based on this branch's version. Needs that nothing is hidden.
    void begin_next(EditIndex edit);
    void change(std::uint32_t position, std::uint32_t deleted, std::uint32_t inserted, std::string_view text,
                std::vector<TextChange>* shown);

    // A branch at the version of `edits` (closed under bases).
    static TextBranch replay(const EventLog& log, std::span<const EditRange> edits, const Hidden& hidden);

    // The walker over all of a log's edits, from the empty text.
    static std::unique_ptr<Walker> walk(const EventLog& log, const Hidden& hidden);

  private:
    void start_walker(const EventLog& log, EditIndex settled, std::span<const EditRange> applied, const Hidden& hidden);
    void walk_up(const EventLog& log, std::span<const EditRange> applied, const Hidden& hidden);
    bool is_walker_useful(EditIndex next) const;

    Rope rope_;
    Version heads_;
    Settled settled_;
    std::unique_ptr<Walker> walker_;
    bool walks_ = false;  // walker_ is there and has every edit applied
    EditIndex walker_settled_ = no_edit;
    EditIndex walker_end_ = 0;  // edits from here on it does not have
    bool is_hidden_ = false;
    std::vector<Walker::Erased> erased_;
};

}  // namespace staffroom
