#include "app/version.h"

namespace staffroom {

const char* const version = STAFFROOM_VERSION;

}  // namespace staffroom
