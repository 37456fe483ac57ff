// Steps that do not depend on each other, so that whoever has several cores may share them out (storage/cores.h).
#pragma once

#include <cstddef>
#include <functional>

namespace staffroom {

// Runs step(0) … step(count - 1), in any order, perhaps at the same time, and returns when all are done.
using ForEach = std::function<void(std::size_t count, const std::function<void(std::size_t)>& step)>;

inline void one_after_the_other(std::size_t count, const std::function<void(std::size_t)>& step) {
    for (std::size_t i = 0; i < count; ++i) step(i);
}

}  // namespace staffroom
