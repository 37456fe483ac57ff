// What a step that can fail for reasons of the world returns. Our own bugs are asserted instead.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace staffroom {

enum class Code { malformed, too_large, refused, not_found, busy, io };

// `say` is one plain sentence a teacher understands, `advice` what to do next (may be empty).
struct Error {
    Code code = Code::malformed;
    std::string say;
    std::string advice;
};

// The stable word of a code, as printed by `--json`.
inline const char* name_of(Code code) {
    switch (code) {
        case Code::malformed:
            return "malformed";
        case Code::too_large:
            return "too_large";
        case Code::refused:
            return "refused";
        case Code::not_found:
            return "not_found";
        case Code::busy:
            return "busy";
        case Code::io:
            return "io";
    }
    return "io";
}

struct Done {};

// A value or an Error. Reading the wrong one is a bug of ours (asserted).
template <class T = Done>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
    Result(Code code, std::string say, std::string advice = {})
        : state_(std::in_place_index<1>, Error{code, std::move(say), std::move(advice)}) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return assert(ok()), *std::get_if<0>(&state_); }
    const T& value() const& { return assert(ok()), *std::get_if<0>(&state_); }
    T&& value() && { return assert(ok()), std::move(*std::get_if<0>(&state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const { return assert(!ok()), *std::get_if<1>(&state_); }
    Code code() const { return error().code; }

  private:
    std::variant<T, Error> state_;
};

}  // namespace staffroom
