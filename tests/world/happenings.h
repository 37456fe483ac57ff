// What happened in simulated worlds, counted: a fault that never happens proves nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace staffroom::world {

enum class Happening : std::uint8_t {
    frame_lost,
    frame_turned_away,
    frame_doubled,
    frame_overtaken,
    frame_parted,
    silent_cut,
    frame_damaged,
    power_cut,
    disk_copied,
    backed_up,
    put_back,
    removal,
    readmission,
    readmission_unaware,
    second_computer,
    shut_out,
    withheld,
    bad_boxes,
    key_shared,
    farewell,
    false_claim,
};

inline constexpr std::array<std::string_view, 21> happening_names = {
    "frames lost",
    "frames turned away by a full queue",
    "frames doubled",
    "frames overtaken",
    "frames between parted computers",
    "links cut in silence at one end",
    "frames damaged by a liar",
    "power cuts",
    "disks copied",
    "backups made",
    "backups put back",
    "removals",
    "readmissions that knew of the removal",
    "readmissions that did not",
    "second computers linked",
    "second computers shut out",
    "frames of parts and chunks withheld",
    "epochs begun with boxes that do not open",
    "keys shared with those who could not read",
    "farewells asked for by the removed",
    "strangers' claims refused",
};

class Happenings {
  public:
    void count(Happening what) { ++counts_[static_cast<std::size_t>(what)]; }
    std::uint64_t of(Happening what) const { return counts_[static_cast<std::size_t>(what)]; }
    void add(const Happenings& others) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += others.counts_[i];
    }

  private:
    std::array<std::uint64_t, happening_names.size()> counts_{};
};

}  // namespace staffroom::world
