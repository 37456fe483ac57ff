// All edits of a text, in the order they were taken, as columns in which runs cost one entry: who wrote (a run of one
// author), their ids (a run of one commit part), the graph (a chain), and what they did (a run of typing or deleting on
// in one direction, each stroke an edit of its own).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/merge/event_graph.h"
#include "core/merge/packed_text.h"
#include "core/merge/text_edit.h"

namespace staffroom {

class EventLog {
  public:
    // `count` edits with one author each from `first` on.
    struct AuthorRun {
        EditIndex first = 0;
        std::uint32_t author = 0;  // in authors()
    };
    // Edits from `first` on are ops number `position`, `position` + 1, ... of one commit part.
    struct IdRun {
        OpRef id;
        EditIndex first = 0;
        std::uint32_t count = 0;
    };
    // A change, or `count` edits of one such change each, whose positions go up by what they insert (typing) or, with
    // `backwards`, down by what they delete (backspace).
    struct Stroke {
        EditIndex first = 0;
        std::uint32_t count = 1;
        std::uint32_t position = 0;
        std::uint32_t deleted = 0;
        std::uint32_t inserted = 0;        // scalar values, each
        std::uint32_t inserted_bytes = 0;  // each
        std::uint32_t text = 0;            // where the inserted text begins, in inserted()
        bool backwards = false;
        bool begins = true;  // false: a further change of the edit before
    };
    struct Change {
        std::uint32_t position = 0;
        std::uint32_t deleted = 0;
        std::uint32_t inserted = 0;  // scalar values
        std::uint32_t text = 0;      // where it lies in inserted()
        std::uint32_t text_bytes = 0;
    };
    struct Columns {
        EventGraph graph;
        std::vector<TextAuthor> authors;
        std::vector<AuthorRun> author_runs;
        std::vector<IdRun> id_runs;
        std::vector<Stroke> strokes;
        PackedText inserted;
    };

    explicit EventLog(EditIndex first = 0) : columns_{EventGraph(first), {}, {}, {}, {}, {}} {}
    explicit EventLog(Columns columns);

    const Columns& columns() const { return columns_; }
    const EventGraph& graph() const { return columns_.graph; }
    EditIndex first() const { return graph().first(); }
    EditIndex end() const { return graph().end(); }

    // `base` as EventGraph::append wants it. An ignored edit is one without changes.
    EditIndex append(const OpRef& id, const TextAuthor& author, std::span<const EditIndex> base,
                     std::span<const TextChange> changes);
    std::optional<EditIndex> find(const OpRef& id) const;
    OpRef id_of(EditIndex edit) const;
    const TextAuthor& author_of(EditIndex edit) const;
    // Whether `a` stands before `b` where both inserted at the same place.
    bool stands_first(EditIndex a, EditIndex b) const;

    template <class F>  // f(const Change&)
    void each_change(EditIndex edit, F f) const {
        for (auto s = stroke_of(edit); s < columns_.strokes.size(); ++s) {
            const Stroke& stroke = columns_.strokes[s];
            if (stroke.first > edit) break;
            f(change_in(stroke, edit - stroke.first));
        }
    }
    // Borrowed until the next append.
    std::string_view text_of(const Change& change) const {
        return columns_.inserted.view(change.text, change.text_bytes);
    }
    std::vector<TextChange> changes_of(EditIndex edit) const;
    TextEdit edit_of(EditIndex edit) const;

    void pack() { columns_.inserted.pack(); }

  private:
    static Change change_in(const Stroke& stroke, std::uint32_t nth);
    void append_change(EditIndex edit, bool alone, bool begins, const TextChange& change);
    std::size_t stroke_of(EditIndex edit) const;
    void append_id(const OpRef& id, EditIndex edit);
    void append_author(const TextAuthor& author, EditIndex edit);
    void remember(const OpRef& id, std::uint32_t run);
    void fill_table(std::size_t slots);

    Columns columns_;
    std::map<TextAuthor, std::uint32_t> author_numbers_;

    // Open addressing from (commit, part, position / 64) to runs of ids that have something there.
    std::vector<std::uint32_t> table_;
    std::size_t table_used_ = 0;
    mutable std::size_t last_stroke_ = 0;  // edits are read in order nearly always
};

}  // namespace staffroom
