// What every benchmark prints: one JSON line a row on standard output, and a table for people on standard error.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace staffroom::bench {

inline double now_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

struct Row {
    std::string row;
    double ours = 0;
    std::string unit;
    std::string peer;  // what ran beside us in the same run
    double peer_value = 0;
    std::string goal;  // in words, and whether it was met
    bool met = false;
};

class Report {
  public:
    void add(const Row& row) {
        const double ratio = row.peer_value != 0 ? row.ours / row.peer_value : 0;
        std::printf(
            "{\"row\":\"%s\",\"ours\":%.6g,\"unit\":\"%s\",\"peer\":\"%s\",\"peer_value\":%.6g,\"ratio\":%.4g,"
            "\"goal\":\"%s\",\"met\":%s}\n",
            row.row.c_str(), row.ours, row.unit.c_str(), row.peer.c_str(), row.peer_value, ratio, row.goal.c_str(),
            row.met ? "true" : "false");
        std::fflush(stdout);
        rows_.push_back(row);
    }
    // The table; gives the exit code: a goal that is missed is a fact to read, not a failure.
    int finish() const {
        std::fprintf(stderr, "\n%-58s %12s %-9s %12s  %-34s %-24s\n", "row", "ours", "unit", "peer", "which", "goal");
        for (const auto& row : rows_)
            std::fprintf(stderr, "%-58s %12.6g %-9s %12.6g  %-34s %-20s %s\n", row.row.c_str(), row.ours,
                         row.unit.c_str(), row.peer_value, row.peer.c_str(), row.goal.c_str(), row.met ? "" : "MISSED");
        return 0;
    }

  private:
    std::vector<Row> rows_;
};

}  // namespace staffroom::bench
