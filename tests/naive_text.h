// The oracle of core/merge/text: character by character, FugueMax straight from its paper (Weidner and Kleppmann, "The
// Art of the Fugue", section on FugueMax), with every version found by walking sets. Shares no idea with the walker: a
// tree of characters, no states, no counting, nothing remembered between edits but the tree. Quadratic, for tests only.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/merge/text_edit.h"

namespace staffroom {

class NaiveText {
  public:
    using Set = std::vector<bool>;  // of edits or characters, by number

    // All of its base must have been added. False: ignored.
    bool add(const TextEdit& edit, bool visible = true) {
        const auto before = reach(edit.base);
        auto known = all_of(before);
        Set gone = deleted_by(before);
        auto length = known.size();
        for (const int c : known) length -= gone[index(c)];
        bool fits = edit.base.size() <= 32;
        for (const auto& change : edit.changes) {
            const auto inserted = split(change.inserted);
            fits = fits && inserted && change.inserted.size() <= 32 * 1024 &&
                   std::size_t{change.position} + change.deleted <= length;
            if (fits) length = length + inserted->size() - change.deleted;
        }
        const int number = static_cast<int>(edits_.size());
        numbers_[edit.id] = number;
        edits_.push_back({edit.id, edit.author, visible, 0, {}, before});
        edits_.back().past.resize(index(number) + 1);
        edits_.back().past[index(number)] = true;
        if (fits)
            for (const auto& change : edit.changes) apply(number, change, known, gone);
        return fits;
    }

    void set_visible(const OpRef& id, bool visible) { edits_[index(numbers_.at(id))].visible = visible; }

    Set everything() const { return Set(edits_.size(), true); }
    Set reach(const std::vector<OpRef>& refs) const {
        Set all(edits_.size());
        for (const auto& ref : refs) {
            const auto& past = edits_[index(numbers_.at(ref))].past;
            for (std::size_t e = 0; e < past.size(); ++e) all[e] = all[e] || past[e];
        }
        return all;
    }

    struct Shown {
        std::string scalar;
        OpRef edit;
        std::uint32_t nth;
    };
    std::vector<Shown> shown(const Set& version) const {
        Set gone(nodes_.size());
        for (std::size_t e = 0; e < version.size(); ++e)
            if (version[e] && edits_[e].visible)
                for (const int c : edits_[e].deleted) gone[index(c)] = true;
        std::vector<Shown> out;
        for (const int c : all_of(version)) {
            const auto& node = nodes_[index(c)];
            const auto& edit = edits_[index(node.edit)];
            if (edit.visible && !gone[index(c)]) out.push_back({node.scalar, edit.id, node.nth});
        }
        return out;
    }
    // How many characters an edit on this version may count: with hidden edits like all others.
    std::size_t length(const Set& version) const {
        const auto known = all_of(version);
        const auto gone = deleted_by(version);
        return known.size() - static_cast<std::size_t>(
                                  std::count_if(known.begin(), known.end(), [&](int c) { return gone[index(c)]; }));
    }
    std::string text(const Set& version) const {
        std::string out;
        for (const auto& one : shown(version)) out += one.scalar;
        return out;
    }
    std::string text() const { return text(everything()); }

    // Scalar values of valid, kept text; nothing if there is something that no edit may insert.
    static std::optional<std::vector<std::string>> split(const std::string& text) {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < text.size();) {
            const auto lead = static_cast<unsigned char>(text[i]);
            const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
            std::uint32_t value = size == 1 ? lead : lead & (0x7Fu >> size);
            for (std::size_t j = 1; j < size; ++j) {
                if (i + j >= text.size() || (static_cast<unsigned char>(text[i + j]) & 0xC0) != 0x80)
                    return std::nullopt;
                value = value << 6 | (static_cast<unsigned char>(text[i + j]) & 0x3F);
            }
            const std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
            if ((lead & 0xC0) == 0x80 || value < least[size] || value > 0x10FFFF || (value >> 11) == 0x1B)
                return std::nullopt;
            if (value == 0 || value == '\r') return std::nullopt;
            out.push_back(text.substr(i, size));
            i += size;
        }
        return out;
    }

  private:
    static constexpr int root = -1;
    static constexpr int end = -2;  // the right origin of what has nothing to its right

    struct Node {
        std::string scalar;
        int edit = 0;
        std::uint32_t nth = 0;
        int right_origin = end;
        std::vector<int> left, right;  // children
    };
    struct Edit {
        OpRef id;
        TextAuthor author;
        bool visible = true;
        std::uint32_t inserted = 0;
        std::vector<int> deleted;
        Set past;  // itself included
    };

    static std::size_t index(int number) { return static_cast<std::size_t>(number); }
    std::vector<int>& right_of(int c) { return c == root ? root_right_ : nodes_[index(c)].right; }

    void visit(int c, std::vector<int>& out) const {
        for (const int child : nodes_[index(c)].left) visit(child, out);
        out.push_back(c);
        for (const int child : nodes_[index(c)].right) visit(child, out);
    }
    std::vector<int> traversal() const {
        std::vector<int> out;
        for (const int child : root_right_) visit(child, out);
        return out;
    }
    std::vector<int> all_of(const Set& version) const {
        auto order = traversal();
        std::erase_if(order, [&](int c) {
            const auto edit = index(nodes_[index(c)].edit);
            return edit >= version.size() || !version[edit];
        });
        return order;
    }
    Set deleted_by(const Set& version) const {
        Set gone(nodes_.size());
        for (std::size_t e = 0; e < version.size(); ++e)
            if (version[e])
                for (const int c : edits_[e].deleted) gone[index(c)] = true;
        return gone;
    }

    void apply(int edit, const TextChange& change, std::vector<int>& known, Set& gone) {
        std::vector<int> alive;
        for (const int c : known)
            if (!gone[index(c)]) alive.push_back(c);
        for (std::uint32_t i = 0; i < change.deleted; ++i) {
            const int c = alive[change.position + i];
            gone[index(c)] = true;
            edits_[index(edit)].deleted.push_back(c);
        }
        int left = change.position == 0 ? root : alive[change.position - 1];
        const auto scalars = split(change.inserted);
        for (const auto& scalar : *scalars) {
            const int fresh = insert(edit, scalar, left, known);
            gone.push_back(false);
            const auto at = left == root ? known.begin() : std::find(known.begin(), known.end(), left) + 1;
            known.insert(at, fresh);
            left = fresh;
        }
    }

    // The paper's rule: a right child of the left origin if that has none yet, else a left child of the right origin.
    int insert(int edit, const std::string& scalar, int left, const std::vector<int>& known) {
        const auto after = left == root ? known.begin() : std::find(known.begin(), known.end(), left) + 1;
        const int right_origin = after == known.end() ? end : *after;
        const int fresh = static_cast<int>(nodes_.size());
        nodes_.push_back({scalar, edit, edits_[index(edit)].inserted++, right_origin, {}, {}});
        auto& siblings = right_of(left);
        const bool has_right_child = std::any_of(siblings.begin(), siblings.end(), [&](int child) {
            return std::find(known.begin(), known.end(), child) != known.end();
        });
        const auto by_id = [&](int a, int b) { return key(a) < key(b); };
        if (has_right_child) {
            auto& children = nodes_[index(right_origin)].left;
            children.insert(std::upper_bound(children.begin(), children.end(), fresh, by_id), fresh);
            return fresh;
        }
        std::vector<std::size_t> place(nodes_.size());
        std::size_t count = 0;
        for (const int c : traversal()) place[index(c)] = count++;
        const auto place_of = [&](int c) { return c == end ? count : place[index(c)]; };
        const auto before = [&](int a, int b) {
            const auto x = place_of(nodes_[index(a)].right_origin);
            const auto y = place_of(nodes_[index(b)].right_origin);
            return x != y ? x > y : by_id(a, b);
        };
        siblings.insert(std::upper_bound(siblings.begin(), siblings.end(), fresh, before), fresh);
        return fresh;
    }

    std::tuple<TextAuthor, OpRef, std::uint32_t> key(int c) const {
        const auto& node = nodes_[index(c)];
        return {edits_[index(node.edit)].author, edits_[index(node.edit)].id, node.nth};
    }

    std::map<OpRef, int> numbers_;
    std::vector<Edit> edits_;
    std::vector<Node> nodes_;
    std::vector<int> root_right_;
};

}  // namespace staffroom
