// Who came with an invitation that an organiser has to confirm (`invite --ask`), or asked to join a group that shows
// itself, and waits for the answer. Kept over a restart, so that an organiser may answer tomorrow; the newcomer comes again
// by themselves. Whom an organiser said no to is remembered, and not shown again.
//
// At most 64 are kept of a group, those who were said no to giving place, and of them 32 who came without an invitation:
// strangers leave room for those who were invited. One more is told to come again.
#pragma once

#include <vector>

#include "core/persons.h"
#include "storage/kv.h"

namespace staffroom {

struct Newcomer {
    PersonCard card;
    InviteKey invite;  // zero: without one

    template <class A>
    void serialize(A& ar) {
        ar(card, invite);
    }
};

class Newcomers {
  public:
    static constexpr std::size_t waiting_max = 64, strangers_max = 32;

    explicit Newcomers(Store& store) : store_(store) {}

    // Needs: the card is valid. The latest invitation counts, and counts more than none; with one a no is forgotten. Errors:
    // busy (too many wait), refused (an organiser said no), io.
    Result<> wait(const GroupId& group, const Newcomer& newcomer);
    std::vector<Newcomer> waiting(const GroupId& group) const;
    // An organiser said no.
    Result<> refuse(const GroupId& group, const PersonId& person);
    Result<> forget(const GroupId& group, const PersonId& person);

  private:
    Store& store_;
};

}  // namespace staffroom
