#include "app/api/steps.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <stdexcept>

using namespace staffroom;
using namespace staffroom::api;

namespace {

// Counts those that live.
struct Held {
    explicit Held(int& count) : count_(count) { ++count_; }
    ~Held() { --count_; }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

  private:
    int& count_;
};

Steps<int> count_to(std::uint64_t most, int& held) {
    const Held here(held);
    for (std::uint64_t i = 1; i <= most; ++i) co_yield Progress{"things", i, most};
    if (most == 13) co_return Error{Code::refused, "Thirteen.", ""};
    if (most == 99) throw std::runtime_error("ninety-nine");
    co_return static_cast<int>(most);
}

Steps<int> count_twice(std::uint64_t first, std::uint64_t second, int& held) {
    const Held here(held);
    const auto one = co_await count_to(first, held);
    if (!one) co_return one.error();
    const auto two = co_await count_to(second, held);
    if (!two) co_return two.error();
    co_return *one + *two;
}

}  // namespace

TEST_CASE("work goes on step by step, through what it waits for, and says how far it is") {
    int held = 0;
    auto work = count_twice(3, 2, held);
    CHECK(held == 0);  // nothing happens before the first step
    std::vector<std::uint64_t> done;
    while (true) {
        work.step();
        if (work.is_done()) break;
        done.push_back(work.progress().done);
        CHECK(held == 2);
    }
    CHECK(done == std::vector<std::uint64_t>{1, 2, 3, 1, 2});
    CHECK(work.result().value() == 5);
    CHECK(held == 0);
}

TEST_CASE("an error ends the work that waited for it") {
    int held = 0;
    const auto refused = at_once(count_twice(1, 13, held));
    CHECK(refused.code() == Code::refused);
    CHECK(held == 0);
}

TEST_CASE("work that is dropped half way gives back everything it held") {
    int held = 0;
    {
        auto work = count_twice(5, 5, held);
        for (int i = 0; i < 7; ++i) work.step();
        CHECK(held == 2);
        auto moved = std::move(work);
        moved.step();
        CHECK_FALSE(moved.is_done());
    }
    CHECK(held == 0);
}

TEST_CASE("what is thrown within comes out of the step, and ends the work") {
    int held = 0;
    auto work = count_twice(1, 99, held);
    CHECK_THROWS_AS(
        [&] {
            while (!work.is_done()) work.step();
        }(),
        std::runtime_error);
}
