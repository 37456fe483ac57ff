// The media type that a file's name suggests. Shown, and used to choose an icon; never to decide what is run.
#pragma once

#include <string>
#include <string_view>

namespace staffroom {

std::string media_type_of(std::string_view name);

}  // namespace staffroom
