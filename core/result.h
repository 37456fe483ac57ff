// What a step that can fail for reasons of the world returns. Our own bugs are asserted instead.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace staffroom {

enum class Code { malformed, too_large, refused, not_found, busy, io };

// `say` is one plain sentence a teacher understands, `advice` what to do next (may be empty).
// What it costs to make and to drop one is paid in result.cpp, so that the hundreds of places that refuse stay small.
struct Error {
    Error();
    Error(Code code, std::string_view say, std::string_view advice = {});
    ~Error();
    Error(const Error& other);
    Error(Error&& other) noexcept;
    Error& operator=(const Error& other);
    Error& operator=(Error&& other) noexcept;

    Code code = Code::malformed;
    std::string say;
    std::string advice;
};

// A name that a person gave, as it stands in a sentence.
std::string in_quotes(std::string_view name);

// The stable word of a code, as printed by `--json`.
const char* name_of(Code code);

struct Done {};

// A value or an Error. Reading the wrong one is a bug of ours (asserted).
template <class T = Done>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
    Result(Code code, std::string_view say, std::string_view advice = {})
        : state_(std::in_place_index<1>, code, say, advice) {}

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
