#include "app/page/sessions.h"

#include <algorithm>

#include "core/ids.h"

namespace staffroom::page {
namespace {

std::string new_page_secret() { return to_base32(random_id<Nonce16>().view()); }

Hash kept_of(std::string_view secret) { return hash_of<Hash>("staffroom-page-secret-v1", view_of(secret)); }

}  // namespace

std::string Sessions::launch_code(std::uint64_t now) {
    auto code = new_page_secret();
    const std::lock_guard lock(mutex_);
    if (launches_.size() == launches_max) launches_.pop_front();
    launches_.push_back({kept_of(code), now + launch_ms_max});
    return code;
}

std::optional<Session> Sessions::swap(std::string_view launch_code, std::uint64_t now) {
    const auto code = kept_of(launch_code);
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(launches_.begin(), launches_.end(), [&](const auto& each) { return each.code == code; });
    if (found == launches_.end()) return std::nullopt;
    const bool too_late = now >= found->until_ms;
    launches_.erase(found);
    if (too_late) return std::nullopt;
    Session session{new_page_secret(), new_page_secret(), new_page_secret()};
    if (sessions_.size() == sessions_max) sessions_.pop_front();
    sessions_.push_back({kept_of(session.cookie), kept_of(session.token), kept_of(session.key)});
    return session;
}

template <Hash Sessions::Kept::*secret>
bool Sessions::has(std::string_view cookie, std::string_view given) const {
    const auto first = kept_of(cookie), second = kept_of(given);
    const std::lock_guard lock(mutex_);
    return std::any_of(sessions_.begin(), sessions_.end(),
                       [&](const Kept& each) { return each.cookie == first && each.*secret == second; });
}

bool Sessions::has_token(std::string_view cookie, std::string_view token) const {
    return has<&Kept::token>(cookie, token);
}

bool Sessions::has_key(std::string_view cookie, std::string_view key) const { return has<&Kept::key>(cookie, key); }

}  // namespace staffroom::page
