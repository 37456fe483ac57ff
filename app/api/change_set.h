// What CodeMirror calls a change set, against our changes of a text.
//
// A change set covers the whole text from left to right: a number keeps so many units; an array whose first element is a
// number takes so many away and puts the lines that follow it, joined by line ends, in their place. It counts UTF-16 code
// units, as JavaScript does; a text counts Unicode scalar values, as everybody else does: what lies beyond U+FFFF is two
// there and one here.
#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/merge/text_edit.h"
#include "core/result.h"

namespace staffroom::api {

// What a change set does to this text (valid UTF-8), as changes that apply in turn, each insertion at most
// limits::insert_bytes long. Linear. Error: malformed (no change set; not of a text of this length; it cuts a pair of
// units in two, or leaves half a pair).
Result<std::vector<TextChange>> changes_from(const boost::json::value& change_set, std::string_view text);

// The change set that does to this text what the changes do in turn. Needs changes that fit it, sorted from left to right
// as difference() gives them.
boost::json::array change_set_of(const std::vector<TextChange>& changes, std::string_view text);

// Where a place is after the change, in the same units: right of what is put in there; where something was taken away
// around it, after what came instead. Of what is no change set the place itself.
std::uint64_t place_after(const boost::json::value& change_set, std::uint64_t units);
std::uint32_t place_after(const std::vector<TextChange>& changes, std::uint32_t position);
// UTF-16 units of the first so many scalar values, or of the whole text.
std::uint64_t units_before(std::string_view text, std::uint32_t scalars);

// Needs changes that fit.
std::string applied(std::string text, const std::vector<TextChange>& changes);

}  // namespace staffroom::api
