#include "app/given_versions.h"

#include <algorithm>

#include "core/wire.h"

namespace staffroom {
namespace {

struct GivenVersion {
    std::vector<OpRef> heads;
    template <class A>
    void serialize(A& ar) {
        ar(capped<limits::heads_count>(heads));
    }
};

struct GivenRow {
    std::vector<GivenVersion> versions;
    template <class A>
    void serialize(A& ar) {
        ar(capped<GivenVersions::kept_max>(versions));
    }
};

}  // namespace

std::vector<std::vector<OpRef>> GivenVersions::of(keys::GroupNumber group, const RecordId& note) const {
    std::vector<std::vector<OpRef>> versions;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        const auto bytes = txn.get(Table::views, keys::given(group, note));
        auto row = bytes ? decode<GivenRow>(*bytes) : Result<GivenRow>(Code::not_found, "");
        if (!row) return Done{};
        for (auto& each : row->versions) versions.push_back(std::move(each.heads));
        return Done{};
    });
    return versions;
}

void GivenVersions::give(keys::GroupNumber group, const RecordId& note, const std::vector<OpRef>& version) {
    auto versions = of(group, note);
    if (version.size() > limits::heads_count || (!versions.empty() && versions.front() == version)) return;
    std::erase(versions, version);
    versions.insert(versions.begin(), version);
    if (versions.size() > kept_max) versions.resize(kept_max);
    GivenRow row;
    for (auto& each : versions) row.versions.push_back({std::move(each)});
    (void)store_.write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::views, keys::given(group, note), encode(row));
        return Done{};
    });
}

}  // namespace staffroom
