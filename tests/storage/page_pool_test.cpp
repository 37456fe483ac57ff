#include "storage/page_pool.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace staffroom;

namespace {

constexpr std::size_t room_bytes = 67 * memory_page_bytes;

std::uint8_t* end_of(const std::shared_ptr<std::uint8_t>& room) { return room.get() + room_bytes; }

}  // namespace

TEST_CASE("rooms begin at pages, and none is lent twice at a time") {
    PagePool pool(room_bytes);
    std::vector<std::shared_ptr<std::uint8_t>> held;
    for (int i = 0; i < 50; ++i) {
        held.push_back(pool.room());
        REQUIRE(held.back());
        CHECK_EQ(reinterpret_cast<std::uintptr_t>(held.back().get()) % memory_page_bytes, 0u);
        std::fill(held.back().get(), end_of(held.back()), static_cast<std::uint8_t>(i));
        if (i % 3 == 2) held.erase(held.begin() + i / 3);
    }
    for (const auto& room : held)
        CHECK(std::all_of(room.get(), end_of(room), [&](auto byte) { return byte == *room; }));
    std::set<std::uint8_t> marks;
    for (const auto& room : held) marks.insert(*room);
    CHECK_EQ(marks.size(), held.size());
}

TEST_CASE("a room that came back is lent again before there is a new one, and not at once") {
    PagePool pool(room_bytes);
    const auto kept = pool.room();
    auto* const first = pool.room().get();
    std::set<const std::uint8_t*> places{first};
    const std::uint8_t* place = nullptr;
    std::size_t others = 0;
    while ((place = pool.room().get()) != first) {
        CHECK(places.insert(place).second);
        REQUIRE_LT(++others, 100u);
    }
    CHECK_GT(others, 2u);
}

TEST_CASE("a room outlives its pool") {
    std::shared_ptr<std::uint8_t> room;
    {
        PagePool pool(room_bytes);
        room = pool.room();
    }
    std::fill(room.get(), end_of(room), std::uint8_t{7});
    CHECK_EQ(*(end_of(room) - 1), 7);
}
