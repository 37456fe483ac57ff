#include "core/merge/difference.h"

#include <algorithm>
#include <span>

#include "core/utf8.h"

namespace staffroom {
namespace {

// from[from_begin, from_end) becomes to[to_begin, to_end).
struct Hunk {
    std::size_t from_begin = 0, from_end = 0, to_begin = 0, to_end = 0;
};

// Myers' greedy algorithm with the furthest points of every step kept for the way back.
template <class T>
std::vector<Hunk> hunks_of(std::span<const T> from, std::span<const T> to) {
    std::size_t head = 0;
    while (head < from.size() && head < to.size() && from[head] == to[head]) ++head;
    std::size_t tail = 0;
    while (tail < from.size() - head && tail < to.size() - head &&
           from[from.size() - 1 - tail] == to[to.size() - 1 - tail]) {
        ++tail;
    }
    const auto a = from.subspan(head, from.size() - head - tail);
    const auto b = to.subspan(head, to.size() - head - tail);
    if (a.empty() && b.empty()) return {};
    const Hunk whole{head, head + a.size(), head, head + b.size()};
    if (a.empty() || b.empty()) return {whole};

    const auto n = static_cast<std::ptrdiff_t>(a.size()), m = static_cast<std::ptrdiff_t>(b.size());
    const auto steps_max = std::min(n + m, static_cast<std::ptrdiff_t>(difference_max));
    std::vector<std::vector<std::ptrdiff_t>> furthest;  // per step, by diagonal + step
    std::ptrdiff_t steps = 0;
    for (bool found = false; !found; ++steps) {
        if (steps > steps_max) return {whole};
        std::vector<std::ptrdiff_t> now(static_cast<std::size_t>(2 * steps + 1));
        const auto before = [&](std::ptrdiff_t diagonal) {
            const auto index = diagonal + steps - 1;
            if (steps == 0 || index < 0 || index > 2 * (steps - 1)) return std::ptrdiff_t{-1};
            return furthest.back()[static_cast<std::size_t>(index)];
        };
        for (auto diagonal = -steps; diagonal <= steps && !found; diagonal += 2) {
            std::ptrdiff_t x = 0;
            if (steps > 0) {
                const auto down = before(diagonal + 1), right = before(diagonal - 1);
                x = diagonal == -steps || (diagonal != steps && right < down) ? down : right + 1;
            }
            auto y = x - diagonal;
            while (x < n && y < m && x >= 0 && y >= 0 &&
                   a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(y)])
                ++x, ++y;
            now[static_cast<std::size_t>(diagonal + steps)] = x;
            found = x >= n && y >= m;
        }
        furthest.push_back(std::move(now));
    }

    std::vector<Hunk> hunks;  // last first
    auto x = n, y = m;
    const auto edit = [&](std::ptrdiff_t to_x, std::ptrdiff_t to_y) {
        const Hunk step{head + static_cast<std::size_t>(to_x), head + static_cast<std::size_t>(x),
                        head + static_cast<std::size_t>(to_y), head + static_cast<std::size_t>(y)};
        if (!hunks.empty() && hunks.back().from_begin == step.from_end && hunks.back().to_begin == step.to_end) {
            hunks.back().from_begin = step.from_begin;
            hunks.back().to_begin = step.to_begin;
        } else {
            hunks.push_back(step);
        }
        x = to_x;
        y = to_y;
    };
    for (auto step = steps - 1; step > 0; --step) {
        const auto& earlier = furthest[static_cast<std::size_t>(step - 1)];
        const auto at = [&](std::ptrdiff_t diagonal) {
            const auto index = diagonal + step - 1;
            return index < 0 || index > 2 * (step - 1) ? std::ptrdiff_t{-1} : earlier[static_cast<std::size_t>(index)];
        };
        const auto diagonal = x - y;
        const bool down = diagonal == -step || (diagonal != step && at(diagonal - 1) < at(diagonal + 1));
        const auto from_x = down ? at(diagonal + 1) : at(diagonal - 1);
        const auto from_y = from_x - (down ? diagonal + 1 : diagonal - 1);
        x = down ? from_x : from_x + 1;  // back along the snake
        y = x - diagonal;
        edit(from_x, from_y);
    }
    std::reverse(hunks.begin(), hunks.end());
    return hunks;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end == std::string_view::npos ? text.size() : end + 1));
        text.remove_prefix(lines.back().size());
    }
    return lines;
}

std::vector<std::string_view> scalars_of(std::span<const std::string_view> lines) {
    std::vector<std::string_view> scalars;
    for (const auto line : lines) {
        for (std::size_t at = 0; at < line.size();) {
            std::size_t length = 1;
            while (at + length < line.size() && (static_cast<unsigned char>(line[at + length]) & 0xC0) == 0x80)
                ++length;
            scalars.push_back(line.substr(at, length));
            at += length;
        }
    }
    return scalars;
}

std::size_t count_in(std::span<const std::string_view> lines) {
    std::size_t count = 0;
    for (const auto line : lines) count += scalar_count(line);
    return count;
}

// One hunk over scalar values as changes; a long insertion becomes several, one behind the other.
void add_changes(std::vector<TextChange>& changes, std::size_t position, std::size_t deleted,
                 std::span<const std::string_view> inserted) {
    TextChange change{static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(deleted), {}};
    std::size_t scalars = 0;
    for (const auto scalar : inserted) {
        if (change.inserted.size() + scalar.size() > limits::insert_bytes) {
            changes.push_back(change);
            change = {change.position + static_cast<std::uint32_t>(scalars), 0, {}};
            scalars = 0;
        }
        change.inserted += scalar;
        ++scalars;
    }
    changes.push_back(std::move(change));
}

}  // namespace

std::vector<TextChange> difference(std::string_view from, std::string_view to) {
    const auto old_lines = lines_of(from), new_lines = lines_of(to);
    const std::span<const std::string_view> old_all(old_lines), new_all(new_lines);
    std::vector<TextChange> changes;
    std::size_t line = 0, position = 0;  // in the old lines; in the text as it becomes
    for (const auto& hunk : hunks_of(old_all, new_all)) {
        position += count_in(old_all.subspan(line, hunk.from_begin - line));
        const auto before = scalars_of(old_all.subspan(hunk.from_begin, hunk.from_end - hunk.from_begin));
        const auto after = scalars_of(new_all.subspan(hunk.to_begin, hunk.to_end - hunk.to_begin));
        const std::span<const std::string_view> old_scalars(before), new_scalars(after);
        for (const auto& inner : hunks_of(old_scalars, new_scalars)) {
            add_changes(changes, position + inner.to_begin, inner.from_end - inner.from_begin,
                        new_scalars.subspan(inner.to_begin, inner.to_end - inner.to_begin));
        }
        position += after.size();
        line = hunk.from_end;
    }
    return changes;
}

}  // namespace staffroom
