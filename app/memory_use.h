#pragma once

#include <cstdint>

namespace staffroom {

// What this program holds of the computer's memory now, in bytes; 0 when the system does not tell.
std::uint64_t resident_bytes();

// Freed memory up to some megabytes stays with the program, for the next piece of a file: given back and asked for again
// each time it costs a tenth of all that a large file costs. For the whole process, once.
void keep_freed_memory();

}  // namespace staffroom
