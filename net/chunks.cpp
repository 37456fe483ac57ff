#include "net/chunks.h"

#include <algorithm>

namespace staffroom::net {

void ChunkExchange::met(const Session& session, std::uint64_t now) {
    auto& line = lines_[session.on().link];
    line.session = &session;
    line.tell = now;
}

void ChunkExchange::left(LinkId link, std::uint64_t now) {
    const auto at = lines_.find(link);
    if (at == lines_.end()) return;
    for (const auto& [chunk, request] : at->second.under_way) busy_.erase(chunk);
    lines_.erase(at);
    fill(now);
}

bool ChunkExchange::may_serve(const Session& session, const ChunkId& chunk) const {
    const auto groups = here_.chunks.groups(chunk);
    const auto& shared = session.shared();
    return std::any_of(shared.begin(), shared.end(), [&](const Shared& s) {
        return s.mine == Serves::all && std::find(groups.begin(), groups.end(), s.group) != groups.end();
    });
}

// --- receiving -----------------------------------------------------------------------------------------------------

std::optional<Parting> ChunkExchange::hear(const Session& session, ByteView frame, std::uint64_t now) {
    const auto at = lines_.find(session.on().link);
    if (at == lines_.end()) return std::nullopt;
    auto& line = at->second;
    switch (kind_of(frame)) {
        case Kind::want_chunks: {
            const auto want = message_in<WantChunks>(frame);
            if (!want) return Parting::protocol;
            hear(line, *want);
            break;
        }
        case Kind::have_chunks: {
            const auto have = message_in<HaveChunks>(frame);
            if (!have) return Parting::protocol;
            // Only what it was told to be wanted counts, so a liar cannot fill memory.
            for (const auto& chunk : have->ids) {
                if (std::binary_search(line.told.begin(), line.told.end(), chunk)) line.has.insert(chunk);
            }
            fill(now);
            break;
        }
        case Kind::get_chunk: {
            const auto get = message_in<GetChunk>(frame);
            if (!get) return Parting::protocol;
            auto bytes = may_serve(session, get->id) ? here_.chunks.read(get->id) : std::nullopt;
            if (bytes) bytes_out_ += bytes->size();
            out_.say(session.on().link, ChunkFrame{get->id, std::move(bytes)});
            break;
        }
        case Kind::chunk: {
            auto chunk = message_in<ChunkFrame>(frame);
            if (!chunk) return Parting::protocol;
            hear(line, std::move(*chunk), now);
            break;
        }
        default:
            break;
    }
    return std::nullopt;
}

void ChunkExchange::hear(Line& line, const WantChunks& want) {
    line.wants = {want.ids.begin(), want.ids.end()};
    HaveChunks have;
    for (const auto& chunk : want.ids) {
        if (here_.chunks.has(chunk) && may_serve(*line.session, chunk)) have.ids.push_back(chunk);
    }
    if (!have.ids.empty()) out_.say(line.session->on().link, have);
}

void ChunkExchange::hear(Line& line, ChunkFrame&& frame, std::uint64_t now) {
    const auto request = line.under_way.find(frame.id);
    if (request == line.under_way.end()) return;  // too late, or never asked for
    const auto took_ms = now - request->second.sent;
    line.under_way.erase(request);
    line.has.erase(frame.id);
    if (!frame.bytes || chunk_id(*frame.bytes) != frame.id) {
        busy_.erase(frame.id);
        line.never.insert(frame.id);
    } else {
        line.wait = std::clamp(4 * took_ms, wait_ms, wait_ms_max);
        if (took_ms < quick_ms) line.window = std::min(line.window + 1, limits::chunks_ahead);
        if (took_ms > 4 * quick_ms) line.window = std::max(line.window - 1, window_min);
        bytes_in_ += frame.bytes->size();
        out_.act(StoreChunk{frame.id, std::move(*frame.bytes), line.session->greeted()->record.device});
    }
    fill(now);
}

// --- what happens here -----------------------------------------------------------------------------------------------

void ChunkExchange::stored(const ChunkId& chunk, bool ok, std::uint64_t now) {
    busy_.erase(chunk);
    if (!ok) {
        paused_ = now + full_pause_ms;
        return;
    }
    std::erase_if(wanted_, [&](const WantedChunk& wanted) { return wanted.id == chunk; });
    news_.push_back(chunk);
    // A manifest that arrived names the chunks of its file. While more are wanted than are looked at, half a window at
    // a time is told, not every step of it; then at once, or the line would stand still.
    if (!more_) {
        changed(now);
    } else if (wanted_.size() < wanted_max / 2) {
        refresh_ = std::min(refresh_, now);
    }
    fill(now);
}

void ChunkExchange::refresh() {
    refresh_ = never_ms;
    std::unordered_set<ChunkId, IdHash> known;
    for (const auto& wanted : wanted_) known.insert(wanted.id);
    wanted_ = here_.chunks.wanted(wanted_max);
    more_ = wanted_.size() == wanted_max;
    const bool news = std::any_of(wanted_.begin(), wanted_.end(),
                                  [&](const WantedChunk& wanted) { return !known.contains(wanted.id); });
    if (!news) return;
    for (auto& [link, line] : lines_) line.tell = 0;
}

void ChunkExchange::tell(Line& line, std::uint64_t now) {
    line.tell = now + tell_again_ms;
    WantChunks want;
    for (const auto& wanted : wanted_) {
        const auto& shared = line.session->shared();
        const bool ask = std::any_of(shared.begin(), shared.end(), [&](const Shared& s) {
            return s.group == wanted.group && s.theirs == Serves::all;
        });
        if (ask) want.ids.push_back(wanted.id);
    }
    if (want.ids.empty() && line.told.empty()) return;
    line.told = want.ids;
    std::sort(line.told.begin(), line.told.end());
    std::erase_if(line.has,
                  [&](const ChunkId& chunk) { return !std::binary_search(line.told.begin(), line.told.end(), chunk); });
    out_.say(line.session->on().link, want);
}

// --- asking ----------------------------------------------------------------------------------------------------------

std::size_t ChunkExchange::holders(const ChunkId& chunk) const {
    return static_cast<std::size_t>(std::count_if(lines_.begin(), lines_.end(),
                                                  [&](const auto& entry) { return entry.second.has.contains(chunk); }));
}

ChunkExchange::Line* ChunkExchange::choose(const ChunkId& chunk) {
    Line* best = nullptr;
    for (auto& [link, line] : lines_) {
        if (!line.has.contains(chunk) || line.never.contains(chunk)) continue;
        if (line.under_way.size() >= line.window) continue;
        if (!best || line.under_way.size() < best->under_way.size()) best = &line;
    }
    return best;
}

void ChunkExchange::fill(std::uint64_t now) {
    if (now < paused_) return;
    std::size_t room = 0;
    for (const auto& [link, line] : lines_) room += line.window - std::min(line.window, line.under_way.size());
    if (room == 0) return;
    std::vector<std::pair<std::size_t, ChunkId>> next;  // by how many have it
    for (const auto& wanted : wanted_) {
        if (next.size() >= 4 * room) break;
        if (busy_.contains(wanted.id)) continue;
        if (const auto count = holders(wanted.id); count > 0) next.emplace_back(count, wanted.id);
    }
    std::stable_sort(next.begin(), next.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [count, chunk] : next) {
        auto* line = choose(chunk);
        if (!line) continue;
        busy_.insert(chunk);
        line->under_way.emplace(chunk, Request{now, now + line->wait});
        out_.say(line->session->on().link, GetChunk{chunk});
    }
}

// --- time ------------------------------------------------------------------------------------------------------------

void ChunkExchange::tick(std::uint64_t now) {
    if (now >= paused_) paused_ = 0;
    if (now >= refresh_) refresh();
    for (auto& [link, line] : lines_) {
        for (auto at = line.under_way.begin(); at != line.under_way.end();) {
            if (now < at->second.until) {
                ++at;
                continue;
            }
            busy_.erase(at->first);
            line.has.erase(at->first);  // told again, it may say again that it has it
            line.window = std::max(line.window / 2, window_min);
            line.wait = std::min(2 * line.wait, wait_ms_max);
            at = line.under_way.erase(at);
        }
        if (now >= line.tell) tell(line, now);
        HaveChunks have;
        for (const auto& chunk : news_) {
            if (have.ids.size() == limits::ids_count) break;
            if (line.wants.contains(chunk) && may_serve(*line.session, chunk)) have.ids.push_back(chunk);
        }
        if (!have.ids.empty()) out_.say(link, have);
    }
    news_.clear();
    fill(now);
}

std::uint64_t ChunkExchange::deadline() const {
    auto earliest = news_.empty() ? refresh_ : 0;
    if (paused_ != 0 && !wanted_.empty()) earliest = std::min(earliest, paused_);
    for (const auto& [link, line] : lines_) {
        earliest = std::min(earliest, line.tell);
        for (const auto& [chunk, request] : line.under_way) earliest = std::min(earliest, request.until);
    }
    return earliest;
}

bool ChunkExchange::is_settled() const {
    return busy_.empty() && std::none_of(wanted_.begin(), wanted_.end(),
                                         [&](const WantedChunk& wanted) { return holders(wanted.id) > 0; });
}

}  // namespace staffroom::net
