#include "net/peers.h"

#include <algorithm>

namespace staffroom::net {

Peers::Peers(const Here& here) : here_(here), chunks_(here_, out_), admitting_(here_) {}

// --- links -----------------------------------------------------------------------------------------------------------

void Peers::heard(const Contact& contact, std::uint64_t now) { dialling_.heard(contact, now); }

void Peers::hurry(const LinkKey& key, std::uint64_t now) {
    if (!link_to(key)) dialling_.hurry(key, now);
}

void Peers::dialling(const Dial& dial, const Result<LinkId>& link, std::uint64_t now) {
    dialling_.dialling(dial, link, now);
}

void Peers::arrived(const Arrival& arrival, std::uint64_t now) {
    switch (arrival.kind) {
        case Arrival::Kind::opened:
            open(arrival, now);
            break;
        case Arrival::Kind::frame:
            if (const auto at = lines_.find(arrival.link); at != lines_.end() && !arrival.frame.empty()) {
                hear(at->first, at->second, arrival.frame, now);
            }
            break;
        case Arrival::Kind::closed:
            forget(arrival.link, Parting::silent, now);
            break;
    }
    settle(now);
}

void Peers::open(const Arrival& arrival, std::uint64_t now) {
    if (lines_.size() >= lines_max) return out_.act(Close{arrival.link, Parting::done});
    auto& line = lines_[arrival.link];
    line.key = arrival.peer;
    line.door = arrival.door;
    line.dialled = arrival.dialled;
    line.from = arrival.from;
    line.since = now;
    if (line.door == Door::members) return begin_session(arrival.link, line, now);
    if (!line.dialled) return;  // its first frame shows what it is
    auto* looker = looker_with(line.key);
    if (looker != nullptr) {
        looker->opened(arrival.link, now);
        looker->tick(now, out_);
    }
    if (auto* joining = joining_with(line.key)) {
        joining->opened(arrival.link, now);
    } else if (auto* seeker = seeker_with(line.key)) {
        seeker->opened(arrival.link, now);
        seeker->tick(now, out_);
    } else if (looker == nullptr) {
        begin_session(arrival.link, line, now);
    }
}

void Peers::begin_session(LinkId link, Line& line, std::uint64_t now) {
    line.session =
        std::make_unique<Session>(here_, Greeting::On{link, line.key, line.door, line.dialled}, rates_, out_, now);
    line.session->tick(now);
}

void Peers::hear(LinkId link, Line& line, const SharedBytes& frame, std::uint64_t now) {
    const auto kind = kind_of(frame);
    const bool claims = kind == Kind::claim || kind == Kind::link_claim || kind == Kind::rescue_claim ||
                        kind == Kind::vouch_claim || kind == Kind::ask_claim;
    if (claims && (line.session || !line.dialled)) {
        return admitting_.hear(link, {line.key, line.from, line.session != nullptr}, frame, now, out_);
    }
    if (line.door == Door::lobby && !line.session && hear_comparison(link, line, frame, now)) return;
    if (hear_looking(link, line, frame, now)) return;
    if (kind == Kind::answer && line.session) return hear_answer(link, frame);
    if (line.door == Door::lobby && !line.session) {
        if (line.dialled) {
            auto* joining = joining_with(line.key);
            if (joining && !joining->hear(link, frame, out_)) return;
            close(link, Parting::done, false, now);
            if (joining && !joining->is_open()) dialling_.hurry(joining->request().inviter, now);
            return;
        }
        if (kind != Kind::hello) return;
        begin_session(link, line, now);
    }
    if (!Session::is_about_chunks(kind)) return line.session->receive(frame, now);
    if (!line.session->is_started()) return;
    if (const auto why = chunks_.hear(*line.session, frame, now)) line.session->part(*why);
}

void Peers::close(LinkId link, Parting why, bool say, std::uint64_t now) {
    if (say) out_.say(link, Bye{static_cast<std::uint8_t>(why)});
    out_.act(Close{link, why});
    // Our own dial at the other end may hear nothing but that the link is closed.
    const auto line = lines_.find(link);
    if (why == Parting::myself && line != lines_.end() && !line->second.dialled)
        dialling_.reached_oneself(here_.record.link);
    forget(link, why, now);
}

void Peers::forget(LinkId link, Parting why, std::uint64_t now) {
    chunks_.left(link, now);
    admitting_.closed(link);
    for (auto& joining : joins_) joining.closed(link);
    for (auto& seeker : seekers_) seeker.closed(link);
    for (auto& looker : lookers_) looker.closed(link);
    if (window_) window_->closed(link);
    dialling_.ended(link, why, now);
    const auto at = lines_.find(link);
    if (at == lines_.end()) return;
    if (at->second.met) {
        const auto& greeted = *at->second.session->greeted();
        out_.act(Parted{greeted.record.device, greeted.run, why});
        if (why == Parting::done) dialling_.said_goodbye(at->second.key);
    }
    lines_.erase(at);
}

// --- who stays -------------------------------------------------------------------------------------------------------

bool Peers::is_preferred(const Line& line, const Session& session) const {
    const std::pair ours{here_.record.device, here_.run};
    const std::pair theirs{session.greeted()->record.device, session.greeted()->run};
    return line.dialled == (ours < theirs);
}

void Peers::greeted(LinkId link, Line& line, std::uint64_t now) {
    const auto& mine = *line.session->greeted();
    if (line.dialled) {
        dialling_.greeted(link, now);
    } else if (line.door == Door::members) {
        dialling_.accepted(line.key, line.from, link, now);
    }
    for (auto& [other_link, other] : lines_) {
        if (other_link == link || !other.session || !other.session->is_started() || other.session->parting()) continue;
        const auto& theirs = *other.session->greeted();
        if (theirs.record.device != mine.record.device || theirs.run != mine.run || other.door != line.door) continue;
        const bool stays =
            line.dialled == other.dialled ? mine.dialler < theirs.dialler : is_preferred(line, *line.session);
        if (stays) {
            other.session->part(Parting::duplicate);
        } else if (!line.contested) {
            line.contested = other_link;
            line.contested_at = now;
            other.session->ask_for_life(now);
        }
    }
    line.met = true;
    out_.act(Met{mine.record.device, mine.run});
    if (!line.contested) line.session->start(now);
}

void Peers::judge_contests(std::uint64_t now) {
    for (auto& [link, line] : lines_) {
        if (!line.contested) continue;
        const auto older = lines_.find(*line.contested);
        const bool gone = older == lines_.end() || older->second.session->parting();
        if (!gone && older->second.session->heard_ms() > line.contested_at) {
            line.session->part(Parting::duplicate);
        } else if (gone || now >= line.contested_at + contest_ms) {
            if (!gone) older->second.session->part(Parting::silent);
            if (!line.session->is_started() && !line.session->parting()) line.session->start(now);
        } else {
            continue;
        }
        line.contested.reset();
    }
}

void Peers::settle(std::uint64_t now) {
    for (auto& [link, line] : lines_) {
        if (!line.session || line.session->parting()) continue;
        if (!line.met && line.session->greeted()) greeted(link, line, now);
        if (line.session->shared_version() != line.offers) {
            line.offers = line.session->shared_version();
            chunks_.met(*line.session, now);
        }
    }
    judge_contests(now);
    std::vector<LinkId> parted;
    for (const auto& [link, line] : lines_) {
        if (line.session && line.session->parting()) parted.push_back(link);
    }
    for (const auto link : parted) {
        const auto& session = *lines_.at(link).session;
        close(link, *session.parting(), !session.was_left(), now);
    }
}

// --- what happens here -----------------------------------------------------------------------------------------------

void Peers::stored(std::uint64_t ticket, const GroupId& group, const Result<IngestReport>& report, std::uint64_t now) {
    for (auto& [link, line] : lines_) {
        if (line.session && line.session->stored(ticket, report, now)) break;
    }
    if (report && !report->fresh.empty()) {
        spread(group, report->fresh, report->control, now);
    } else {
        for (auto& [link, line] : lines_) {
            if (line.session) line.session->changed(group, now);
        }
    }
    settle(now);
}

void Peers::wrote(const GroupId& group, const std::vector<CommitId>& ids, bool control, std::uint64_t now) {
    spread(group, ids, control, now);
    settle(now);
}

void Peers::spread(const GroupId& group, const std::vector<CommitId>& ids, bool control, std::uint64_t now) {
    // Standings first: what a removal takes from a colleague is not pushed to them.
    if (control) {
        for (auto& [link, line] : lines_) {
            if (line.session) line.session->standings_changed(now);
        }
    }
    std::size_t eager = 0;
    for (auto& [link, line] : lines_) {
        if (!line.session) continue;
        const auto& shared = line.session->shared();
        const bool shares =
            std::any_of(shared.begin(), shared.end(), [&](const Shared& s) { return s.group == group; });
        if (shares) line.session->fresh(group, ids, eager++ >= eager_count, now);
    }
    chunks_.changed(now);
}

void Peers::chunks_stored(const std::vector<ChunkId>& chunks, bool ok, std::uint64_t now) {
    chunks_.stored(chunks, ok, now);
    if (!chunks_.is_fetching()) tell_haves(false, now);
    settle(now);
}

void Peers::chunks_changed(std::uint64_t now) {
    chunks_.changed(now);
    tell_haves(false, now);
}

void Peers::chunks_lost(std::uint64_t now) {
    chunks_.changed(now);
    tell_haves(true, now);
    settle(now);
}

void Peers::tell_haves(bool fewer_files, std::uint64_t now) {
    for (auto& [link, line] : lines_) {
        if (line.session) line.session->files_changed(fewer_files, now);
    }
}

void Peers::tell_presence(const GroupId& group, const SealedPresence& sealed,
                          const std::function<bool(const DeviceId&)>& is_for) {
    for (auto& [link, line] : lines_) {
        if (line.met && is_for(line.session->greeted()->record.device)) line.session->tell_presence(group, sealed);
    }
}

void Peers::groups_changed(std::uint64_t now) {
    for (auto& [link, line] : lines_) {
        if (line.session) line.session->standings_changed(now);
    }
    admitting_.reconsider(now, out_);
    settle(now);
}

// --- joining ---------------------------------------------------------------------------------------------------------

Joining* Peers::joining_with(const LinkKey& key) {
    const auto at = std::find_if(joins_.begin(), joins_.end(), [&](const Joining& joining) {
        return joining.is_open() && joining.request().inviter == key;
    });
    return at == joins_.end() ? nullptr : &*at;
}

// One claim at a time is made over a link, and what is said unasked is for those who wait on it: a welcome shows for whom.
void Peers::hear_answer(LinkId link, ByteView frame) {
    std::vector<Joining*> waiting;
    Joining* claimant = nullptr;
    for (auto& joining : joins_) {
        if (joining.is_open() && joining.link() == link) claimant = &joining;
        if (joining.waits_on(link)) waiting.push_back(&joining);
    }
    for (auto* joining : waiting) {
        if (joining->is_let_in(frame, out_)) return;
    }
    if (claimant != nullptr) {
        if (claimant->hear(link, frame, out_)) claimant->told(link);
    } else if (waiting.size() == 1) {
        waiting[0]->hear(link, frame, out_);
    }
}

void Peers::join(JoinRequest request, std::uint64_t now) {
    std::erase_if(
        joins_, [&](const Joining& joining) { return !joining.is_open() || joining.request().group == request.group; });
    const auto key = request.inviter;
    introduced_.insert(key);
    joins_.emplace_back(std::move(request));
    claim_on_open_links(now);
    if (!link_to(key)) dialling_.hurry(key, now);
}

std::optional<LinkId> Peers::link_to(const LinkKey& key) const {
    for (const auto& [link, line] : lines_) {
        const bool usable = line.door == Door::members && line.session && line.session->is_started();
        if (usable && line.key == key && !line.session->parting()) return link;
    }
    return std::nullopt;
}

void Peers::claim_on_open_links(std::uint64_t now) {
    for (auto& joining : joins_) {
        if (!joining.is_open() || joining.link() || now < joining.due()) continue;
        const auto link = link_to_claim_on(joining);
        if (!link) continue;
        joining.opened(*link, now);
        joining.tick(now, out_);
    }
}

std::optional<LinkId> Peers::link_to_claim_on(const Joining& joining) const {
    const auto link = link_to(joining.request().inviter);
    const bool is_taken = link && std::any_of(joins_.begin(), joins_.end(), [&](const Joining& other) {
                              return other.is_open() && other.link() == link;
                          });
    return is_taken ? std::nullopt : link;
}

void Peers::give_own_group(const DeviceId& device, const Bytes& sealed) {
    for (const auto& [link, line] : lines_) {
        if (line.door != Door::members || !line.met || line.session->parting()) continue;
        if (line.session->greeted()->record.device == device) out_.say(link, OwnGroup{sealed});
    }
}

void Peers::claim_decided(LinkId link, const Answer& answer, std::uint64_t now) {
    admitting_.decided(link, answer, now, out_);
    settle(now);
}

std::optional<Door> Peers::door_for(const Contact& contact) const {
    const bool invited = std::any_of(joins_.begin(), joins_.end(), [&](const Joining& joining) {
        return joining.is_open() && joining.request().inviter == contact.key;
    });
    const bool sought = std::any_of(seekers_.begin(), seekers_.end(), [&](const CompareSeeker& seeker) {
        return seeker.is_open() && seeker.host() == contact.key;
    });
    const bool looked_at = std::any_of(lookers_.begin(), lookers_.end(), [&](const Looker& looker) {
        return looker.is_open() && looker.at() == contact.key;
    });
    if ((invited || sought || looked_at) && !link_to(contact.key)) return Door::lobby;
    if (introduced_.contains(contact.key) || here_.log.device_of(contact.key)) return Door::members;
    return std::nullopt;
}

// --- time ------------------------------------------------------------------------------------------------------------

void Peers::tick(std::uint64_t now) {
    for (const auto link : dialling_.overdue(now)) {
        const auto at = lines_.find(link);
        const bool greeted = at != lines_.end() && at->second.met;
        if (!greeted) close(link, Parting::silent, false, now);
    }
    for (const auto link : admitting_.overdue(now)) {
        const auto at = lines_.find(link);
        if (at != lines_.end() && at->second.session) {
            admitting_.closed(link);
        } else {
            close(link, Parting::done, false, now);
        }
    }
    std::vector<LinkId> idle;
    for (auto& [link, line] : lines_) {
        if (line.session) {
            line.session->tick(now);
        } else if (now >= line.since + 2 * lobby_ms) {
            idle.push_back(link);
        }
    }
    for (const auto link : idle) close(link, Parting::silent, false, now);
    for (auto& joining : joins_) {
        const auto link = joining.tick(now, out_);
        const auto at = link ? lines_.find(*link) : lines_.end();
        if (at != lines_.end() && !at->second.session) close(*link, Parting::silent, false, now);
    }
    for (auto& seeker : seekers_) {
        const auto link = seeker.tick(now, out_);
        if (link && lines_.contains(*link)) close(*link, Parting::silent, false, now);
    }
    for (auto& looker : lookers_) {
        const auto link = looker.tick(now, out_);
        const auto at = link ? lines_.find(*link) : lines_.end();
        if (at != lines_.end() && !at->second.session) close(*link, Parting::silent, false, now);
    }
    claim_on_open_links(now);
    std::erase_if(joins_, [](const Joining& joining) { return !joining.is_open(); });
    chunks_.tick(now);
    settle(now);
    const auto neighbours = static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(), [](const auto& entry) { return entry.second.met; }));
    dialling_.tick(
        neighbours, [&](const Contact& contact) { return door_for(contact); }, now, out_);
}

std::uint64_t Peers::deadline() const {
    auto earliest = std::min({dialling_.deadline(), chunks_.deadline(), admitting_.deadline()});
    for (const auto& joining : joins_) {
        earliest = std::min(earliest, joining.deadline());
        if (joining.is_open() && !joining.link() && link_to_claim_on(joining)) {
            earliest = std::min(earliest, joining.due());
        }
    }
    for (const auto& looker : lookers_) earliest = std::min(earliest, looker.deadline());
    for (const auto& seeker : seekers_) earliest = std::min(earliest, seeker.deadline());
    for (const auto& [link, line] : lines_) {
        earliest = std::min(earliest, line.session ? line.session->deadline() : line.since + 2 * lobby_ms);
        if (line.contested) earliest = std::min(earliest, line.contested_at + contest_ms);
    }
    return earliest;
}

std::vector<Neighbour> Peers::neighbours() const {
    std::vector<Neighbour> list;
    for (const auto& [link, line] : lines_) {
        if (!line.met || !line.session->is_started()) continue;
        const auto& session = *line.session;
        const auto& greeted = *session.greeted();
        list.push_back({link, greeted.record.device, greeted.run, greeted.record.name, line.door, line.dialled,
                        line.since, session.heard_ms(), session.given_count(), session.taken_count(),
                        session.too_fast_count(), session.is_held(), session.shared().size(), chunks_.is_full(link),
                        session.is_settled()});
    }
    return list;
}

std::vector<LinkKey> Peers::within() const {
    std::vector<LinkKey> keys;
    for (const auto& [link, line] : lines_) {
        if (line.met && line.door == Door::members && !line.dialled) keys.push_back(line.key);
    }
    return keys;
}

bool Peers::is_settled() const {
    return chunks_.is_settled() && std::all_of(lines_.begin(), lines_.end(), [](const auto& entry) {
               return !entry.second.met || entry.second.session->is_settled();
           });
}

void Peers::leave() {
    for (auto& [link, line] : lines_) {
        out_.say(link, Bye{static_cast<std::uint8_t>(Parting::done)});
        out_.act(Close{link, Parting::done});
    }
}

}  // namespace staffroom::net
