#include "app/repair.h"

#include "app/home.h"
#include "storage/pages.h"

namespace staffroom {
namespace {

Result<Repaired> mend_profile(const std::filesystem::path& folder, std::optional<std::string_view> passphrase) {
    auto owner = OwnerLock::take(folder, {});
    if (!owner) return owner.error();
    const ProfileLayout layout(folder);
    const auto keys = open_keyfile(layout.keys, passphrase);
    if (!keys) return keys.error();

    Repaired done;
    const auto survey = pages::walk(layout.store_file, [](std::string_view, ByteView, ByteView) {});
    if (!survey || !survey->is_sound()) {
        auto salvaged = salvage(*owner, *keys);
        if (!salvaged) return salvaged.error();
        done.salvaged = std::move(*salvaged);
    }
    auto profile = Profile::open(*owner, passphrase);
    if (!profile) return profile.error();
    auto mended = mend(profile->store(), profile->chunks());
    if (!mended) return mended.error();
    done.mended = *mended;
    if (auto closed = profile->close(); !closed) return closed.error();
    return done;
}

}  // namespace

Result<Repaired> repair(const std::filesystem::path& folder, const std::optional<std::string>& passphrase) {
    auto done = mend_profile(folder, passphrase ? std::optional<std::string_view>(*passphrase) : std::nullopt);
    if (!done) return done;
    // A home folds again whatever was mended, before anybody looks at it.
    const auto home = Home::open(folder, passphrase);
    if (!home) return home.error();
    done->groups_rebuilt = (*home)->replica().groups().size();
    // Only now: mending has given rows to those files that had only lost them.
    auto& profile = (*home)->profile();
    const auto swept = profile.chunks().sweep(profile.store());
    if (!swept) return swept.error();
    done->files_swept = *swept;
    return done;
}

}  // namespace staffroom
