#include "core/hashes.h"

#include <doctest/doctest.h>

#include "core/crypto.h"

using namespace staffroom;

TEST_CASE("messages that are hashed side by side have the hashes that they have alone") {
    for (const std::size_t domain : {1, 18, 64, 128}) {
        const std::string name(domain, 'd');
        // Eight, four and one. Around the borders of a block, which is 128 bytes and begins with the domain; and several blocks.
        for (std::size_t size = 0; size <= 300; size = size == 20 ? 100 : size + 1) {
            std::vector<Bytes> messages(13, Bytes(size));
            for (auto& message : messages) random_bytes(message);
            const std::vector<ByteView> views(messages.begin(), messages.end());
            const auto hashes = hashes_of(name, views);
            REQUIRE_EQ(hashes.size(), views.size());
            for (std::size_t i = 0; i < views.size(); ++i) {
                CAPTURE(size);
                CHECK_EQ(hashes[i], hash_of<Hash>(name, views[i]));
            }
        }
    }
}

TEST_CASE("messages of different lengths keep their places") {
    std::vector<Bytes> messages;
    for (const std::size_t size : {7, 7, 7, 8, 8, 8, 8, 0, 0, 300, 300, 300, 300, 300, 9, 9, 9, 9, 9, 9, 9, 9, 9}) {
        messages.emplace_back(size);
        random_bytes(messages.back());
    }
    const std::vector<ByteView> views(messages.begin(), messages.end());
    const auto hashes = hashes_of("lengths", views);
    for (std::size_t i = 0; i < views.size(); ++i) CHECK_EQ(hashes[i], hash_of<Hash>("lengths", views[i]));
    CHECK(hashes_of("none", {}).empty());
}
