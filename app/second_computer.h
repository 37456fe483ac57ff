// A profile that was copied, restored elsewhere, or cloned with its disk: "it moved", or "it is a second computer".
//
// Until the person says which, both copies go on and nothing is lost, since each writes under a run of its own
// (storage/run.h). A second computer gets keys of its own, so that colleagues see two computers, either can be shut out
// without the other, and mail for one is not answered by the other.
//
// The copy holds the old keys, so it can link the new device by itself. Steps, each durable before the next:
//
//   new secrets kept beside the old -> link in the card -> card and epoch keys into every group -> new secrets in place
//
// A power cut in between leaves the old device, and the question is asked again: the same new secrets are then used.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/home.h"
#include "storage/pairs.h"

namespace staffroom {

// What to ask, and how to answer; nothing when there is nothing to ask.
std::optional<Error> question_about_copy(Home& home);

// What was written for it in each group, to be told to colleagues who are near. The network has to be opened anew: it
// speaks as the old device. Errors: refused (nothing is asked, or no further device can be linked), malformed (the name).
Result<std::vector<GroupChange>> become_second_computer(Home& home, const std::string& name);

}  // namespace staffroom
