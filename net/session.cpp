#include "net/session.h"

#include <algorithm>

namespace staffroom::net {

Session::Talk::Talk(const Here& here, const Greeting::On& on, const Greeted& greeted, OwnRates& rates)
    : offers(here, on.link, on.dialled, greeted),
      sets(here, on.link, on.dialled, greeted),
      giving(here, on.link, on.door, greeted.record.device, rates.given),
      taking(here, on.link, greeted.record.device, rates.taken),
      asking(here, on.link),
      telling(here, on.link, greeted) {}

Session::Session(const Here& here, const Greeting::On& on, OwnRates& rates, Outbox& out, std::uint64_t now)
    : here_(here),
      on_(on),
      rates_(rates),
      out_(out),
      greeting_(here, on, now),
      began_(now),
      heard_(now),
      progress_(now),
      pinged_(now) {}

void Session::part(Parting why) {
    if (!parting_) parting_ = why;
}

void Session::obey(const Sets::Verdict& verdict) {
    if (verdict) part(*verdict);
}

void Session::start(std::uint64_t now) {
    assert(greeting_.done() && !talk_);
    talk_.emplace(here_, on_, *greeting_.done(), rates_);
    talk_->offers.refresh(now, out_);
    guest_ = is_guest();
    progress_ = now;
}

// --- what happens here -----------------------------------------------------------------------------------------------

bool Session::stored(std::uint64_t ticket, const Result<IngestReport>& report, std::uint64_t now) {
    if (!talk_ || parting_) return false;
    if (const auto group = talk_->asking.stored(ticket)) {
        look_at_.insert(*group);
        return true;
    }
    const auto settled = talk_->taking.stored(ticket, report, out_);
    if (!settled) return false;
    if (const auto* shared = talk_->offers.find(settled->group)) {
        obey(talk_->sets.settled(*shared, settled->set, settled->promised, now, talk_->giving, out_));
        look_at_.insert(settled->group);
    }
    return true;
}

void Session::fresh(const GroupId& group, const std::vector<CommitId>& ids, bool lazily, std::uint64_t now) {
    if (!talk_ || parting_) return;
    const auto* shared = talk_->offers.find(group);
    if (!shared) return;
    changed(group, now);
    look_at_.insert(group);
    std::vector<CommitId> unseen;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(unseen),
                 [&](const CommitId& id) { return !talk_->giving.has_seen(id); });
    if (unseen.empty()) return;
    if (unseen.size() > eager_count) return talk_->sets.suspect(group, now);
    if (lazily && shared->mine == Serves::all) {
        out_.say(on_.link, Announce{shared->name, std::move(unseen)});
    } else {
        talk_->giving.give(group, unseen);
        talk_->giving.fill(talk_->offers, now, out_);
    }
}

bool Session::shares_presence(const Shared& shared) const {
    return on_.door == Door::members && shared.mine == Serves::all && shared.theirs == Serves::all;
}

void Session::tell_presence(const GroupId& group, const SealedPresence& sealed) {
    if (!talk_ || parting_ || talk_->giving.is_behind()) return;
    const auto* shared = talk_->offers.find(group);
    if (shared && shares_presence(*shared)) out_.say(on_.link, PresenceFrame{shared->name, sealed});
}

void Session::standings_changed(std::uint64_t now) {
    if (!talk_ || parting_) return;
    talk_->offers.refresh(now, out_);
    if (is_guest() != guest_) {
        guest_ = !guest_;
        progress_ = now;
    }
    offers_may_have_changed(now);
}

void Session::changed(const GroupId& group, std::uint64_t now) {
    if (talk_) talk_->telling.changed(group, now);
}

void Session::files_changed(bool fewer, std::uint64_t now) {
    if (!talk_) return;
    for (const auto& shared : talk_->offers.shared()) {
        if (shared.mine != Serves::all) continue;
        fewer ? talk_->telling.lost(shared.group, now) : talk_->telling.changed(shared.group, now);
    }
}

void Session::offers_may_have_changed(std::uint64_t now) {
    if (talk_->offers.version() == offers_seen_) return;
    offers_seen_ = talk_->offers.version();
    for (const auto& shared : talk_->offers.shared()) {
        if (shared.theirs == Serves::farewell) talk_->asking.ask_farewell(shared, now, out_);
        if (shared.mine == Serves::all) talk_->telling.changed(shared.group, now);
        // Who lets strangers in only to the lobby has found that this is none.
        if (on_.door == Door::lobby && shared.mine == Serves::all && shared.theirs == Serves::all) {
            part(Parting::members);
        }
        look_at_.insert(shared.group);
    }
    obey(talk_->sets.tick(talk_->offers, now, talk_->giving, out_));
}

bool Session::is_guest() const {
    if (on_.door == Door::lobby) return true;
    if (on_.dialled) return false;
    const auto groups = here_.log.groups();
    return std::none_of(groups.begin(), groups.end(), [&](const GroupId& group) {
        return here_.log.standing(group, greeting_.done()->record.device) == Standing::current;
    });
}

// --- time ----------------------------------------------------------------------------------------------------------

void Session::look(std::uint64_t now) {
    const bool all = now >= look_all_;
    if (all) look_all_ = now + look_ms;
    for (const auto& shared : talk_->offers.shared()) {
        if (!all && !look_at_.contains(shared.group)) continue;
        talk_->asking.look(shared, talk_->sets, now, out_);
    }
    look_at_.clear();
}

void Session::keep_alive(std::uint64_t now) {
    if (now >= heard_ + silent_ms) return part(Parting::silent);
    if (now >= std::max(heard_, pinged_) + ping_ms) ask_for_life(now);
}

void Session::ask_for_life(std::uint64_t now) {
    pinged_ = now;
    out_.say(on_.link, Ping{now});
}

void Session::tick(std::uint64_t now) {
    if (parting_) return;
    greeting_.tick(now, out_);
    if (!greeting_.done() && now >= began_ + greeting_ms) return part(Parting::silent);
    keep_alive(now);
    if (!talk_ || parting_) return;
    talk_->offers.tick(now, out_);
    obey(talk_->sets.tick(talk_->offers, now, talk_->giving, out_));
    if (!talk_->giving.tick(talk_->offers, now, out_)) part(Parting::silent);
    if (!talk_->asking.tick(talk_->offers, now, out_)) part(Parting::promises);
    talk_->telling.tick(talk_->offers, now, out_);
    if (!look_at_.empty() || now >= look_all_) look(now);
    if (!guest_) return;
    const auto seen = given_count() + taken_count() + talk_->offers.version();
    if (seen != progress_seen_) progress_ = now;
    progress_seen_ = seen;
    if (now >= progress_ + guest_progress_ms) part(Parting::silent);
}

std::uint64_t Session::deadline() const {
    if (parting_) return never_ms;
    auto earliest = std::min(greeting_.deadline(), std::max(heard_, pinged_) + ping_ms);
    earliest = std::min(earliest, heard_ + silent_ms);
    if (!greeting_.done()) earliest = std::min(earliest, began_ + greeting_ms);
    if (!talk_) return earliest;
    for (const auto next : {talk_->offers.deadline(), talk_->sets.deadline(), talk_->giving.deadline(),
                            talk_->asking.deadline(), talk_->telling.deadline(), look_all_}) {
        earliest = std::min(earliest, next);
    }
    if (!look_at_.empty()) return 0;
    return guest_ ? std::min(earliest, progress_ + guest_progress_ms) : earliest;
}

bool Session::is_settled() const {
    if (!talk_ || !talk_->offers.settled() || !talk_->giving.idle() || !talk_->asking.idle()) return false;
    const auto& shared = talk_->offers.shared();
    return std::all_of(shared.begin(), shared.end(), [&](const Shared& s) { return talk_->sets.equal(s); });
}

const std::vector<Shared>& Session::shared() const {
    static const std::vector<Shared> none;
    return talk_ ? talk_->offers.shared() : none;
}

}  // namespace staffroom::net
