// Notes that are open in the page's tabs (app/web/DOOR.md, "A note, live"). For the tabs of one note this is what
// CodeMirror's collab extension calls the authority: it puts their updates into one row, in which each fits the text
// that those before it made, and a tab that is behind gets what it lacks and rebases by itself.
//
// The row is not the note: the replica is. What tabs typed is taken at once and kept as pending changes of the version
// of the note that it was typed on; about five times a second they become an edit, committed on that very version, so
// colleagues' words merge with it as with any other edit. Where edits below it were hidden meanwhile, it is rebased by
// places first (app/api/pending_changes.h). Whatever else changed the note then becomes an update of the authority's own,
// by the least difference. "Saved" is told when the transaction has returned; a long paste takes several, one a turn of
// the node's loop.
//
// Five times a second is for colleagues who have the note open (app/api/note_places.h), and a mean: a bucket holds sixteen
// commits and gets one each fifth of a second, so they see a key as soon as it was pressed, until somebody has typed
// faster than five keys a second for some seconds. While nobody has the note open elsewhere, one commit holds what was typed up
// to a pause, or for some seconds: a year of notes is small that way.
//
// Bounds: notes open at once, updates kept of each; a tab that lacks older ones opens the note again. All ends when the
// profile is locked, and with the daemon, after what is pending is written.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/api/events.h"
#include "app/api/note_places.h"
#include "app/api/page.h"
#include "app/api/verb.h"
#include "core/ids.h"
#include "core/merge/text.h"

namespace staffroom::api {

inline constexpr std::size_t open_notes_max = 32;
inline constexpr std::size_t updates_kept_max = 2'000, updates_bytes_max = std::size_t{8} << 20,
                             updates_at_once_max = 500;
inline constexpr std::uint64_t commit_every_ms = 200, commits_at_once = 16, try_again_ms = 2'000,
                               forget_after_ms = 3'600'000;
inline constexpr std::uint64_t pause_ms = 2'000, commit_after_ms = 5'000;  // while nobody watches

class LiveNotes {
  public:
    // Which outlives it.
    explicit LiveNotes(Events& events) : events_(events) {}

    // The verbs, by their arguments. `now` in monotonic milliseconds, of the same clock as in poll(). Errors:
    // malformed, not_found (the note; the session is over), refused (no right to write), busy (too many are open).
    Reply open(Desk& desk, const Json& args, std::uint64_t now);
    Reply push(Desk& desk, const Json& args, std::uint64_t now);
    Reply pull(const Json& args, std::uint64_t now);
    // Passages (app/api/note_passages.cpp): what a tab sees from one place to another as an anchor that a comment
    // keeps, and where such anchors are now. Error besides: busy (the tab is behind, or what was typed is not written
    // yet: ask again).
    Reply passage(Desk& desk, const Json& args, std::uint64_t now);
    Reply places(Desk& desk, const Json& args, std::uint64_t now);

    // A tab told where it is; and so did a colleague's computer.
    void placed(const TabPlace& place);
    void heard(const DeviceId& from, const std::string& name, const GroupId& group, const Presence& presence,
               std::uint64_t now);

    // These records changed, by whomever.
    void touched(const std::set<RecordId>& records);
    // Writes what is due, takes over what others wrote, tells both. Needs: the profile is not locked.
    void poll(Desk& desk, std::uint64_t now);
    std::uint64_t deadline() const;
    // Before the profile is locked, and before the program ends: all that is pending. What cannot be written stays so.
    void write_all(Desk& desk);
    // Every session.
    void end() { open_.clear(); }

  private:
    struct Update {
        std::string client;
        boost::json::value changes;
        std::size_t bytes = 0;
    };
    struct Open {
        GroupId group;
        RecordId note;
        std::string text;                 // as the tabs that are not behind see it
        std::vector<OpRef> version;       // of the note in the replica,
        std::string base;                 // its text then,
        std::vector<TextChange> pending;  // and what turns that into `text`
        std::deque<Update> updates;
        std::uint64_t first = 0;  // the number of the first of them
        std::size_t bytes = 0;
        std::uint64_t saved = 0;
        bool is_touched = false;
        std::uint64_t typed_ms = 0, pending_ms = 0;  // the latest and the first of what is pending
        std::uint64_t next_ms = 0;                   // the bucket holds a commit from then on
        std::uint64_t asked_ms = 0, again_ms = 0;
        bool in_haste = false;  // the rest of a long paste, or what was typed before the last tab left
        NotePlaces places;

        std::uint64_t number() const { return first + updates.size(); }
        // When what is pending is to be written.
        std::uint64_t due_ms() const;
    };

    Result<Open*> find(const Json& args, std::uint64_t now);
    Result<Text> settled(Desk& desk, const Json& args, std::uint64_t now);
    void take(const std::string& session, Open& note, std::vector<Update> updates);
    void correct(const std::string& session, Open& note, std::string text);
    Result<> write_some(Desk& desk, const std::string& session, Open& note);
    Result<> take_over(Desk& desk, const std::string& session, Open& note);
    void keep(Desk& desk, const std::string& session, Open& note, std::uint64_t now);
    void tend_places(Desk& desk, Open& note, std::uint64_t now);
    bool make_room();

    Events& events_;
    std::map<std::string, Open> open_;  // by session
};

}  // namespace staffroom::api
