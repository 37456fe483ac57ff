#include "net/gate.h"

#include <algorithm>

namespace staffroom::net {

void Gate::allow(const std::vector<LinkKey>& known) { known_ = {known.begin(), known.end()}; }

Verdict Gate::judge(Door door, const Routes::Peer* peer, const std::optional<LinkKey>& proved) const {
    if (!proved || (peer && peer->key != *proved)) return Verdict::nameless;
    if (door == Door::members && !knows(*proved)) return Verdict::unknown;
    if (!peer) return Verdict::begin;
    return peer->link == LinkId{} ? Verdict::unknown : Verdict::give;
}

bool Gate::admit_stranger(const LinkKey& key, std::uint64_t now_ms) {
    tick(now_ms);
    if (places_.size() >= strangers_count || admissions_ >= admissions_max) return false;
    places_.push_back({key, now_ms, false});
    ++admissions_;
    return true;
}

void Gate::hear_stranger(const LinkKey& key) {
    const auto place = std::find_if(places_.begin(), places_.end(), [&](auto& p) { return p.key == key && !p.heard; });
    if (place != places_.end()) place->heard = true;
}

void Gate::leave_stranger(const LinkKey& key) {
    const auto place = std::find_if(places_.begin(), places_.end(), [&](auto& p) { return p.key == key && p.heard; });
    if (place != places_.end()) places_.erase(place);
}

void Gate::tick(std::uint64_t now_ms) {
    std::erase_if(places_, [&](auto& p) { return !p.heard && now_ms - p.since_ms >= silent_ms_max; });
}

bool Gate::wants_clearing() const {
    return admissions_ >= admissions_max || (places_.empty() && admissions_ >= strangers_count);
}

void Gate::cleared() {
    places_.clear();
    admissions_ = 0;
}

}  // namespace staffroom::net
