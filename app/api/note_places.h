// Where people are in one open note: this computer's tabs, which colleagues are told of, and colleagues, whom the tabs
// are shown (app/web/DOOR.md, "Presence"). Nothing of it is kept.
//
// Rules:
//  - a tab's place is a count in the text that the tabs share, and moves with it; a colleague's is named by the character
//    left of it (core/presence.h), and is shown once that character is here;
//  - all neighbours hear every 5 s that the note is open here, and when it no longer is; where in it, at most five times
//    a second, only those who have it open themselves;
//  - who is silent for 15 s is gone;
//  - finding a character costs a walk of the note's history: in notes with many edits places are found less often.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/api/verb.h"
#include "core/merge/text.h"
#include "core/presence.h"

namespace staffroom::api {

class NotePlaces {
  public:
    static constexpr std::uint64_t tell_every_ms = 200, say_again_ms = 5'000, gone_after_ms = 15'000;
    static constexpr std::size_t colleagues_max = 64, edits_per_ms = 100;

    // --- the tabs here. `head` in UTF-16 units.
    void put(const std::string& client, std::uint64_t head);
    void take_away(const std::string& client);
    bool has_tabs() const { return !tabs_.empty(); }
    // Their text became another by this change set.
    void shift(const boost::json::value& change_set);

    // --- colleagues
    void heard(const DeviceId& from, const std::string& name, const Presence& presence, std::uint64_t now);
    bool is_watched() const { return !colleagues_.empty(); }
    bool is_watched_by(const DeviceId& device) const { return colleagues_.contains(device); }
    // More of the note is here: some of those who wait may be shown.
    void words_came();

    // --- what is due. Both need the text of the note in which the tabs' text, or what is pending, has its place.
    bool has_to_tell(std::uint64_t now) const { return now >= tell_at(); }
    bool has_to_show(std::uint64_t now) const { return now >= show_at(); }
    struct Told {
        std::vector<TabPresence> tabs;
        bool to_all = false;  // else to those who have the note open
    };
    Told tell(const Text& text, std::uint64_t now);
    // Events, but for the note and the version. `pending` makes of the text what the tabs see.
    std::vector<Json> show(const Text& text, const std::vector<TextChange>& pending, std::string_view seen,
                           std::uint64_t now);
    // Events, likewise, of those who are gone.
    std::vector<Json> take_gone(std::uint64_t now);
    // The text cannot be read now.
    void put_off(std::uint64_t now);
    std::uint64_t tell_at() const;
    // When one of the other two is due.
    std::uint64_t deadline() const;

  private:
    struct Tab {
        std::uint32_t number = 0;
        std::uint64_t head = 0;
    };
    struct There {
        std::optional<PlaceAfter> after;
        bool is_shown = false, waits = false;  // waits: for words that are under way
    };
    struct Colleague {
        std::string name;
        std::uint64_t heard_ms = 0;
        std::map<std::uint32_t, There> tabs;
    };
    std::uint64_t show_at() const;
    void pace(const Text& text) { every_ms_ = tell_every_ms + text.edits() / edits_per_ms; }

    std::map<std::string, Tab> tabs_;  // by client
    std::uint32_t next_number_ = 0;
    bool has_moved_ = false, is_closing_ = false;
    std::uint64_t every_ms_ = tell_every_ms, told_ms_ = 0, said_ms_ = 0, shown_ms_ = 0;
    bool is_said_ = false;  // that the note is open here
    std::map<DeviceId, Colleague> colleagues_;
    std::vector<std::string> gone_;  // clients
};

}  // namespace staffroom::api
