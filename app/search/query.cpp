#include "app/search/query.h"

#include <algorithm>
#include <array>
#include <deque>

#include "app/search/words.h"

namespace staffroom::search {
namespace {

constexpr std::size_t typed_bytes_max = 1'000;
constexpr std::string_view opening_marks[] = {"\"", "“", "”", "„", "«", "»"};

// How many bytes of a quotation mark stand there.
std::size_t mark_at(std::string_view typed, std::size_t at) {
    for (const auto mark : opening_marks) {
        if (typed.substr(at).starts_with(mark)) return mark.size();
    }
    return 0;
}

bool holds(std::string_view word, std::string_view wanted, bool begins) {
    return begins ? word.starts_with(wanted) : word == wanted;
}

struct Shown {
    std::size_t begin = 0, end = 0, term = 0;
};

// Where terms stand in the text, in order, until all were seen and as much again was looked through, or enough.
std::vector<Shown> shown_in(std::string_view text, const Query& query) {
    constexpr std::size_t most = 400;
    struct Past {
        std::string folded;
        std::size_t begin;
    };
    std::size_t longest = 1;
    for (const auto& term : query) longest = std::max(longest, term.words.size());
    std::deque<Past> past;
    std::vector<Shown> shown;
    std::vector<bool> seen(query.size());
    std::size_t stop = text.size();
    each_word(text, [&](const Word& word) {
        past.push_back({std::string(word.folded), word.begin});
        if (past.size() > longest) past.pop_front();
        for (std::size_t i = 0; i < query.size(); ++i) {
            const auto& words = query[i].words;
            if (past.size() < words.size()) continue;
            const auto first = past.size() - words.size();
            bool all = true;
            for (std::size_t at = 0; at < words.size() && all; ++at) {
                all = holds(past[first + at].folded, words[at], query[i].begins && at + 1 == words.size());
            }
            if (!all) continue;
            shown.push_back({past[first].begin, word.end, i});
            seen[i] = true;
        }
        if (stop == text.size() && std::all_of(seen.begin(), seen.end(), [](bool each) { return each; })) {
            stop = std::min(text.size(), word.end * 2);
        }
        return word.end < stop && shown.size() < most;
    });
    return shown;
}

bool is_within(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

Result<Query> parse_query(std::string_view typed) {
    if (typed.size() > typed_bytes_max) {
        return {Code::too_large, "That is too much to search for at once.", "Search for a few words."};
    }
    Query query;
    bool short_beginning = false;
    const auto add = [&](std::string_view part) {
        Term term;
        each_word(part, [&](const Word& word) { return term.words.emplace_back(word.folded), true; });
        if (term.words.empty()) return;
        term.begins = part.ends_with('*');
        short_beginning |= term.begins && term.words.size() == 1 && term.words[0].size() < 2;
        query.push_back(std::move(term));
    };
    for (std::size_t at = 0; at < typed.size();) {
        if (is_space(typed[at])) {
            ++at;
        } else if (const auto mark = mark_at(typed, at)) {
            auto end = at + mark;
            while (end < typed.size() && mark_at(typed, end) == 0) ++end;
            const auto close = end < typed.size() ? mark_at(typed, end) : 0;
            const bool begins = end + close < typed.size() && typed[end + close] == '*';
            add(typed.substr(at + mark, end - at - mark));
            if (begins && !query.empty()) query.back().begins = true;
            at = end + close + (begins ? 1 : 0);
        } else {
            auto end = at;
            while (end < typed.size() && !is_space(typed[end]) && mark_at(typed, end) == 0) ++end;
            add(typed.substr(at, end - at));
            at = end;
        }
    }
    if (query.empty()) {
        return {Code::malformed, "There is no word in what you search for.",
                "Give a word, or the beginning of one and *."};
    }
    if (short_beginning) {
        return {Code::malformed, "One letter begins too many words.", "Give two letters or more before the *."};
    }
    return query;
}

std::string expression_of(const Query& query) {
    // Folded words hold no marks, so that nothing in them can end the quotation.
    std::string expression;
    for (const auto& term : query) {
        if (!expression.empty()) expression += " AND ";
        std::string phrase;
        for (const auto& word : term.words) phrase += (phrase.empty() ? "" : " ") + word;
        expression += '"' + phrase + '"' + (term.begins ? " *" : "");
    }
    return expression;
}

std::string snippet_of(std::string_view text, const Query& query, std::size_t letters) {
    const auto shown = shown_in(text, query);
    // The window with the most different terms, the first of them.
    std::size_t begin = 0, end = 0, best = 0;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        std::vector<bool> seen(query.size());
        std::size_t count = 0, last = i;
        for (std::size_t j = i; j < shown.size() && shown[j].end <= shown[i].begin + letters; ++j) {
            if (!seen[shown[j].term]) ++count;
            seen[shown[j].term] = true;
            last = j;
        }
        if (count > best || i == 0) {
            best = std::max<std::size_t>(count, 1);
            begin = shown[i].begin;
            end = std::max(shown[last].end, shown[i].end);
        }
        if (best == query.size()) break;
    }
    // As much again on both sides, to the ends of words.
    const auto width = std::max(letters, std::min(end - begin, 2 * letters));
    end = std::min(end, begin + width);
    const auto spare = width - (end - begin);
    auto from = begin - std::min(begin, spare / 2);
    auto to = std::min(text.size(), from + width);
    while (from > 0 && from < begin && !is_space(text[from - 1])) ++from;
    while (to < text.size() && to > end && !is_space(text[to])) --to;
    while (is_within(text, from)) ++from;
    while (to > from && is_within(text, to)) --to;
    std::string line;
    for (const char c : text.substr(from, to - from)) {
        if (!is_space(c)) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return (from > 0 ? "…" : "") + line + (to < text.size() ? "…" : "");
}

}  // namespace staffroom::search
