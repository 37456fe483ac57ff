#include "net/chunks.h"

#include <algorithm>

#include "core/hashes.h"

namespace staffroom::net {

void ChunkExchange::met(const Session& session, std::uint64_t now) {
    auto& line = lines_[session.on().link];
    const bool is_new = line.session == nullptr;
    line.session = &session;
    line.tell = now;
    if (is_new && room_ != RoomForFiles::all) out_.say(session.on().link, RoomFrame{false});
}

void ChunkExchange::set_room(RoomForFiles room, std::uint64_t now) {
    const auto before = std::exchange(room_, room);
    if (before == room && room != RoomForFiles::some) return;
    const bool for_all = room == RoomForFiles::all;
    if (for_all != (before == RoomForFiles::all)) {
        for (const auto& [link, line] : lines_) out_.say(link, RoomFrame{for_all});
    }
    if (before == RoomForFiles::none) paused_ = 0;
    changed(now);
    fill(now);
}

void ChunkExchange::set_disk_behind(bool is_behind, std::uint64_t now) {
    if (std::exchange(is_disk_behind_, is_behind) && !is_behind) fill(now);
}

bool ChunkExchange::is_full(LinkId link) const {
    const auto at = lines_.find(link);
    return at != lines_.end() && at->second.is_full;
}

std::size_t ChunkExchange::Line::room() const {
    if (!takes_many()) return window - std::min(window, under_way.size());
    return bytes_under_way < window * staffroom::limits::chunk_bytes ? limits::small_chunks_ahead - under_way.size()
                                                                     : 0;
}

std::size_t ChunkExchange::Line::room_bytes() const {
    const auto most = window * staffroom::limits::chunk_bytes;
    return takes_many() ? most - std::min(most, bytes_under_way) : room() * staffroom::limits::chunk_bytes;
}

bool ChunkExchange::Line::is_well_filled() const {
    const auto most = window * staffroom::limits::chunk_bytes;
    return takes_many() && (4 * bytes_under_way > 3 * most || 4 * under_way.size() > 3 * limits::small_chunks_ahead);
}

ChunkExchange::Requests::iterator ChunkExchange::drop(Line& line, Requests::iterator request) {
    line.bytes_under_way -= request->second.bytes;
    return line.under_way.erase(request);
}

void ChunkExchange::left(LinkId link, std::uint64_t now) {
    const auto at = lines_.find(link);
    if (at == lines_.end()) return;
    for (const auto& [chunk, request] : at->second.under_way) busy_.erase(chunk);
    lines_.erase(at);
    giving_.left(link);
    fill(now);
}

void ChunkExchange::unsent(const Send& send, std::uint64_t now) {
    const auto line = lines_.find(send.link);
    if (line == lines_.end()) return;
    switch (kind_of(send.frame)) {
        case Kind::want_chunks:  // made anew: a later list must not be followed by this one
            line->second.tell = std::min(line->second.tell, now + ChunkGiving::again_ms);
            break;
        case Kind::have_chunks:
        case Kind::get_chunk:
        case Kind::get_chunks:
        case Kind::chunk:
        case Kind::chunks:
        case Kind::wrong_chunk:
        case Kind::room:
            giving_.unsent(send, now);
            break;
        default:
            break;
    }
}

// --- receiving -----------------------------------------------------------------------------------------------------

std::optional<Parting> ChunkExchange::hear(const Session& session, const SharedBytes& frame, std::uint64_t now) {
    const auto at = lines_.find(session.on().link);
    if (at == lines_.end()) return std::nullopt;
    auto& line = at->second;
    switch (kind_of(frame)) {
        case Kind::want_chunks: {
            const auto want = message_in<WantChunks>(frame);
            if (!want) return Parting::protocol;
            line.wants = {want->ids.begin(), want->ids.end()};
            offer(line);
            break;
        }
        case Kind::have_chunks: {
            const auto have = message_in<HaveChunks>(frame);
            if (!have) return Parting::protocol;
            // Only what it was told to be wanted counts, so a liar cannot fill memory.
            for (const auto& chunk : have->ids) {
                if (std::binary_search(line.told.begin(), line.told.end(), chunk) && line.may_give(chunk))
                    line.has.insert(chunk);
            }
            fill(now);
            break;
        }
        case Kind::get_chunk: {
            const auto get = message_in<GetChunk>(frame);
            if (!get) return Parting::protocol;
            giving_.ask(session, {get->id}, now);
            break;
        }
        case Kind::chunk: {
            auto chunk = message_in<ChunkFrame>(frame);
            if (!chunk) return Parting::protocol;
            const auto took_ms = hear(line, std::move(*chunk), frame.size(), now);
            if (come_.size() >= hashes_at_once) verify();
            widen(line, took_ms, now);
            break;
        }
        case Kind::get_chunks: {
            const auto get = message_in<GetChunks>(frame);
            if (!get) return Parting::protocol;
            giving_.ask(session, get->ids, now);
            break;
        }
        case Kind::chunks: {
            auto several = message_in<ChunksFrame>(frame);
            if (!several) return Parting::protocol;
            std::optional<std::uint64_t> took_ms;
            for (auto& chunk : several->chunks)
                took_ms = std::max(took_ms, hear(line, std::move(chunk), frame.size(), now));
            if (come_.size() >= hashes_at_once) verify();
            widen(line, took_ms, now);
            break;
        }
        case Kind::room: {
            const auto room = message_in<RoomFrame>(frame);
            if (!room) return Parting::protocol;
            line.is_full = !room->has_room;
            break;
        }
        case Kind::wrong_chunk: {
            const auto wrong = message_in<WrongChunk>(frame);
            if (!wrong) return Parting::protocol;
            giving_.hear_wrong(session, wrong->id);
            break;
        }
        default:
            break;
    }
    return std::nullopt;
}

void ChunkExchange::offer(const Line& line) {
    if (giving_.is_paused()) return;
    HaveChunks have;
    here_.chunks.at_once([&] {
        for (const auto& chunk : line.wants) {
            if (have.ids.size() == line.ids_most()) break;
            if (here_.chunks.has(chunk) && giving_.may_serve(*line.session, chunk)) have.ids.push_back(chunk);
        }
    });
    if (!have.ids.empty()) out_.say(line.session->on().link, have);
}

std::optional<std::uint64_t> ChunkExchange::hear(Line& line, ChunkFrame&& frame, std::size_t frame_bytes,
                                                 std::uint64_t now) {
    const auto request = line.under_way.find(frame.id);
    if (request == line.under_way.end()) return std::nullopt;  // too late, or never asked for
    const auto took_ms = now - request->second.sent;
    drop(line, request);
    line.has.erase(frame.id);
    if (!frame.bytes) {
        busy_.erase(frame.id);
        ++line.failed[frame.id];
        return std::nullopt;
    }
    if (come_.empty()) verify_ = now + verify_ms;
    // One that is a small part of its frame would keep all of that in memory, which may be junk.
    auto& bytes = *frame.bytes;
    if (2 * bytes.size() < frame_bytes) bytes = copy_of(bytes);
    come_.push_back({line.session->on().link, frame.id, std::move(bytes)});
    return took_ms;
}

void ChunkExchange::verify() {
    std::vector<ByteView> bytes;
    for (const auto& chunk : come_) bytes.push_back(chunk.bytes);
    const auto ids = chunk_ids(bytes);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        auto& chunk = come_[i];
        if (ids[i] == chunk.id) {
            bytes_in_ += chunk.bytes.size();
            out_.act(StoreChunk{chunk.id, std::move(chunk.bytes)});
            continue;
        }
        busy_.erase(chunk.id);
        const auto line = lines_.find(chunk.link);
        if (line == lines_.end()) continue;
        ++line->second.failed[chunk.id];
        out_.say(chunk.link, WrongChunk{chunk.id});
    }
    come_.clear();
}

void ChunkExchange::widen(Line& line, std::optional<std::uint64_t> took_ms, std::uint64_t now) {
    if (took_ms) {
        line.wait = std::clamp(4 * *took_ms, wait_ms, wait_ms_max);
        if (*took_ms < quick_ms) line.window = std::min(line.window + 1, limits::chunks_ahead);
        if (*took_ms > 4 * quick_ms) line.window = std::max(line.window - 1, window_min);
    }
    fill(now);
}

// --- what happens here -----------------------------------------------------------------------------------------------

void ChunkExchange::stored(const std::vector<ChunkId>& chunks, bool ok, std::uint64_t now) {
    const std::unordered_set<ChunkId, IdHash> these(chunks.begin(), chunks.end());
    for (const auto& chunk : chunks) busy_.erase(chunk);
    if (!ok) {
        paused_ = now + full_pause_ms;
        return;
    }
    std::erase_if(wanted_, [&](const WantedChunk& wanted) { return these.contains(wanted.id); });
    news_.insert(news_.end(), chunks.begin(), chunks.end());
    // A manifest that arrived names the chunks of its file. When nothing else is wanted they are looked for at once, or
    // the line would stand still.
    if (wanted_.empty()) {
        refresh_ = std::min(refresh_, now);
    } else if (!more_) {
        changed(now);
    }
    fill(now);
}

void ChunkExchange::set_pace(const Pace& pace, std::uint64_t now) {
    const bool goes_on = giving_.is_paused() && !pace.paused;
    giving_.set_pace(pace);
    budget_.set(pace.in);
    if (!goes_on) return;
    for (const auto& [link, line] : lines_) offer(line);
    fill(now);
}

void ChunkExchange::refresh(std::uint64_t now) {
    refresh_ = never_ms;
    refreshed_ = now;
    std::unordered_set<ChunkId, IdHash> known;
    for (const auto& wanted : wanted_) known.insert(wanted.id);
    looked_at_ = limits::chunk_ids_count;
    for (const auto& [link, line] : lines_) looked_at_ = std::min(looked_at_, line.ids_most());
    const auto most = looked_at_ + busy_.size();
    wanted_ = here_.chunks.fitting(most);
    more_ = wanted_.size() == most;
    const bool news = std::any_of(wanted_.begin(), wanted_.end(),
                                  [&](const WantedChunk& wanted) { return !known.contains(wanted.id); });
    if (!news) return;
    for (auto& [link, line] : lines_) line.tell = 0;
}

void ChunkExchange::tell(Line& line, std::uint64_t now) {
    line.tell = now + tell_again_ms;
    WantChunks want;
    for (const auto& wanted : wanted_) {
        if (want.ids.size() == line.ids_most()) break;  // it came after the latest look
        if (busy_.contains(wanted.id)) continue;
        const auto& shared = line.session->shared();
        const bool ask = std::any_of(shared.begin(), shared.end(), [&](const Shared& s) {
            return s.group == wanted.group && s.theirs == Serves::all;
        });
        if (ask) want.ids.push_back(wanted.id);
    }
    if (want.ids.empty() && line.told.empty()) return;
    line.told = want.ids;
    std::sort(line.told.begin(), line.told.end());
    std::erase_if(line.has, [&](const ChunkId& chunk) {
        return !busy_.contains(chunk) && !std::binary_search(line.told.begin(), line.told.end(), chunk);
    });
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
        if (!line.has.contains(chunk) || !line.may_give(chunk)) continue;
        if (line.room() == 0) continue;
        if (!best || line.under_way.size() < best->under_way.size()) best = &line;
    }
    return best;
}

void ChunkExchange::fill(std::uint64_t now) {
    if (room_ == RoomForFiles::none || is_disk_behind_ || now < paused_ || giving_.is_paused() || !budget_.open(now))
        return;
    std::size_t room = 0, room_bytes = 0;
    for (const auto& [link, line] : lines_) {
        if (line.is_well_filled()) continue;
        room += line.room();
        room_bytes += line.room_bytes();
    }
    if (room == 0) return;
    std::vector<std::pair<std::size_t, const WantedChunk*>> next;  // by how many have it
    std::size_t next_bytes = 0;
    for (const auto& wanted : wanted_) {
        if (next.size() >= 4 * room || next_bytes >= 4 * room_bytes) break;
        if (busy_.contains(wanted.id)) continue;
        const auto count = holders(wanted.id);
        if (count == 0) continue;
        next.emplace_back(count, &wanted);
        next_bytes += wanted.size;
    }
    std::stable_sort(next.begin(), next.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::map<LinkId, GetChunks> asked;
    for (const auto& [count, wanted] : next) {
        if (!budget_.open(now)) break;
        auto* line = choose(wanted->id);
        if (!line) continue;
        busy_.insert(wanted->id);
        line->under_way.emplace(wanted->id, Request{now, now + line->wait, wanted->size});
        line->bytes_under_way += wanted->size;
        budget_.spend(wanted->size, now);
        asked[line->session->on().link].ids.push_back(wanted->id);
    }
    for (const auto& [link, get] : asked) {
        if (lines_.at(link).takes_many()) {
            out_.say(link, get);
        } else {
            for (const auto& chunk : get.ids) out_.say(link, GetChunk{chunk});
        }
    }
    // While more are wanted than are looked at, half of them at a time is told, not every step of it; and while the disk
    // takes what came, so that the line need not wait for it.
    if (more_ && wanted_.size() <= looked_at_ / 2 + busy_.size()) refresh_ = std::min(refresh_, now);
}

// --- time ------------------------------------------------------------------------------------------------------------

void ChunkExchange::tick(std::uint64_t now) {
    if (now >= paused_) paused_ = 0;
    if (now >= refresh_) refresh(now);
    if (!come_.empty() && (now >= verify_ || !is_fetching())) verify();
    for (auto& [link, line] : lines_) {
        bool lost = false;
        for (auto at = line.under_way.begin(); at != line.under_way.end();) {
            if (now < at->second.until) {
                ++at;
                continue;
            }
            busy_.erase(at->first);
            line.has.erase(at->first);  // told again, it may say again that it has it
            lost = true;
            at = drop(line, at);
        }
        if (lost) {
            line.window = std::max(line.window / 2, window_min);
            line.wait = std::min(2 * line.wait, wait_ms_max);
        }
        if (now >= line.tell) tell(line, now);
        HaveChunks have;
        for (const auto& chunk : news_) {
            if (have.ids.size() == line.ids_most() || giving_.is_paused()) break;
            if (line.wants.contains(chunk) && giving_.may_serve(*line.session, chunk)) have.ids.push_back(chunk);
        }
        if (!have.ids.empty()) out_.say(link, have);
    }
    news_.clear();
    giving_.tick(now);
    fill(now);
}

std::uint64_t ChunkExchange::deadline() const {
    auto earliest = std::min(news_.empty() ? refresh_ : 0, giving_.deadline());
    if (!come_.empty()) earliest = std::min(earliest, is_fetching() ? verify_ : 0);
    if (room_ != RoomForFiles::none && !wanted_.empty() && !giving_.is_paused()) {
        if (paused_ != 0) {
            earliest = std::min(earliest, paused_);
        } else if (budget_.opens_at() != 0) {
            earliest = std::min(earliest, budget_.opens_at());
        }
    }
    for (const auto& [link, line] : lines_) {
        earliest = std::min(earliest, line.tell);
        for (const auto& [chunk, request] : line.under_way) earliest = std::min(earliest, request.until);
    }
    return earliest;
}

bool ChunkExchange::is_settled() const {
    return busy_.empty() && (room_ == RoomForFiles::none || giving_.is_paused() ||
                             std::none_of(wanted_.begin(), wanted_.end(),
                                          [&](const WantedChunk& wanted) { return holders(wanted.id) > 0; }));
}

}  // namespace staffroom::net
