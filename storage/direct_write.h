// Writes files past the system's memory (O_DIRECT), where their file system can.
//
// Through that memory each page costs the processor several steps: it is found, filled, noted as changed, written by another
// thread and dropped. Past it the disk takes the bytes from where they are.
#pragma once

#include "core/bytes.h"

namespace staffroom {

// All of `bytes` from the file's place on, which is a multiple of a page: whole pages past the system's memory, and through
// it what is left, or all when there is no other way. Durable only when the file is synced. `room`: for the whole pages of
// `bytes`, from the beginning of a page; used when they themselves begin elsewhere. False with errno set.
bool write_past_memory(int descriptor, ByteView bytes, std::uint8_t* room);

}  // namespace staffroom
