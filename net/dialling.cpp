#include "net/dialling.h"

#include <algorithm>

#include "core/crypto.h"

namespace staffroom::net {
namespace {

// By a random half more or less.
std::uint64_t jittered(std::uint64_t ms) {
    std::array<std::uint8_t, 8> bytes;
    random_bytes(bytes);
    return ms / 2 + read_be64(bytes) % (ms + 1);
}

}  // namespace

void Dialling::heard(const Contact& contact, std::uint64_t now) {
    const auto [at, is_new] = entries_.try_emplace({contact.key, contact.members});
    auto& entry = at->second;
    const auto told = is_new ? contact.told : std::max(contact.told, entry.contact.told);
    const auto lobby = contact.lobby_port != 0 ? contact.lobby_port : entry.contact.lobby_port;
    // Somebody who was away and speaks again is tried at once, but a forged beacon does not make us dial in a loop.
    if (is_new || now >= entry.heard + pause_ms_max) entry.due = std::min(entry.due, now);
    entry.heard = now;
    entry.left = false;
    entry.contact = contact;
    entry.contact.told = told;
    entry.contact.lobby_port = lobby;
    next_ = std::min(next_, entry.due);
    if (entries_.size() > contacts_max) forget_one();
}

void Dialling::forget_one() {
    const auto worth = [](const Entry& entry) {
        return std::tuple(entry.state != State::resting, entry.contact.told, entry.last_met, entry.heard);
    };
    auto least = entries_.begin();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
        if (worth(at->second) < worth(least->second)) least = at;
    }
    entries_.erase(least);
}

void Dialling::tick(std::size_t neighbours, const Wanted& wanted, std::uint64_t now, Outbox& out) {
    next_ = never_ms;
    std::vector<Entry*> due;
    std::size_t under_way = 0;
    for (auto& [where, entry] : entries_) {
        under_way += entry.state == State::asked || entry.state == State::dialled;
        if (entry.state != State::resting || entry.own) continue;
        if (entry.due > now) {
            next_ = std::min(next_, entry.due);
        } else if (const auto door = wanted(entry.contact)) {
            if (*door == Door::lobby) entry.door = Door::lobby;
            if (entry.door == Door::members || entry.contact.lobby_port != 0) due.push_back(&entry);
        }
    }
    std::sort(due.begin(), due.end(), [](const Entry* a, const Entry* b) {
        return std::tuple(b->contact.told, a->last_met, a->due) < std::tuple(a->contact.told, b->last_met, b->due);
    });
    for (auto* entry : due) {
        if (neighbours + under_way >= neighbours_wanted && entry->contact.told != Told::typed) {
            next_ = std::min(next_, now + pause_ms_max);
            continue;
        }
        ++under_way;
        entry->state = State::asked;
        auto to = entry->contact.members;
        if (entry->door == Door::lobby) to.port = entry->contact.lobby_port;
        out.act(Dial{to, entry->contact.key, entry->door, entry->contact.told});
    }
}

std::uint64_t Dialling::deadline() const {
    auto earliest = next_;
    for (const auto& [where, entry] : entries_) {
        if (entry.state == State::dialled) earliest = std::min(earliest, entry.until);
    }
    return earliest;
}

void Dialling::dialling(const Dial& dial, const Result<LinkId>& link, std::uint64_t now) {
    for (auto& [where, entry] : entries_) {
        auto to = entry.contact.members;
        if (dial.door == Door::lobby) to.port = entry.contact.lobby_port;
        if (entry.state != State::asked || entry.contact.key != dial.server || to != dial.to) continue;
        if (!link) return rest(entry, Parting::silent, now);
        entry.state = State::dialled;
        entry.link = *link;
        entry.until = now + (entry.door == Door::members ? greeting_ms : lobby_ms);
        return;
    }
}

Dialling::Entry* Dialling::by_link(LinkId link) {
    for (auto& [where, entry] : entries_) {
        if (entry.link == link && entry.state != State::resting) return &entry;
    }
    return nullptr;
}

void Dialling::greeted(LinkId link, std::uint64_t now) {
    if (auto* entry = by_link(link)) {
        entry->state = State::met;
        entry->last_met = now;
        entry->failed.reset();
        entry->pause_ms = pause_ms_min;
    }
}

void Dialling::accepted(const LinkKey& key, const std::optional<Address>& from, LinkId link, std::uint64_t now) {
    for (auto& [where, entry] : entries_) {
        if (entry.contact.key != key || entry.state != State::resting) continue;
        if (from && from->bytes != entry.contact.members.bytes) continue;
        entry.state = State::met;
        entry.link = link;
        entry.last_met = now;
        entry.failed.reset();
        entry.pause_ms = pause_ms_min;
        return;
    }
}

void Dialling::rest(Entry& entry, Parting why, std::uint64_t now) {
    // That there is no common version was said by the other side, and holds while later tries bring only silence.
    const bool known_better = entry.failed == Parting::version && why == Parting::silent;
    if (entry.state != State::met && !known_better) entry.failed = why;
    const bool refused_at_members = entry.state == State::dialled && entry.door == Door::members;
    entry.state = State::resting;
    entry.link = {};
    entry.until = never_ms;
    if (refused_at_members && entry.contact.lobby_port != 0) {
        entry.door = Door::lobby;
        entry.due = now;
    } else {
        entry.door = Door::members;
        entry.due = now + jittered(entry.pause_ms);
        entry.pause_ms = std::min(2 * entry.pause_ms, pause_ms_max);
    }
    next_ = std::min(next_, entry.due);
}

void Dialling::ended(LinkId link, Parting why, std::uint64_t now) {
    auto* entry = by_link(link);
    if (!entry) return;
    if (why == Parting::myself) entry->own = true;
    const bool was_lobby = entry->door == Door::lobby;
    rest(*entry, why, now);
    if (why == Parting::members && was_lobby) {
        entry->due = now;
        entry->pause_ms = pause_ms_min;
        next_ = now;
    }
    if (why == Parting::duplicate) entry->due = now + pause_ms_max;
}

std::vector<LinkKey> Dialling::keys() const {
    std::vector<LinkKey> keys;
    for (const auto& [where, entry] : entries_) {
        if (keys.empty() || keys.back() != where.first) keys.push_back(where.first);
    }
    return keys;
}

void Dialling::said_goodbye(const LinkKey& key) {
    for (auto& [where, entry] : entries_) {
        if (entry.contact.key == key) entry.left = true;
    }
}

void Dialling::reached_oneself(const LinkKey& own) {
    for (auto& [where, entry] : entries_) {
        if (entry.contact.key == own && entry.state == State::dialled) entry.own = true;
    }
}

std::vector<LinkId> Dialling::overdue(std::uint64_t now) const {
    std::vector<LinkId> links;
    for (const auto& [where, entry] : entries_) {
        if (entry.state == State::dialled && entry.until <= now) links.push_back(entry.link);
    }
    return links;
}

void Dialling::hurry(const LinkKey& key, std::uint64_t now) {
    for (auto& [where, entry] : entries_) {
        if (entry.contact.key != key || entry.state != State::resting) continue;
        entry.due = now;
        next_ = now;
    }
}

bool Dialling::knows(const LinkKey& key) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first.first == key; });
}

// Of an address that only an invitation names nobody knows whether anybody is there.
std::vector<HeardOf> Dialling::heard_of() const {
    std::vector<HeardOf> all;
    for (const auto& [where, entry] : entries_) {
        if (entry.contact.lobby_port == 0) continue;
        all.push_back({where.first, where.second, entry.heard, entry.own, entry.left, entry.failed});
    }
    return all;
}

}  // namespace staffroom::net
