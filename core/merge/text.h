// A text that many people edit at the same time without asking one another: the event-graph walker.
//
// Source: Gentle and Kleppmann, "Collaborative Text Editing with Eg-walker: Better, Faster, Smaller", EuroSys 2025.
// Order of concurrent insertions: FugueMax (Weidner and Kleppmann, "The Art of the Fugue"), the same as that paper's
// YjsMod, so concurrent runs at one place never interleave, typed forwards or backwards.
//
// Rules
// 1. The text is a pure function of the set of edits and the set of hidden ones: every order of arrival that respects
//    causality gives the same text. No clock takes part.
// 2. A version is the set of edits reachable from some references over `base`. The edit's positions mean the version
//    `base` with hidden edits counted like all others, because what is hidden is not known alike by everybody.
// 3. An edit that is not well formed, or reaches out of the text of its own base, is *ignored*: whole, and by every
//    device alike. It stays in the history as an edit without changes, so what was built on it is not touched.
// 4. An edit with an unknown base *waits* inside and is taken when its base arrives. Nothing is treated as empty.
// 5. A *hidden* edit is replayed so that positions resolve; its insertions are not shown and its deletions do not
//    count. While nothing is hidden the mask costs nothing.
// 6. Ties between insertions at the same place: device, run, commit id, op index; the smaller stands first.
//
// Cost (n = size of text, k = edits since the last version that everybody's later edits were built on): an edit made on
// the shown version is O(log n), with no per-character state; any other replays at most k edits once, and the state is
// dropped when as many edits again came without it. While something is hidden that state covers the whole history and is kept.
// In memory: the text, the saved form of the history, and the edits since the last save().
//
// Keeping it on disk: the store holds a snapshot (`save`) and the edits that came after, as it likes. To open:
// `load(snapshot)`, then `add` each later edit. `worth_saving()` says when to write a new snapshot, such that the bytes
// ever written stay a small multiple of the history's size. Loading reads the text alone; the history is decoded when
// something needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/merge/text_edit.h"
#include "core/result.h"

namespace staffroom {

// A place that stays with its character: before or after the n-th (from 0) scalar value that `edit` inserted.
struct TextAnchor {
    enum class Side : std::uint8_t { before, after };

    OpRef edit;
    std::uint32_t nth = 0;
    Side side = Side::before;

    bool operator==(const TextAnchor&) const = default;
};

// `length` scalar values of the shown text, from the one after the previous span on: inserted by `edit`, which counts
// them from `nth`.
struct TextSpan {
    OpRef edit;
    TextAuthor author;
    std::uint32_t nth = 0;
    std::uint32_t length = 0;
};

// One edit of the history as a page lists it.
struct TextHistoryRow {
    OpRef edit;
    TextAuthor author;
    std::uint32_t inserted = 0;  // scalar values
    std::uint32_t deleted = 0;
    bool hidden = false;
};

class Text {
  public:
    enum class Taken { added, waiting, ignored, duplicate, damaged };

    Text();
    Text(Text&&) noexcept;
    Text& operator=(Text&&) noexcept;
    ~Text();

    // Takes an edit in any order of arrival. `visible` = not hidden. If `shown` is given, what happened to the shown
    // text is appended to it, as changes to apply in turn. Edits that were waiting for this one are taken too.
    Taken add(const TextEdit& edit, bool visible = true, std::vector<TextChange>* shown = nullptr);

    // The same as adding {id, author, version(), changes}, for the edits made here.
    Taken write(const OpRef& id, const TextAuthor& author, std::span<const TextChange> changes);

    // What to commit so that `changes` happen to the shown text (each next to the result of the one before). One draft
    // on version(), nearly always. With hidden edits, or more than 32 heads, a change may have to be made on another
    // version: several drafts, to be committed together, each with an id of its own.
    // Errors: refused (a place outside the text), malformed (an insertion that is not well formed).
    Result<std::vector<TextDraft>> draft(std::span<const TextChange> changes) const;
    // The same for changes to text_at(version): what was written since stays. O(history).
    // Errors also: not_found (a reference that is not here).
    Result<std::vector<TextDraft>> draft(std::span<const TextChange> changes, std::span<const OpRef> version) const;

    // Hides or shows edits; those unknown are passed over. Rebuilds the text once: O(history).
    void set_visible(std::span<const OpRef> edits, bool visible);
    void set_visible(const OpRef& edit, bool visible) { set_visible(std::span(&edit, 1), visible); }

    std::string text() const;
    std::uint32_t length() const;                                          // scalar values
    std::uint32_t utf16_length() const;                                    // what a browser counts
    std::uint32_t to_utf16(std::uint32_t position) const;                  // positions past the end count as the end
    std::uint32_t from_utf16(std::uint32_t units) const;                   // inside a pair: before it
    std::string slice(std::uint32_t position, std::uint32_t count) const;  // clipped to the text

    std::vector<OpRef> version() const;  // the heads, sorted
    bool has(const OpRef& edit) const;   // taken or ignored, not waiting
    std::size_t edits() const;           // taken or ignored
    std::size_t waiting() const;

    // Errors: not_found (a reference that is not here).
    Result<std::string> text_at(std::span<const OpRef> version) const;

    // O(history), all of these.
    std::vector<TextHistoryRow> history() const;   // in an order that respects causality
    Result<TextEdit> edit(const OpRef& id) const;  // as it was added; an ignored one has no changes
    std::vector<TextSpan> blame() const;

    // Where an anchor is now; if its character is gone, where it was. not_found: the edit or its n-th value is not
    // here.
    Result<std::uint32_t> position_of(const TextAnchor& anchor) const;
    // The anchor of the side of the character at (before) or just left of (after) a position of the shown text.
    // refused: there is no character on that side.
    Result<TextAnchor> anchor_at(std::uint32_t position, TextAnchor::Side side) const;

    // The snapshot: text first, then the whole history in columns. Waiting edits are not part of it: the store keeps
    // them as edits that came after. The history in memory shrinks to these bytes.
    Bytes save();
    bool worth_saving() const;
    // Reads what `save` wrote. O(size of the text). malformed: damaged, or not such bytes.
    static Result<Text> load(ByteView snapshot);
    // The checksum of the snapshot was right and yet its history does not decode. What is shown stays; edits that need
    // the history are not taken (`damaged`), questions about it are answered with malformed or nothing, and `save`
    // gives no bytes. The way out is to build the text anew from its edits.
    bool damaged() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace staffroom
