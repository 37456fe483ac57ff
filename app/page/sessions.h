// Who may speak with the daemon as the page: whoever has swapped a launch code for a session.
//
// A launch code goes by the address of the page, in its fragment, which no browser sends anywhere; it is good once and
// for a minute. The address is an argument of the browser's process, which other users of the computer can read, so a
// code is taken from our own user's programs only (own_user.h). A session is three secrets, each where another thief
// cannot reach it:
//  - the cookie: no script reads it, but it is sent to every port of 127.0.0.1, so another user's server may see it;
//  - the token: a header that only the page's own script can set;
//  - the key: in the addresses of files, which have to work without a header.
// A cookie alone opens nothing. Sessions live in memory: they end with the daemon. What is kept of a secret is its
// hash, so that the time a comparison takes tells nothing of it.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/crypto.h"

namespace staffroom::page {

inline constexpr std::uint64_t launch_ms_max = 60'000;
inline constexpr std::size_t launches_max = 16, sessions_max = 32;  // the oldest goes

struct Session {
    std::string cookie, token, key;
};

// From any thread; `now` in monotonic milliseconds.
class Sessions {
  public:
    std::string launch_code(std::uint64_t now);
    // Nothing: never given out, used before, or older than a minute.
    std::optional<Session> swap(std::string_view launch_code, std::uint64_t now);

    bool has_token(std::string_view cookie, std::string_view token) const;
    bool has_key(std::string_view cookie, std::string_view key) const;

  private:
    struct Launch {
        Hash code;
        std::uint64_t until_ms = 0;
    };
    struct Kept {
        Hash cookie, token, key;
    };
    template <Hash Kept::*secret>
    bool has(std::string_view cookie, std::string_view given) const;

    mutable std::mutex mutex_;
    std::deque<Launch> launches_;
    std::deque<Kept> sessions_;
};

}  // namespace staffroom::page
