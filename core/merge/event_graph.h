// Which edit was made on top of which, by number: edits are numbered in the order they were taken, every edit after all
// it was based on. A chain, each edit based on exactly the one before it, costs nothing but its first edit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace staffroom {

using EditIndex = std::uint32_t;
inline constexpr EditIndex no_edit = 0xFFFFFFFF;

// A version: the edits reachable from these, themselves included. Sorted, no repeats.
using Version = std::vector<EditIndex>;

struct EditRange {
    EditIndex begin = 0;
    EditIndex end = 0;
    bool operator==(const EditRange&) const = default;
};

class EventGraph {
  public:
    struct Chain {
        EditIndex first = 0;
        std::uint32_t base_begin = 0;  // the first edit's base, in a list of all bases
        std::uint32_t base_count = 0;
    };

    class Base {
      public:
        explicit Base(EditIndex only) : only_(only) {}
        explicit Base(std::span<const EditIndex> all) : all_(all), listed_(true) {}
        // Lives as long as this does.
        operator std::span<const EditIndex>() const& { return listed_ ? all_ : std::span(&only_, 1); }
        operator std::span<const EditIndex>() && = delete;

      private:
        EditIndex only_ = 0;  // inside a chain
        std::span<const EditIndex> all_;
        bool listed_ = false;
    };

    // Numbering starts here: what lies before is known by number only.
    explicit EventGraph(EditIndex first = 0) : first_(first), end_(first) {}

    EditIndex first() const { return first_; }
    EditIndex end() const { return end_; }

    // `base` sorted, without repeats, of earlier edits.
    EditIndex append(std::span<const EditIndex> base);
    // Goes on with append({end() - 1}) until there are `end` edits. Needs one edit at least.
    void append_up_to(EditIndex end) { end_ = std::max(end_, end); }

    // Needs first() <= edit < end(). Valid until the next append.
    Base base_of(EditIndex edit) const;

    // The edits only in `a` and those only in `b`, as ranges, latest first; false, and nothing of use, if these are more
    // than `most` edits. O(what differs), in chains.
    bool difference(std::span<const EditIndex> a, std::span<const EditIndex> b, std::vector<EditRange>& only_a,
                    std::vector<EditRange>& only_b, std::size_t most = static_cast<std::size_t>(-1)) const;
    // All edits of a version, earliest first.
    std::vector<EditRange> edits_of(std::span<const EditIndex> version) const;

    // The edits e such that every other edit is in the version {e} or has e in its own: ranges, ascending. At such a
    // *settled* version nothing was concurrent, so merging never looks behind it.
    std::vector<EditRange> settled() const;

    const std::vector<Chain>& chains() const { return chains_; }

  private:
    std::size_t chain_of(EditIndex edit) const;

    EditIndex first_;
    EditIndex end_;
    std::vector<Chain> chains_;
    std::vector<EditIndex> bases_;
};

// Keeps the settled versions up to date as edits are appended. Amortised O(1) an edit.
class Settled {
  public:
    Settled() = default;
    explicit Settled(std::vector<EditRange> ranges) : ranges_(std::move(ranges)) {}

    // An edit with this base arrives: versions it was not built on are settled no longer.
    void cut(std::span<const EditIndex> base);
    // `edit` was built on everything there is.
    void push(EditIndex edit) {
        if (!ranges_.empty() && ranges_.back().end == edit)
            ++ranges_.back().end;
        else
            ranges_.push_back({edit, edit + 1});
    }
    // The latest, or no_edit: only the empty text is.
    EditIndex last() const { return ranges_.empty() ? no_edit : ranges_.back().end - 1; }

    const std::vector<EditRange>& ranges() const { return ranges_; }

  private:
    std::vector<EditRange> ranges_;
};

}  // namespace staffroom
