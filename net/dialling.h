// Whom to dial, and when.
//
// Rules:
//  - only colleagues whose transport key a member table or an invitation names are dialled: to nobody else do we say
//    who we are. An address that turns out to be our own is never dialled again;
//  - up to 8 neighbours, those met longest ago first; what a teacher typed is dialled whatever the number;
//  - a dial at the members' door that brings no greeting within 3 s is tried at the lobby: there a refusal is silent,
//    and we may be a newcomer of whom that colleague has not heard;
//  - after a failure the next try waits 1 s, then ever longer up to 60 s, each time by a random half more or less, so
//    that a hall does not dial in step;
//  - at most 64 addresses are remembered, those met last longest.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "net/outbox.h"

namespace staffroom::net {

// Where a device may be found. Two computers with a copy of one disk have one key and two addresses.
struct Contact {
    LinkKey key;
    Address members;               // the members' port
    std::uint16_t lobby_port = 0;  // 0: not known
    Told told = Told::heard;
};

// A computer that we heard of, as the doctor shows it.
struct HeardOf {
    LinkKey key;
    Address at;
    std::uint64_t heard_ms = 0;     // when it last spoke
    bool own = false;               // this very device
    bool left = false;              // it said goodbye, and nothing since
    std::optional<Parting> failed;  // why the last dial brought no greeting
};

class Dialling {
  public:
    static constexpr std::size_t contacts_max = 64, neighbours_wanted = 8;
    static constexpr std::uint64_t greeting_ms = 3'000, lobby_ms = 10'000, pause_ms_min = 1'000, pause_ms_max = 60'000;

    void heard(const Contact& contact, std::uint64_t now);

    // At which door to begin; nothing for strangers.
    using Wanted = std::function<std::optional<Door>(const Contact&)>;
    void tick(std::size_t neighbours, const Wanted& wanted, std::uint64_t now, Outbox& out);
    std::uint64_t deadline() const;

    // What became of a Dial.
    void dialling(const Dial& dial, const Result<LinkId>& link, std::uint64_t now);
    // The link of a dial is greeted: it is a neighbour's now.
    void greeted(LinkId link, std::uint64_t now);
    // It ended, or never was.
    void ended(LinkId link, Parting why, std::uint64_t now);
    // A link that was accepted, from a colleague who may be dialled elsewhere: no need to.
    void accepted(const LinkKey& key, const std::optional<Address>& from, LinkId link, std::uint64_t now);

    // Whoever has this key ended their program: they are not there, until they speak again.
    void said_goodbye(const LinkKey& key);

    // Our own dial has come in at our own door: whatever is being dialled by that key is us.
    void reached_oneself(const LinkKey& own);
    // Of the computers that are remembered, each once, ascending.
    std::vector<LinkKey> keys() const;

    // Dials that have waited too long; the caller closes them and calls ended().
    std::vector<LinkId> overdue(std::uint64_t now) const;
    // Try the contacts with this key now.
    void hurry(const LinkKey& key, std::uint64_t now);
    bool knows(const LinkKey& key) const;
    // Those that spoke themselves, by key: one with several addresses several times.
    std::vector<HeardOf> heard_of() const;

  private:
    enum class State { resting, asked, dialled, met };
    struct Entry {
        Contact contact;
        State state = State::resting;
        Door door = Door::members;
        LinkId link;
        std::uint64_t due = 0, until = never_ms, last_met = 0, heard = 0;
        std::uint64_t pause_ms = pause_ms_min;
        bool own = false;  // this very device
        bool left = false;
        std::optional<Parting> failed;
    };
    using Where = std::pair<LinkKey, Address>;

    Entry* by_link(LinkId link);
    void rest(Entry& entry, Parting why, std::uint64_t now);
    void forget_one();

    std::map<Where, Entry> entries_;
    std::uint64_t next_ = 0;
};

}  // namespace staffroom::net
