// Who came with an invitation that an organiser has to confirm (`invite --ask`) and waits for the answer. Kept over a
// restart, so that an organiser may answer tomorrow; the newcomer comes again by themselves.
//
// At most 64 wait in a group; one more is told to come again.
#pragma once

#include <vector>

#include "core/persons.h"
#include "storage/kv.h"

namespace staffroom {

struct Newcomer {
    PersonCard card;
    InviteKey invite;

    template <class A>
    void serialize(A& ar) {
        ar(card, invite);
    }
};

class Newcomers {
  public:
    static constexpr std::size_t waiting_max = 64;

    explicit Newcomers(Store& store) : store_(store) {}

    // Needs: the card is valid. The latest invitation counts. Errors: busy (too many wait), io.
    Result<> wait(const GroupId& group, const Newcomer& newcomer);
    std::vector<Newcomer> waiting(const GroupId& group) const;
    Result<> forget(const GroupId& group, const PersonId& person);

  private:
    Store& store_;
};

}  // namespace staffroom
