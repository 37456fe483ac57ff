#include "net/chunk_giving.h"

#include <algorithm>

namespace staffroom::net {
namespace {

constexpr std::size_t head_bytes_max = 48;  // of a frame, and of each chunk in it

}  // namespace

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
    here_.chunks.at_once([&] {
        for (const auto& chunk : chunks) {
            if (asker.queued.size() == asked_max) break;
            if (!asker.queued.insert(chunk).second) continue;
            const auto size = here_.chunks.size(chunk).value_or(0);
            (size <= staffroom::limits::small_chunk_bytes ? asker.small : asker.queue).push_back({chunk, size});
        }
    });
    expect(asker);
    tick(now);
}

void ChunkGiving::expect(Asker& asker) const {
    if (paused_) return;
    for (; asker.expected < std::min(expected_max, asker.queue.size()); ++asker.expected)
        here_.chunks.expect(asker.queue[asker.expected].id);
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

// As many as go together, at least one.
std::vector<ChunkGiving::Asked> ChunkGiving::next_frame(Asker& asker) const {
    const std::size_t most = asker.session->greeted()->version < 2 ? 1 : limits::chunks_in_frame;
    std::vector<Asked> frame;
    std::size_t bytes = 0;
    while (frame.size() < most && !asker.is_served()) {
        auto& queue = asker.small.empty() ? asker.queue : asker.small;
        bytes += queue.front().size;
        if (!frame.empty() && bytes > sealed_chunk_bytes_max) break;
        frame.push_back(queue.front());
        queue.pop_front();
        asker.queued.erase(frame.back().id);
        if (&queue == &asker.queue && asker.expected > 0) --asker.expected;
    }
    return frame;
}

// It has a row and cannot be read: whoever asks goes to others, and this computer does too.
void ChunkGiving::lose_if_spoiled(const ChunkId& chunk) {
    if (here_.chunks.has(chunk) && !here_.chunks.is_sound(chunk)) out_.act(LoseChunk{chunk});
}

// Their bytes are read right behind what is said of them, and nothing is copied after that.
SharedBytes ChunkGiving::frame_of(const Session& session, const Asked& asked) {
    Writer head;
    head.bytes.push_back(static_cast<std::uint8_t>(ChunkFrame::kind));
    if (asked.size > 0 && may_serve(session, asked.id)) {
        head(ChunkHead{asked.id, asked.size});
        auto frame = here_.chunks.read_behind(head.bytes, asked.id);
        if (frame && frame->size() == head.bytes.size() + asked.size) {
            bytes_out_ += asked.size;
            return std::move(*frame);
        }
        lose_if_spoiled(asked.id);
        head.bytes.resize(1);
    }
    head(ChunkFrame{asked.id, std::nullopt});
    return std::move(head.bytes);
}

SharedBytes ChunkGiving::frame_of(const Session& session, const std::vector<Asked>& several) {
    std::size_t bytes = 0;
    for (const auto& asked : several) bytes += head_bytes_max + asked.size;
    Writer frame;
    frame.bytes.reserve(head_bytes_max + bytes);
    frame.bytes.push_back(static_cast<std::uint8_t>(ChunksFrame::kind));
    frame.write_varint(several.size());
    for (const auto& asked : several) {
        const auto before = frame.bytes.size();
        if (asked.size > 0 && may_serve(session, asked.id)) {
            frame(ChunkHead{asked.id, asked.size});
            const auto begin = frame.bytes.size();
            if (here_.chunks.read(asked.id, frame.bytes) && frame.bytes.size() - begin == asked.size) {
                bytes_out_ += asked.size;
                continue;
            }
            frame.bytes.resize(before);
            lose_if_spoiled(asked.id);
        }
        frame(ChunkFrame{asked.id, std::nullopt});
    }
    return std::move(frame.bytes);
}

void ChunkGiving::give(LinkId link, Asker& asker, std::uint64_t now) {
    const auto chunks = next_frame(asker);
    expect(asker);
    const auto before = bytes_out_;
    SharedBytes frame;
    here_.chunks.at_once([&] {
        frame = chunks.size() == 1 ? frame_of(*asker.session, chunks.front()) : frame_of(*asker.session, chunks);
    });
    budget_.spend(bytes_out_ - before, now);
    out_.act(Send{link, std::move(frame)});
}

void ChunkGiving::unsent(const Send& send, std::uint64_t now) {
    auto& asker = askers_[send.link];
    if (asker.unsent.size() == unsent_max) return;
    asker.unsent.push_back(send.frame);
    asker.again = now + again_ms;
}

void ChunkGiving::send_again(std::uint64_t now) {
    for (auto& [link, asker] : askers_) {
        if (asker.unsent.empty() || now < asker.again) continue;
        for (auto& frame : std::exchange(asker.unsent, {})) out_.act(Send{link, std::move(frame)});
        asker.again = now + 1;
    }
}

void ChunkGiving::tick(std::uint64_t now) {
    if (paused_) return;
    send_again(now);
    for (std::size_t frames = 0; frames < frames_a_turn && budget_.open(now); ++frames) {
        // From the one after the latest on, once round.
        auto at = askers_.upper_bound(latest_);
        for (std::size_t tried = 0; tried < askers_.size(); ++tried, ++at) {
            if (at == askers_.end()) at = askers_.begin();
            if (at->second.can_be_given(now)) break;
        }
        if (at == askers_.end()) at = askers_.begin();
        if (at == askers_.end() || !at->second.can_be_given(now)) return;
        latest_ = at->first;
        give(at->first, at->second, now);
    }
}

std::uint64_t ChunkGiving::deadline() const {
    if (paused_) return never_ms;
    auto earliest = never_ms;
    for (const auto& [link, asker] : askers_) {
        if (!asker.unsent.empty()) earliest = std::min(earliest, asker.again);
        if (!asker.is_served()) earliest = std::min(earliest, std::max(asker.again, budget_.opens_at()));
    }
    return earliest;
}

}  // namespace staffroom::net
