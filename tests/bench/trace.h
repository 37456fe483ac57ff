// Recorded typing, read from the three JSON formats of public editing traces: a list of transactions, a graph of
// transactions ("kind": "concurrent"), a graph of spans ("span", "ops"). Plain or gzip.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.h"
#include "core/merge/text_edit.h"
#include "core/utf8.h"

namespace staffroom::bench {

struct Transaction {
    std::vector<std::uint32_t> parents;  // earlier transactions
    std::uint32_t agent = 0;             // the smaller stands first
    std::uint32_t order = 0;             // of one agent's: the smaller stands first
    std::vector<TextChange> changes;
};

struct Trace {
    std::string start, end;
    bool concurrent = false;
    std::vector<Transaction> transactions;
};

// The little of JSON that traces need; anything else ends the reading (`bad`).
class JsonCursor {
  public:
    explicit JsonCursor(std::string text) : text_(std::move(text)) {}
    bool bad = false;

    bool take(char c) {
        skip_space();
        if (at_ < text_.size() && text_[at_] == c) return ++at_, true;
        return false;
    }
    void need(char c) {
        if (!take(c)) fail();
    }
    template <class F>
    void list(F each) {
        need('[');
        if (take(']')) return;
        do each();
        while (!bad && take(','));
        need(']');
    }
    template <class F>  // each(key) reads the value
    void object(F each) {
        need('{');
        if (take('}')) return;
        do {
            const auto key = string();
            need(':');
            each(key);
        } while (!bad && take(','));
        need('}');
    }
    std::uint32_t number() {
        skip_space();
        std::uint64_t value = 0;
        const auto start = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && value < 1u << 31)
            value = value * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
        if (at_ == start || value >= 1u << 31) fail();
        return static_cast<std::uint32_t>(value);
    }
    std::string string() {
        std::string out;
        need('"');
        while (!bad && at_ < text_.size() && text_[at_] != '"') {
            const char c = text_[at_++];
            if (c != '\\')
                out += c;
            else
                escape(out);
        }
        need('"');
        return out;
    }
    bool is_string() { return peek() == '"'; }
    void skip() {
        const char c = peek();
        if (c == '"') {
            string();
        } else if (c == '[') {
            list([&] { skip(); });
        } else if (c == '{') {
            object([&](const std::string&) { skip(); });
        } else {
            while (at_ < text_.size() && std::string_view(",]} \n\r\t").find(text_[at_]) == std::string_view::npos)
                ++at_;
            if (at_ == text_.size()) fail();
        }
    }

  private:
    char peek() {
        skip_space();
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    void skip_space() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
            ++at_;
    }
    void fail() {
        bad = true;
        at_ = text_.size();
    }
    std::uint32_t hex4() {
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i) {
            const auto digit = at_ < text_.size()
                                   ? std::string_view("0123456789abcdef").find(static_cast<char>(text_[at_] | 0x20))
                                   : std::string_view::npos;
            if (digit == std::string_view::npos) return fail(), 0;
            value = value << 4 | static_cast<std::uint32_t>(digit);
            ++at_;
        }
        return value;
    }
    void escape(std::string& out) {
        if (at_ == text_.size()) return fail();
        const char c = text_[at_++];
        constexpr std::string_view from = "\"\\/bfnrt";
        constexpr std::string_view to = "\"\\/\b\f\n\r\t";
        if (const auto i = from.find(c); i != std::string_view::npos) {
            out += to[i];
            return;
        }
        if (c != 'u') return fail();
        std::uint32_t value = hex4();
        if (value >> 10 == 0x36 && text_.compare(at_, 2, "\\u") == 0) {
            at_ += 2;
            value = 0x10000 + ((value & 0x3FF) << 10) + (hex4() & 0x3FF);
        }
        if (value < 0x80) {
            out += static_cast<char>(value);
        } else if (value < 0x800) {
            out += static_cast<char>(0xC0 | value >> 6);
            out += static_cast<char>(0x80 | (value & 0x3F));
        } else {
            if (value >= 0x10000) {
                out += static_cast<char>(0xF0 | value >> 18);
                out += static_cast<char>(0x80 | (value >> 12 & 0x3F));
            } else {
                out += static_cast<char>(0xE0 | value >> 12);
            }
            out += static_cast<char>(0x80 | (value >> 6 & 0x3F));
            out += static_cast<char>(0x80 | (value & 0x3F));
        }
    }

    std::string text_;
    std::size_t at_ = 0;
};

inline std::optional<std::string> read_file(const std::string& path) {
    gzFile file = gzopen(path.c_str(), "rb");  // reads plain files as they are
    if (!file) return std::nullopt;
    std::string out;
    char buffer[1 << 16];
    int got = 0;
    while ((got = gzread(file, buffer, sizeof buffer)) > 0) out.append(buffer, static_cast<std::size_t>(got));
    gzclose(file);
    if (got < 0) return std::nullopt;
    return out;
}

// An insertion above the limit of one change becomes several, which is what a program does with a big paste.
inline void add_change(std::vector<TextChange>& changes, TextChange change) {
    while (change.inserted.size() > limits::insert_bytes) {
        std::size_t cut = limits::insert_bytes;
        while ((static_cast<unsigned char>(change.inserted[cut]) & 0xC0) == 0x80) --cut;
        TextChange first{change.position, change.deleted, change.inserted.substr(0, cut)};
        change.position += static_cast<std::uint32_t>(scalar_count(first.inserted));
        change.deleted = 0;
        change.inserted.erase(0, cut);
        changes.push_back(std::move(first));
    }
    changes.push_back(std::move(change));
}

inline std::optional<Trace> read_trace(const std::string& path) {
    auto text = read_file(path);
    if (!text) return std::nullopt;
    JsonCursor json(std::move(*text));
    Trace trace;
    std::map<std::uint32_t, std::uint32_t> ends;  // a span's last number to its transaction
    std::vector<std::string> names;
    std::vector<std::pair<std::size_t, std::string>> named;
    json.object([&](const std::string& key) {
        if (key == "startContent") {
            trace.start = json.string();
        } else if (key == "endContent") {
            trace.end = json.string();
        } else if (key == "txns") {
            json.list([&] {
                Transaction one;
                bool has_parents = false;
                const auto number = static_cast<std::uint32_t>(trace.transactions.size());
                one.order = number;
                bool span = false;
                json.object([&](const std::string& field) {
                    if (field == "parents") {
                        has_parents = true;
                        json.list([&] { one.parents.push_back(json.number()); });
                    } else if (field == "agent") {
                        if (json.is_string())
                            named.emplace_back(number, json.string());
                        else
                            one.agent = json.number();
                    } else if (field == "seqStart") {
                        one.order = json.number();
                    } else if (field == "span") {
                        span = true;
                        std::uint32_t last = 0;
                        json.list([&] { last = json.number(); });
                        ends[last - 1] = number;
                    } else if (field == "patches" || field == "ops") {
                        json.list([&] {
                            TextChange change;
                            json.need('[');
                            change.position = json.number();
                            json.need(',');
                            change.deleted = json.number();
                            json.need(',');
                            change.inserted = json.string();
                            json.need(']');
                            add_change(one.changes, std::move(change));
                        });
                    } else {
                        json.skip();
                    }
                });
                if (span)
                    for (auto& parent : one.parents) parent = ends.contains(parent) ? ends.at(parent) : number;
                if (has_parents) trace.concurrent = true;
                if (!has_parents && number > 0) one.parents.push_back(number - 1);
                for (const auto parent : one.parents) json.bad = json.bad || parent >= number;
                trace.transactions.push_back(std::move(one));
            });
        } else {
            json.skip();
        }
    });
    if (json.bad) return std::nullopt;
    for (const auto& [at, name] : named) names.push_back(name);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (const auto& [at, name] : named)
        trace.transactions[at].agent =
            static_cast<std::uint32_t>(std::lower_bound(names.begin(), names.end(), name) - names.begin());
    return trace;
}

}  // namespace staffroom::bench
