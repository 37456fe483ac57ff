// The oracle of core/merge/text: character by character, FugueMax straight from its paper (Weidner and Kleppmann, "The
// Art of the Fugue", section on FugueMax), with every version found by walking sets. Shares no idea with the walker: a
// tree of characters, no states, no counting, nothing remembered between edits but the tree. Quadratic, for tests only.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/merge/text_edit.h"

namespace staffroom {

class NaiveText {
  public:
    // All of its base must have been added. False: ignored.
    bool add(const TextEdit& edit, bool visible = true) {
        Applied applied{edit.author, visible, {}, {}, {edit.id}};
        for (const auto& base : edit.base)
            applied.past.insert(edits_.at(base).past.begin(), edits_.at(base).past.end());
        std::set<OpRef> before = applied.past;
        before.erase(edit.id);

        auto known = all_of(before);
        std::set<int> gone = deleted_by(before);
        bool fits = edit.base.size() <= 32;
        std::size_t length = known.size() - gone.size();
        for (const auto& change : edit.changes) {
            const auto inserted = split(change.inserted);
            fits = fits && inserted && change.inserted.size() <= 32 * 1024 &&
                   std::size_t{change.position} + change.deleted <= length;
            if (fits) length = length + inserted->size() - change.deleted;
        }
        if (fits)
            for (const auto& change : edit.changes) apply(edit, change, known, gone, applied);
        edits_.emplace(edit.id, std::move(applied));
        return fits;
    }

    void set_visible(const OpRef& id, bool visible) { edits_.at(id).visible = visible; }

    std::set<OpRef> everything() const {
        std::set<OpRef> all;
        for (const auto& [id, edit] : edits_) all.insert(id);
        return all;
    }
    std::set<OpRef> reach(const std::vector<OpRef>& refs) const {
        std::set<OpRef> all;
        for (const auto& ref : refs) all.insert(edits_.at(ref).past.begin(), edits_.at(ref).past.end());
        return all;
    }

    struct Shown {
        std::string scalar;
        OpRef edit;
        std::uint32_t nth;
    };
    std::vector<Shown> shown(const std::set<OpRef>& version) const {
        std::set<int> gone;
        for (const auto& id : version)
            if (const auto& edit = edits_.at(id); edit.visible) gone.insert(edit.deleted.begin(), edit.deleted.end());
        std::vector<Shown> out;
        for (const int c : all_of(version)) {
            const auto& node = nodes_[static_cast<std::size_t>(c)];
            if (edits_.at(node.edit).visible && !gone.contains(c)) out.push_back({node.scalar, node.edit, node.nth});
        }
        return out;
    }
    std::string text(const std::set<OpRef>& version) const {
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
        TextAuthor author;
        OpRef edit;
        std::uint32_t nth = 0;
        int right_origin = end;
        std::vector<int> left, right;  // children
    };
    struct Applied {
        TextAuthor author;
        bool visible = true;
        std::vector<int> inserted;
        std::set<int> deleted;
        std::set<OpRef> past;  // itself included
    };

    std::vector<int>& right_of(int c) { return c == root ? root_right_ : nodes_[static_cast<std::size_t>(c)].right; }

    void visit(int c, std::vector<int>& out) const {
        const auto& node = nodes_[static_cast<std::size_t>(c)];
        for (const int child : node.left) visit(child, out);
        out.push_back(c);
        for (const int child : node.right) visit(child, out);
    }
    std::vector<int> traversal() const {
        std::vector<int> out;
        for (const int child : root_right_) visit(child, out);
        return out;
    }
    std::vector<int> all_of(const std::set<OpRef>& version) const {
        auto order = traversal();
        std::erase_if(order, [&](int c) { return !version.contains(nodes_[static_cast<std::size_t>(c)].edit); });
        return order;
    }
    std::set<int> deleted_by(const std::set<OpRef>& version) const {
        std::set<int> gone;
        for (const auto& id : version) gone.insert(edits_.at(id).deleted.begin(), edits_.at(id).deleted.end());
        return gone;
    }

    void apply(const TextEdit& edit, const TextChange& change, std::vector<int>& known, std::set<int>& gone,
               Applied& applied) {
        const auto alive = [&] {
            std::vector<int> out;
            for (const int c : known)
                if (!gone.contains(c)) out.push_back(c);
            return out;
        };
        auto now = alive();
        for (std::uint32_t i = 0; i < change.deleted; ++i) {
            gone.insert(now[change.position + i]);
            applied.deleted.insert(now[change.position + i]);
        }
        now = alive();
        int left = change.position == 0 ? root : now[change.position - 1];
        const auto scalars = split(change.inserted);
        for (const auto& scalar : *scalars) {
            const int fresh = insert(edit, scalar, left, known, static_cast<std::uint32_t>(applied.inserted.size()));
            applied.inserted.push_back(fresh);
            const auto at = left == root ? known.begin() : std::find(known.begin(), known.end(), left) + 1;
            known.insert(at, fresh);
            left = fresh;
        }
    }

    // The paper's rule: a right child of the left origin if that has none yet, else a left child of the right origin.
    int insert(const TextEdit& edit, const std::string& scalar, int left, const std::vector<int>& known,
               std::uint32_t nth) {
        const auto after = left == root ? known.begin() : std::find(known.begin(), known.end(), left) + 1;
        const int right_origin = after == known.end() ? end : *after;
        const int fresh = static_cast<int>(nodes_.size());
        nodes_.push_back({scalar, edit.author, edit.id, nth, right_origin, {}, {}});
        const std::set<int> here(known.begin(), known.end());
        auto& siblings = right_of(left);
        const bool has_right_child =
            std::any_of(siblings.begin(), siblings.end(), [&](int child) { return here.contains(child); });
        const auto by_id = [&](int a, int b) { return key(a) < key(b); };
        if (has_right_child) {
            auto& children = nodes_[static_cast<std::size_t>(right_origin)].left;
            children.insert(std::upper_bound(children.begin(), children.end(), fresh, by_id), fresh);
            return fresh;
        }
        std::map<int, int> place;
        for (const int c : traversal()) place.emplace(c, static_cast<int>(place.size()));
        place[end] = static_cast<int>(place.size());
        const auto before = [&](int a, int b) {
            const int x = place.at(nodes_[static_cast<std::size_t>(a)].right_origin);
            const int y = place.at(nodes_[static_cast<std::size_t>(b)].right_origin);
            return x != y ? x > y : by_id(a, b);
        };
        siblings.insert(std::upper_bound(siblings.begin(), siblings.end(), fresh, before), fresh);
        return fresh;
    }

    std::tuple<TextAuthor, OpRef, std::uint32_t> key(int c) const {
        const auto& node = nodes_[static_cast<std::size_t>(c)];
        return {node.author, node.edit, node.nth};
    }

    std::map<OpRef, Applied> edits_;
    std::vector<Node> nodes_;
    std::vector<int> root_right_;
};

}  // namespace staffroom
