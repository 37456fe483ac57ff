// What tabs typed and no commit holds yet: changes of a note's text that apply in turn (core/merge/text_edit.h).
#pragma once

#include <string_view>
#include <vector>

#include "core/merge/text_edit.h"

namespace staffroom::api {

// Letters typed one after the other become one change.
void add_pending(std::vector<TextChange>& pending, TextChange change);

// Takes from the front what one commit holds: insertions of at most limits::insert_bytes together.
std::vector<TextChange> take_batch(std::vector<TextChange>& pending);

// The same typing when the text under it turned out to be another, because edits in its past were hidden or shown: from
// `from`, which pending was made to, to `to`. By places, and not by the difference of `to` and what the tabs show: that
// would put in again what was hidden. What was put in stands at the same place, or where the letters around it were;
// what was taken away goes as far as it is still there. Both valid UTF-8, `pending` fits `from`. Linear in the texts
// for each change.
std::vector<TextChange> rebased(const std::vector<TextChange>& pending, std::string_view from, std::string_view to);

}  // namespace staffroom::api
