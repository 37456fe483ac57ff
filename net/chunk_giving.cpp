#include "net/chunk_giving.h"

#include <algorithm>

namespace staffroom::net {

bool ChunkGiving::may_serve(const Session& session, const ChunkId& chunk) const {
    if (session.on().door != Door::members) return false;  // its frames are too small for some
    const auto groups = here_.chunks.groups(chunk);
    const auto& shared = session.shared();
    const auto& device = session.greeted()->record.device;
    return std::any_of(shared.begin(), shared.end(), [&](const Shared& s) {
        return s.mine == Serves::all && std::find(groups.begin(), groups.end(), s.group) != groups.end() &&
               here_.log.standing(s.group, device) == Standing::current;
    });
}

void ChunkGiving::ask(const Session& session, const std::vector<ChunkId>& chunks, std::uint64_t now) {
    auto& asker = askers_[session.on().link];
    asker.session = &session;
    for (const auto& chunk : chunks) {
        if (asker.queued.size() == asked_max) break;
        if (!asker.queued.insert(chunk).second) continue;
        const bool is_small = here_.chunks.size(chunk).value_or(0) <= staffroom::limits::small_chunk_bytes;
        (is_small ? asker.small : asker.queue).push_back(chunk);
    }
    expect(asker);
    tick(now);
}

void ChunkGiving::expect(Asker& asker) const {
    if (paused_) return;
    for (; asker.expected < std::min(expected_max, asker.queue.size()); ++asker.expected)
        here_.chunks.expect(asker.queue[asker.expected]);
}

// Costs no more than giving it again would.
void ChunkGiving::hear_wrong(const Session& session, const ChunkId& chunk) {
    if (may_serve(session, chunk) && here_.chunks.has(chunk) && !here_.chunks.is_sound(chunk))
        out_.act(LoseChunk{chunk});
}

void ChunkGiving::set_pace(const Pace& pace) {
    paused_ = pace.paused;
    budget_.set(pace.out);
}

std::optional<ChunkFrame> ChunkGiving::next(Asker& asker) {
    if (asker.held) {
        auto chunk = std::exchange(asker.held, std::nullopt);
        if (!may_serve(*asker.session, chunk->id)) chunk->bytes.reset();
        return chunk;
    }
    auto& queue = asker.small.empty() ? asker.queue : asker.small;
    if (queue.empty()) return std::nullopt;
    const auto id = queue.front();
    queue.pop_front();
    asker.queued.erase(id);
    if (&queue == &asker.queue && asker.expected > 0) --asker.expected;
    expect(asker);
    if (!may_serve(*asker.session, id)) return ChunkFrame{id, std::nullopt};
    auto bytes = here_.chunks.read(id);
    // It has a row and cannot be read: whoever asks goes to others, and this computer does too.
    if (!bytes && here_.chunks.has(id) && !here_.chunks.is_sound(id)) out_.act(LoseChunk{id});
    return ChunkFrame{id, std::move(bytes)};
}

void ChunkGiving::give(LinkId link, Asker& asker, std::uint64_t now) {
    ChunksFrame frame;
    std::size_t bytes = 0;
    while (frame.chunks.size() < limits::chunks_in_frame) {
        auto chunk = next(asker);
        if (!chunk) break;
        const auto size = chunk->bytes ? chunk->bytes->size() : 0;
        if (bytes > 0 && bytes + size > sealed_chunk_bytes_max) {
            asker.held = std::move(chunk);
            break;
        }
        bytes += size;
        frame.chunks.push_back(std::move(*chunk));
        if (asker.session->greeted()->version < 2) break;
    }
    bytes_out_ += bytes;
    budget_.spend(bytes, now);
    if (frame.chunks.size() == 1) {
        out_.say(link, frame.chunks.front());
    } else {
        out_.say(link, frame);
    }
}

void ChunkGiving::tick(std::uint64_t now) {
    if (paused_) return;
    for (std::size_t frames = 0; frames < frames_a_turn && budget_.open(now); ++frames) {
        // From the one after the latest on, once round.
        auto at = askers_.upper_bound(latest_);
        for (std::size_t tried = 0; tried < askers_.size(); ++tried, ++at) {
            if (at == askers_.end()) at = askers_.begin();
            if (!at->second.is_served()) break;
        }
        if (at == askers_.end()) at = askers_.begin();
        if (at == askers_.end() || at->second.is_served()) return;
        latest_ = at->first;
        give(at->first, at->second, now);
    }
}

std::uint64_t ChunkGiving::deadline() const {
    const bool is_over =
        std::all_of(askers_.begin(), askers_.end(), [](const auto& each) { return each.second.is_served(); });
    return paused_ || is_over ? never_ms : budget_.opens_at();
}

}  // namespace staffroom::net
