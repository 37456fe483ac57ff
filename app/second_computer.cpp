#include "app/second_computer.h"

#include "core/records/input.h"
#include "storage/own_card.h"

namespace staffroom {
namespace {

constexpr char answers[] =
    "If this profile is used nowhere else: staffroom device moved. If it is: staffroom device second.";

Result<DeviceSecrets> next_device(Home& home) {
    std::optional<DeviceSecrets> secrets;
    auto done = home.profile().store().write([&](WriteTxn& txn) -> Result<> {
        secrets = read_device(txn, WhichDevice::next);
        if (secrets) return Done{};
        secrets = new_device();
        keep_device(txn, *secrets, WhichDevice::next);
        return Done{};
    });
    if (!done) return done.error();
    return *secrets;
}

// The device that is linked gets what the linking one can read.
Result<> give_keys(Replica& replica, const DeviceId& device, std::vector<GroupChange>& changes) {
    std::vector<std::pair<GroupId, std::vector<EpochId>>> owed;
    for (const auto& [id, group] : replica.groups()) {
        if (group->members.role_of(replica.identity().device()) < Role::member) continue;
        if (group->members.record_of(device) == nullptr) continue;
        auto& epochs = owed.emplace_back(id, std::vector<EpochId>{}).second;
        for (const auto& [epoch, key] : group->held) epochs.push_back(epoch);
    }
    for (const auto& [id, epochs] : owed) {
        auto shared = replica.share_keys(id, device, epochs);
        if (!shared) return shared.error();
        changes.push_back({id, std::move(*shared)});
    }
    return Done{};
}

}  // namespace

std::optional<Error> question_about_copy(Home& home) {
    switch (home.copy()) {
        case Home::Copy::no:
            return std::nullopt;
        case Home::Copy::restored:
            return Error{Code::refused, "This profile was restored from a backup.", answers};
        case Home::Copy::met:
            return Error{Code::refused, "Another computer uses a copy of this profile: the two count as one.",
                         "On one of them, type: staffroom device second"};
        case Home::Copy::elsewhere:
            return Error{Code::refused, "This profile was last used in another folder or on another computer.",
                         answers};
    }
    return std::nullopt;
}

Result<std::vector<GroupChange>> become_second_computer(Home& home, const std::string& name) {
    if (home.copy() == Home::Copy::no) {
        return {Code::refused, "As far as Staffroom can tell, this profile is used nowhere else.",
                "For another computer of yours: staffroom device link"};
    }
    if (const auto fits = check_title("The computer's name", name, limits::name_scalars); !fits) return fits.error();
    const auto secrets = next_device(home);
    if (!secrets) return secrets.error();
    const auto record = make_device_record(*secrets, name);
    const auto& identity = home.identity();
    const auto proven = prove(identity.card).devices;
    if (proven.count(record.device) == 0) {
        auto path = next_path(identity.card, identity.device());
        if (path.empty() || proven.size() >= limits::devices_count) {
            return {Code::refused, "You have as many computers as one person may.",
                    "Shut out one that is gone: staffroom device revoke"};
        }
        auto card = identity.card;
        card.statements.push_back(make_link(identity.person(), SigningKey(identity.secrets.signing), record,
                                            SigningKey(secrets->signing), std::move(path)));
        if (auto kept = home.keep_card(card); !kept) return kept.error();
    }
    auto changes = carry_own_card(home.replica());
    if (!changes) return changes;
    if (auto given = give_keys(home.replica(), record.device, *changes); !given) return given.error();
    if (auto became = home.become_device(*secrets, record); !became) return became.error();
    if (auto forgotten = home.forget_copy(); !forgotten) return forgotten.error();
    return changes;
}

}  // namespace staffroom
