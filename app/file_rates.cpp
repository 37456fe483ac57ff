#include "app/file_rates.h"

namespace staffroom {

void FileRates::measure(std::uint64_t in, std::uint64_t out, std::uint64_t now_ms) {
    measures_.push_back({now_ms, in, out});
    while (measures_.size() > 2 && now_ms - measures_[1].ms >= span_ms) measures_.pop_front();
}

FileRates::Rates FileRates::rates(std::uint64_t now_ms) const {
    if (measures_.size() < 2 || now_ms - measures_.back().ms > span_ms) return {};
    const auto& first = measures_.front();
    const auto& last = measures_.back();
    if (last.ms == first.ms) return {};
    return {(last.in - first.in) * 1'000 / (last.ms - first.ms), (last.out - first.out) * 1'000 / (last.ms - first.ms)};
}

}  // namespace staffroom
