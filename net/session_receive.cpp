#include <algorithm>

#include "net/session.h"

namespace staffroom::net {

template <class M, class Then>
void Session::with(ByteView frame, Then then) {
    if (auto message = message_in<M>(frame)) {
        then(*message);
    } else {
        part(Parting::protocol);
    }
}
template <class M, class Then>
void Session::with_shared(ByteView frame, Then then) {
    with<M>(frame, [&](M& message) {
        if (const auto* shared = talk_->offers.find(message.group)) then(*shared, message);
    });
}

void Session::receive(ByteView frame, std::uint64_t now) {
    if (parting_) return;
    if (frame.empty()) return part(Parting::protocol);
    heard_ = now;
    hear(kind_of(frame), frame, now);
    if (talk_ && !parting_) {
        offers_may_have_changed(now);
        talk_->giving.fill(talk_->offers, now, out_);
    }
}

void Session::hear(Kind kind, ByteView frame, std::uint64_t now) {
    switch (kind) {
        case Kind::hello:
            return with<Hello>(frame, [&](const Hello& hello) { obey(greeting_.hear(hello, now, out_)); });
        case Kind::bye:
            return with<Bye>(frame, [&](const Bye& bye) {
                const bool known = bye.reason <= static_cast<std::uint8_t>(Parting::members);
                left_ = true;
                part(known ? static_cast<Parting>(bye.reason) : Parting::done);
            });
        case Kind::ping:
            return with<Ping>(frame, [&](const Ping& ping) { out_.say(on_.link, Pong{ping.token}); });
        case Kind::pong:
            return with<Pong>(frame, [](const Pong&) {});
        default:
            if (talk_) hear_in_talk(kind, frame, now);
    }
}

void Session::hear_in_talk(Kind kind, ByteView frame, std::uint64_t now) {
    switch (kind) {
        case Kind::groups:
            return with<Groups>(frame, [&](const Groups& groups) { talk_->offers.hear(groups, now, out_); });
        case Kind::reconcile:
            return with_shared<ReconcileFrame>(frame, [&](const Shared& shared, const ReconcileFrame& message) {
                obey(talk_->sets.hear(shared, message, now, talk_->giving, out_));
            });
        case Kind::commits:
            return with<CommitsFrame>(frame, [&](CommitsFrame& message) { hear(std::move(message), now); });
        case Kind::taken:
            return with<Taken>(frame, [&](const Taken& taken) { talk_->giving.taken(taken, now); });
        case Kind::announce:
            return with_shared<Announce>(frame, [&](const Shared& shared, const Announce& announce) {
                talk_->asking.hear(shared, announce, now, out_);
            });
        case Kind::want:
            return with_shared<Want>(frame, [&](const Shared& shared, const Want& want) {
                talk_->giving.give(shared.group, want.ids, true);
            });
        case Kind::ask_farewell:
            return with<AskFarewell>(frame, [&](const AskFarewell& ask) { hear(ask); });
        case Kind::haves:
            return with<Haves>(frame, [&](const Haves& haves) { hear(haves, now); });
        case Kind::want_parts:
            return with<WantParts>(frame, [&](const WantParts& want) { hear(want); });
        case Kind::parts:
            return with_shared<Parts>(frame, [&](const Shared& shared, Parts& parts) {
                talk_->asking.hear(shared, std::move(parts), now, out_);
            });
        case Kind::own_group:
            return with<OwnGroup>(frame, [&](OwnGroup& given) {
                if (on_.door == Door::members) {
                    out_.act(OwnGroupGiven{greeting_.done()->record.device, std::move(given.sealed)});
                }
            });
        case Kind::ask_keys:
            return with<AskKeys>(frame, [&](const AskKeys& ask) { hear(ask, now); });
        case Kind::presence:
            return with<PresenceFrame>(frame, [&](PresenceFrame& told) { hear(std::move(told), now); });
        default:
            return;
    }
}

void Session::hear(CommitsFrame&& frame, std::uint64_t now) {
    const auto* shared = talk_->offers.find(frame.group);
    if (!shared) return;
    const auto ids = talk_->taking.hear(*shared, std::move(frame), now, out_);
    if (!ids) return part(Parting::protocol);
    for (const auto& id : *ids) {
        talk_->giving.seen(id);
        talk_->asking.arrived(id, now);
    }
}

void Session::hear(PresenceFrame&& told, std::uint64_t now) {
    const auto* shared = talk_->offers.find(told.group);
    if (!shared || !shares_presence(*shared) || !talk_->presence.take(1, now)) return;
    out_.act(PresenceTold{greeting_.done()->record.device, shared->group, std::move(told.sealed)});
}

void Session::hear(const Haves& haves, std::uint64_t now) {
    const auto* shared = talk_->offers.find(haves.group);
    if (!shared) return;
    const auto counter = [&] {
        const auto* have = talk_->telling.theirs(shared->group);
        return have ? have->counter : 0;
    };
    const auto before = counter();
    talk_->telling.hear(*shared, haves, out_);
    if (counter() == before) return;
    talk_->asking.fresh(shared->group);
    look_at_.insert(shared->group);
    if (talk_->giving.idle() && talk_->sets.differs(*talk_->telling.theirs(shared->group))) {
        talk_->sets.suspect(shared->group, now);
    }
}

void Session::hear(const WantParts& want) {
    const auto* shared = talk_->offers.find(want.group);
    if (!shared || !shared->gives(CommitKind::content)) return;
    Parts parts{want.group, {}, {}};
    std::size_t bytes = 0;
    for (const auto& name : want.parts) {
        if (bytes >= limits::batch_bytes) break;
        if (auto part = here_.log.read_part(shared->group, name)) {
            bytes += part->size();
            parts.parts.push_back({name, std::move(*part)});
        } else {
            parts.absent.push_back(name);
        }
    }
    out_.say(on_.link, parts);
}

void Session::hear(const AskFarewell& ask) {
    const auto* shared = talk_->offers.find(ask.group);
    if (!shared || shared->mine != Serves::farewell) return;
    const auto ids = here_.log.farewell(shared->group, greeting_.done()->record.device, ask.heads, limits::ids_count);
    talk_->giving.allow_farewell(shared->group, ids);
    talk_->giving.give(shared->group, ids, true);
}

void Session::hear(const AskKeys& ask, std::uint64_t now) {
    const auto* shared = talk_->offers.find(ask.group);
    if (!shared || !shared->gives(CommitKind::key)) return;
    // More than once: of what was asked for a moment ago, some may have come here only now.
    auto& asked = keys_asked_[shared->group];
    if (asked.count == 0 || now >= asked.since + keys_ms) asked = {now, 0};
    if (++asked.count > keys_asked_max) return;
    out_.act(ShareKeys{shared->group, greeting_.done()->record.device, ask.epochs});
}

}  // namespace staffroom::net
