// The language of the tests of texts: writers are numbers (the smaller stands first at a tie), edits are numbers.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/merge/text.h"
#include "tests/naive_text.h"

namespace staffroom {

inline TextAuthor writer(std::uint32_t n) {
    TextAuthor who;
    who.device.bytes[0] = static_cast<std::uint8_t>(n);
    return who;
}
// Ids in no order, as hashes are.
inline OpRef ref(std::uint32_t n) {
    OpRef id;
    std::uint64_t mixed = (n + 1) * 0x9E3779B97F4A7C15;
    for (auto& byte : id.commit.bytes) {
        byte = static_cast<std::uint8_t>(mixed >> 56);
        mixed = mixed * 0xD1342543DE82EF95 + n;
    }
    return id;
}
inline std::vector<OpRef> refs(std::initializer_list<std::uint32_t> numbers) {
    std::vector<OpRef> out;
    for (const auto n : numbers) out.push_back(ref(n));
    return out;
}
inline TextEdit edit(std::uint32_t n, std::uint32_t who, std::initializer_list<std::uint32_t> base,
                     std::vector<TextChange> changes) {
    return {ref(n), writer(who), refs(base), std::move(changes)};
}

struct TextHistory {
    std::vector<TextEdit> edits;  // in an order that respects causality
    std::vector<bool> visible;
};

// Random histories, reproduced by their seed.
class TextStory {
  public:
    explicit TextStory(std::uint64_t seed) : random_(seed) {}

    std::uint32_t below(std::size_t n) { return static_cast<std::uint32_t>(random_() % n); }
    bool chance(unsigned percent) { return random_() % 100 < percent; }

    // Several writers, each with its own version, now and then meeting. Most type on where they are, forwards or
    // backwards; some edits reach out of the text, some hold what no edit may hold, some are hidden.
    TextHistory history(std::size_t count, bool with_hidden) {
        TextHistory out;
        NaiveText all;
        carets_.clear();
        const auto writers = 2 + below(3);
        std::vector<std::vector<OpRef>> at(writers);
        const unsigned meet = 5 + below(40);
        for (std::uint32_t n = 0; n < count; ++n) {
            const auto who = below(writers);
            if (chance(meet)) {
                auto& base = at[who];
                for (const auto& other : at[below(writers)])
                    if (std::find(base.begin(), base.end(), other) == base.end()) base.push_back(other);
            }
            TextEdit one{ref(n), writer(chance(90) ? who : below(writers)), at[who], {}};
            auto length = static_cast<std::uint32_t>(all.length(all.reach(at[who])));
            const auto changes = chance(80) ? 1 : below(4);
            for (std::uint32_t c = 0; c < changes; ++c) one.changes.push_back(change(who, length));
            if (chance(3)) one.changes.push_back({length + 1 + below(3), 0, "out"});
            if (chance(3)) one.changes.push_back({length, 1 + below(2), ""});
            if (chance(2)) one.changes.push_back({0, 0, bad_words()[below(bad_words().size())]});
            all.add(one);
            at[who] = {one.id};
            out.visible.push_back(!(with_hidden && chance(15)));
            out.edits.push_back(std::move(one));
        }
        return out;
    }

    // Another order of arrival that respects causality.
    std::vector<std::size_t> order(const TextHistory& history) {
        std::vector<std::size_t> out;
        std::set<OpRef> here;
        std::vector<std::size_t> left(history.edits.size());
        for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
        while (!left.empty()) {
            const auto start = below(left.size());
            for (std::size_t k = 0; k < left.size(); ++k) {
                const auto at = (start + k) % left.size();
                const auto& base = history.edits[left[at]].base;
                if (!std::all_of(base.begin(), base.end(), [&](const OpRef& b) { return here.contains(b); })) continue;
                here.insert(history.edits[left[at]].id);
                out.push_back(left[at]);
                left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            }
        }
        return out;
    }

    std::vector<std::size_t> shuffled(std::size_t count) {
        std::vector<std::size_t> out(count);
        for (std::size_t i = 0; i < count; ++i) out[i] = i;
        for (std::size_t i = count; i > 1; --i) std::swap(out[i - 1], out[below(i)]);
        return out;
    }

    static const std::vector<std::string>& words() {
        static const std::vector<std::string> list = {"a",  "b", "xyz",    "\n",    "ü",
                                                      "नि", "😀", "hello ", "مرحبا", "👩‍🏫"};
        return list;
    }
    static const std::vector<std::string>& bad_words() {
        static const std::vector<std::string> list = {"\r",           "a\r\nb",   std::string(1, '\0'), "\xff",
                                                      "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80",   "\xe2\x82",
                                                      "\x80"};
        return list;
    }

  private:
    TextChange change(std::uint32_t who, std::uint32_t& length) {
        auto& caret = carets_[who];
        if (chance(35)) caret = below(length + 1);
        caret = std::min(caret, length);
        TextChange out{caret, 0, {}};
        if (length > 0 && chance(35)) {
            if (chance(50) && out.position > 0) --out.position;
            out.deleted = std::min<std::uint32_t>(1 + (chance(20) ? below(6) : 0), length - out.position);
        }
        if (out.deleted == 0 || chance(20)) out.inserted = words()[below(words().size())];
        const auto inserted = static_cast<std::uint32_t>(NaiveText::split(out.inserted)->size());
        length = length - out.deleted + inserted;
        caret = chance(80) ? out.position + inserted : out.position;
        return out;
    }

    std::mt19937_64 random_;
    std::map<std::uint32_t, std::uint32_t> carets_;
};

}  // namespace staffroom
