#include "net/offers.h"

#include <algorithm>

namespace staffroom::net {
namespace {

Tag tag_of(const SymmetricKey& key, bool dialler, const Greeted& greeted) {
    Tag tag;
    blake2b(tag.bytes, key.view(),
            {view_of(dialler ? "dialler" : "acceptor"), greeted.dialler.view(), greeted.acceptor.view()});
    return tag;
}

Serves serves_to(Standing standing) {
    switch (standing) {
        case Standing::current:
            return Serves::all;
        case Standing::removed:
            return Serves::farewell;
        case Standing::unknown:
            break;
    }
    return Serves::control;
}

}  // namespace

Offers::Offers(const Here& here, LinkId link, bool dialled, const Greeted& greeted)
    : here_(here), link_(link), dialled_(dialled), greeted_(greeted) {}

void Offers::refresh(std::uint64_t now, Outbox& out) {
    std::vector<Known> known;
    for (const auto& group : here_.log.groups()) {
        const auto key = here_.log.tag_key(group);
        known.push_back({group, tag_of(key, dialled_, greeted_), tag_of(key, !dialled_, greeted_),
                         serves_to(here_.log.standing(group, greeted_.record.device))});
    }
    if (known.size() > limits::groups_count) {
        // Those that this device is known in matter more than those it may have been let into far away.
        std::stable_partition(known.begin(), known.end(), [](const Known& k) { return k.serves != Serves::control; });
        known.resize(limits::groups_count);
    }
    std::vector<GroupOffer> offers;
    for (const auto& k : known) offers.push_back({k.mine, k.serves});
    std::sort(offers.begin(), offers.end());
    known_ = std::move(known);
    if (serial_ > 0 && offers == mine_) return;
    mine_ = std::move(offers);
    ++serial_;
    match();
    say(now, out);
}

void Offers::hear(const Groups& groups, std::uint64_t now, Outbox& out) {
    acknowledged_ = std::max(acknowledged_, std::min(groups.heard, serial_));
    if (groups.serial > theirs_serial_) {
        theirs_serial_ = groups.serial;
        theirs_ = groups.offers;
        match();
    }
    if (groups.asks) say(now, out);
}

void Offers::match() {
    std::vector<Shared> shared;
    for (const auto& k : known_) {
        const auto offer = std::lower_bound(theirs_.begin(), theirs_.end(), GroupOffer{k.theirs, Serves::farewell});
        if (offer == theirs_.end() || offer->tag != k.theirs) continue;
        shared.push_back({k.group, dialled_ ? k.mine : k.theirs, k.serves, offer->serves});
    }
    shared_ = std::move(shared);
    ++version_;
}

const Shared* Offers::find(const Tag& name) const {
    const auto at = std::find_if(shared_.begin(), shared_.end(), [&](const Shared& s) { return s.name == name; });
    return at == shared_.end() ? nullptr : &*at;
}
const Shared* Offers::find(const GroupId& group) const {
    const auto at = std::find_if(shared_.begin(), shared_.end(), [&](const Shared& s) { return s.group == group; });
    return at == shared_.end() ? nullptr : &*at;
}

void Offers::say(std::uint64_t now, Outbox& out) {
    next_ = now + again_ms;
    out.say(link_, Groups{serial_, theirs_serial_, acknowledged_ < serial_, mine_});
}

void Offers::tick(std::uint64_t now, Outbox& out) {
    if (acknowledged_ < serial_ && now >= next_) say(now, out);
}

}  // namespace staffroom::net
