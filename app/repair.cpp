#include "app/repair.h"

#include <algorithm>

#include "app/home.h"
#include "app/search/search.h"
#include "storage/doctor.h"
#include "storage/pages.h"

namespace staffroom {
namespace {

std::uint64_t repaired_in(const Mended& mended) {
    return mended.values_erased - mended.secrets_lost + mended.commits_lost + mended.parts_lost + mended.chunks_lost +
           mended.chunks_adopted;
}

struct Mending {
    Repaired done;
    bool was_needed = false;
};

Result<Mending> mend_profile(const std::filesystem::path& folder, std::optional<std::string_view> passphrase,
                             const RepairOptions& options) {
    auto owner = OwnerLock::take(folder, {});
    if (!owner) return owner.error();
    const ProfileLayout layout(folder);
    const auto keys = open_keyfile(layout.keys, passphrase);
    if (!keys) return keys.error();

    Mending mending{{}, options.rebuild};
    auto& done = mending.done;
    const auto survey = pages::walk(layout.store_file, [](std::string_view, ByteView, ByteView) {});
    if (!survey || !survey->is_sound()) {
        auto salvaged = salvage(*owner, *keys);
        if (!salvaged) return salvaged.error();
        done.salvaged = std::move(*salvaged);
        mending.was_needed = true;
    }
    auto profile = Profile::open(*owner, passphrase);
    if (!profile) return profile.error();
    const auto health = Scrub(profile->store(), profile->chunks()).finish();
    if (!health) return health.error();
    done.good = health->values - std::min(health->values, health->bad());
    mending.was_needed |= !health->is_sound();
    if (mending.was_needed) {
        auto mended = mend(profile->store(), profile->chunks());
        if (!mended) return mended.error();
        done.mended = *mended;
        done.bad = mended->secrets_lost;
        done.repaired = std::max(repaired_in(*mended), health->bad() - std::min(health->bad(), done.bad));
        if (done.salvaged) done.repaired += done.salvaged->unopened + done.salvaged->bad_pages;
    }
    if (auto closed = profile->close(); !closed) return closed.error();
    return mending;
}

}  // namespace

Result<Repaired> repair(const std::filesystem::path& folder, const std::optional<std::string>& passphrase,
                        const RepairOptions& options) {
    const auto phrase = passphrase ? std::optional<std::string_view>(*passphrase) : std::nullopt;
    auto mending = mend_profile(folder, phrase, options);
    if (!mending) return mending.error();
    if (!mending->was_needed) return mending->done;
    auto& done = mending->done;
    // A home folds again whatever was mended, before anybody looks at it.
    const auto home = Home::open(folder, passphrase);
    if (!home) return home.error();
    done.groups_rebuilt = (*home)->replica().groups().size();
    (*home)->search().forget();
    // Only now: mending has given rows to those files that had only lost them.
    auto& profile = (*home)->profile();
    const auto swept = profile.chunks().sweep(profile.store());
    if (!swept) return swept.error();
    done.files_swept = *swept;
    return done;
}

}  // namespace staffroom
