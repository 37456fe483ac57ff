// text PATH...: replays recorded typing, checks that it ends in the recorded text, and prints one JSON line a trace:
//
//   apply_ms  local editing, one transaction at a time (null for a trace with several writers)
//   merge_ms  a second text receives every transaction one by one
//   open_ms   from the stored bytes to the shown text
//   bytes     the whole history as stored; the shown text is stored beside it, ready to show
//   peak_mb   the most memory at any time while receiving, above the trace itself
//   ok        every way ended in the recorded text
//
// Times are processor time, medians of alternating runs. On stderr, for people: the ratio to a gap buffer that keeps a
// log of runs, run in turn with ours, and memory once all is saved. A commit holds 1,024 transactions here: ids cost what commits cost,
// wherever they are kept. Exit code 1 if any trace ended in another text.
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <new>

#include "core/merge/text.h"
#include "core/merge/text_codec.h"
#include "tests/bench/trace.h"

namespace {
bool counting = false;
std::size_t in_use = 0;
std::size_t most_in_use = 0;
}  // namespace

// Not inlined: gcc 12 takes a pair of which it sees one half for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
    void* memory = std::malloc(size);
    if (!memory) std::abort();
    if (counting) most_in_use = std::max(most_in_use, in_use += malloc_usable_size(memory));
    return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    if (counting && memory) in_use -= malloc_usable_size(memory);
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace staffroom::bench {
namespace {

// Processor time: the work is one thread's and does no I/O, and other programs on the machine are none of its business.
double now_ms() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}
double ms_since(double start) { return now_ms() - start; }

OpRef id_of(std::uint32_t n) {
    constexpr std::uint32_t ops = 1024;
    OpRef id;
    std::uint64_t mixed = n / ops + 1;
    for (std::size_t i = 0; i < 4; ++i) {
        mixed = (mixed ^ mixed >> 31) * 0x9E3779B97F4A7C15;
        std::memcpy(id.commit.bytes.data() + 8 * i, &mixed, 8);
    }
    for (std::size_t i = 0; i < 4; ++i) id.commit.bytes[i] = static_cast<std::uint8_t>(n / ops >> (24 - 8 * i));
    id.position = static_cast<std::uint16_t>(n % ops);
    return id;
}

TextAuthor author_of(std::uint32_t agent) {
    TextAuthor author;
    for (std::size_t i = 0; i < 4; ++i) author.device.bytes[i] = static_cast<std::uint8_t>(agent >> (24 - 8 * i));
    return author;
}

std::vector<TextEdit> edits_of(const Trace& trace) {
    // One person's concurrent branches tie by id, so ids are given in the order the trace has for each person.
    std::vector<std::uint32_t> ranked(trace.transactions.size());
    for (std::uint32_t n = 0; n < ranked.size(); ++n) ranked[n] = n;
    std::stable_sort(ranked.begin(), ranked.end(), [&](std::uint32_t a, std::uint32_t b) {
        return trace.transactions[a].order < trace.transactions[b].order;
    });
    std::vector<OpRef> ids(ranked.size());
    for (std::uint32_t rank = 0; rank < ranked.size(); ++rank) ids[ranked[rank]] = id_of(rank);

    std::vector<TextEdit> edits;
    edits.reserve(trace.transactions.size());
    for (std::uint32_t n = 0; n < trace.transactions.size(); ++n) {
        const auto& one = trace.transactions[n];
        TextEdit edit{ids[n], author_of(one.agent), {}, one.changes};
        for (const auto parent : one.parents) edit.base.push_back(ids[parent]);
        edits.push_back(std::move(edit));
    }
    return edits;
}

// The floor: the text in one gap buffer, the edits in a log of runs. Counts bytes: enough for plain ASCII.
double floor_ms(const Trace& trace, bool& ok) {
    struct Run {
        std::uint32_t position, deleted, inserted, text;
    };
    const auto start = now_ms();
    std::vector<char> buffer(1 << 16);
    std::size_t head = 0;
    std::size_t tail = 0;
    std::vector<Run> log;
    std::string text;
    for (const auto& one : trace.transactions) {
        for (const auto& change : one.changes) {
            const auto size = change.inserted.size();
            if (head + tail + size > buffer.size()) {
                std::vector<char> more(buffer.size() * 2 + size);
                std::memcpy(more.data(), buffer.data(), head);
                std::memcpy(more.data() + more.size() - tail, buffer.data() + buffer.size() - tail, tail);
                buffer.swap(more);
            }
            if (change.position < head) {
                const auto moved = head - change.position;
                std::memmove(buffer.data() + buffer.size() - tail - moved, buffer.data() + change.position, moved);
                head -= moved;
                tail += moved;
            } else if (change.position > head) {
                const auto moved = change.position - head;
                std::memmove(buffer.data() + head, buffer.data() + buffer.size() - tail, moved);
                head += moved;
                tail -= moved;
            }
            tail -= change.deleted;
            std::memcpy(buffer.data() + head, change.inserted.data(), size);
            head += size;
            const bool goes_on = !log.empty() && change.deleted == 0 && log.back().deleted == 0 &&
                                 log.back().position + log.back().inserted == change.position;
            if (goes_on)
                log.back().inserted += static_cast<std::uint32_t>(size);
            else
                log.push_back({change.position, change.deleted, static_cast<std::uint32_t>(size),
                               static_cast<std::uint32_t>(text.size())});
            text += change.inserted;
        }
    }
    const double ms = ms_since(start);
    std::string out(buffer.data(), head);
    out.append(buffer.data() + buffer.size() - tail, tail);
    ok = out == trace.end;
    return ms;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

bool replay(const std::string& path, const Trace& trace) {
    const auto edits = edits_of(trace);
    bool ok = true;
    std::vector<OpRef> ids;
    for (const auto& edit : edits) ids.push_back(edit.id);
    const TextAuthor author = author_of(0);
    const auto apply = [&] {
        Text text;
        const auto start = now_ms();
        // The floor reads the same: what was typed, and not what a colleague would have received.
        for (std::size_t n = 0; n < ids.size(); ++n) text.write(ids[n], author, trace.transactions[n].changes);
        const double ms = ms_since(start);
        ok = ok && text.text() == trace.end;
        return ms;
    };
    const auto merge = [&] {
        Text text;
        const auto start = now_ms();
        for (const auto& edit : edits) text.add(edit);
        const double ms = ms_since(start);
        ok = ok && text.text() == trace.end;
        return ms;
    };
    std::vector<double> applied, floors, ratios, merged;
    bool floor_ok = !trace.concurrent;
    for (int round = 0; round < 9; ++round) {
        if (!trace.concurrent) {
            floors.push_back(floor_ms(trace, floor_ok));
            applied.push_back(apply());
            ratios.push_back(applied.back() / floors.back());
        }
        merged.push_back(merge());
    }
    const double apply_ms = trace.concurrent ? 0 : median(applied);
    const double merge_ms = median(merged);

    counting = true;
    in_use = most_in_use = 0;
    Text text;
    for (const auto& edit : edits) text.add(edit);
    const auto peak = most_in_use;
    const auto save_start = now_ms();
    Bytes stored = text.save();
    const double save_ms = ms_since(save_start);
    const auto steady = in_use - malloc_usable_size(stored.data());
    counting = false;

    std::vector<double> opening;
    for (int round = 0; round < 201; ++round) {
        const auto start = now_ms();
        const auto opened = Text::load(stored);
        opening.push_back(ms_since(start));
        ok = ok && opened.ok() && opened->length() == scalar_count(trace.end);
    }
    const double open_ms = median(opening);
    auto opened = Text::load(stored);
    const auto thaw_start = now_ms();
    ok = ok && opened.ok() && opened->text() == trace.end && opened->text_at(opened->version()).value() == trace.end;
    const double replay_ms = ms_since(thaw_start);

    const auto history = decode_snapshot(stored)->history.size();
    const auto name = std::filesystem::path(path).filename().string();
    char apply_shown[32] = "null";
    if (!trace.concurrent) std::snprintf(apply_shown, sizeof apply_shown, "%.2f", apply_ms);
    std::printf(
        "{\"trace\":\"%s\",\"edits\":%zu,\"apply_ms\":%s,\"merge_ms\":%.2f,\"open_ms\":%.4f,\"bytes\":%zu,"
        "\"peak_mb\":%.2f,\"ok\":%s}\n",
        name.c_str(), edits.size(), apply_shown, merge_ms, open_ms, history, static_cast<double>(peak) / 1e6,
        ok ? "true" : "false");
    std::fflush(stdout);

    std::fprintf(stderr,
                 "%s: memory once saved %.2f x the text, snapshot with text %zu bytes, save %.1f ms, "
                 "replay of the whole history from its bytes %.1f ms\n",
                 name.c_str(), static_cast<double>(steady) / static_cast<double>(trace.end.size()), stored.size(),
                 save_ms, replay_ms);
    if (floor_ok)
        std::fprintf(stderr, "%s: local editing %.1f x the floor (gap buffer and run log, %.2f ms)\n", name.c_str(),
                     median(ratios), median(floors));
    return ok;
}

}  // namespace
}  // namespace staffroom::bench

int main(int count, char** paths) {
    using namespace staffroom::bench;
    if (count < 2) std::fprintf(stderr, "No trace given: text PATH... replays files of recorded typing.\n");
    bool ok = true;
    for (int i = 1; i < count; ++i) {
        if (!std::filesystem::exists(paths[i])) {
            std::fprintf(stderr, "%s: there is no such file; nothing to replay.\n", paths[i]);
            continue;
        }
        const auto trace = read_trace(paths[i]);
        if (!trace) {
            std::fprintf(stderr, "%s: this is not a trace of typing in a form known here.\n", paths[i]);
            ok = false;
            continue;
        }
        ok = replay(paths[i], *trace) && ok;
    }
    return ok ? 0 : 1;
}
