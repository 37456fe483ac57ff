// What a colleague may say instead of what it should. See also reconcile_frame_test.cpp for bytes that do not decode.
#include <doctest/doctest.h>

#include <random>

#include "net/reconcile.h"
#include "tests/net/reconcile_pair.h"

using namespace staffroom;
using namespace staffroom::net;
using State = Reconciler::State;

namespace {

FlatTreeStore some_set(std::size_t count, std::uint64_t seed = 0) {
    std::vector<CommitKey> keys;
    for (std::size_t i = 0; i < count; ++i) {
        Bytes bytes;
        append_be64(bytes, i ^ seed << 40);
        keys.push_back(key_of(1 + i / 3, hash_of<CommitId>("hostile test", bytes)));
    }
    FlatTreeStore set;
    REQUIRE(set.add(keys));
    return set;
}

// An honest side that answers, and what a liar says to it.
struct Answerer {
    FlatTreeStore set = some_set(5'000);
    Reconciler talk{some_topic(), Reconciler::Role::answers};
    std::uint64_t turn = 0;

    Answerer() { say(Opening{4'999, Hash()}); }
    void say(decltype(ReconcileBody::says) says) {
        talk.receive(set, encode(ReconcileBody{1, turn, std::move(says)}), 1'000);
        turn += 2;
    }
    void say_items(std::vector<RangeItem> items) {
        Ranges ranges;
        ranges.items = std::move(items);
        say(std::move(ranges));
    }
    std::vector<ReconcileBody> heard() {
        std::vector<ReconcileBody> all;
        while (auto frame = talk.poll()) all.push_back(*decode<ReconcileBody>(*frame));
        return all;
    }
    bool has_failed(Parting why) const { return talk.state() == State::failed && talk.failure().why == why; }
};

Prefix prefix_of(const CommitKey& key, std::size_t size) { return {key, size}; }

}  // namespace

TEST_CASE("S07 endless rounds are cut at forty") {
    Answerer honest;
    std::size_t turns = 0;
    for (; turns < 1'000 && honest.talk.state() != State::failed; ++turns) {
        // Each time something new to look at: a made-up summary of a real range.
        const auto& key = honest.set.all_keys()[turns * 37 % 5'000];
        const auto range = prefix_of(key, 15);
        honest.say_items({{range, Summary{range, 0x0003, {turns, turns + 1}}}});
    }
    CHECK(honest.has_failed(Parting::protocol));
    CHECK(turns <= 40);
}

TEST_CASE("S07 an asker cuts rounds without end, too") {
    FlatTreeStore set = some_set(5'000);
    Reconciler talk(some_topic(), Reconciler::Role::asks);
    talk.start(set, 0);
    std::uint64_t now_ms = 0, said = 0;
    while (talk.state() == State::talking && said < 10'000) {
        while (auto frame = talk.poll()) {
            const auto body = *decode<ReconcileBody>(*frame);
            const auto range = prefix_of(set.all_keys()[said * 41 % 5'000], 15);
            ReconcileBody answer{body.attempt, body.turn + 1, Closing{1, Hash(), false, 0, 0}};
            if (!std::holds_alternative<Closing>(body.says))
                answer.says = Ranges{0, true, true, 0, {{range, Summary{range, 3, {said, said + 7}}}}};
            talk.receive(set, encode(answer), ++now_ms);
            ++said;
        }
    }
    CHECK(talk.state() == State::failed);
    CHECK(said < 20 * 50);
}

TEST_CASE("turns that say nothing are no progress") {
    Answerer honest;
    for (int i = 0; i < 10; ++i) honest.say_items({});
    CHECK(honest.has_failed(Parting::silent));
}

TEST_CASE("wants of what was never listed break the rules") {
    SUBCASE("another range") {
        Answerer honest;
        honest.say_items({{prefix_of(honest.set.all_keys()[7], 16), Wanted{true, {}}}});
        CHECK(honest.has_failed(Parting::protocol));
    }
    SUBCASE("a position after the end") {
        Answerer honest;
        const auto range = prefix_of(honest.set.all_keys()[7], 15);
        // A summary of two children that we have is answered by lists.
        honest.say_items({{range, Summary{range, 0xFFFF, std::vector<Short>(16, 42)}}});
        const auto heard = honest.heard();
        const auto& listed = std::get<Ranges>(heard.back().says).items;
        const auto list = std::find_if(listed.begin(), listed.end(),
                                       [](const auto& item) { return std::holds_alternative<Listing>(item.says); });
        REQUIRE(list != listed.end());
        const auto size = static_cast<std::uint16_t>(std::get<Listing>(list->says).ids.size());
        honest.say_items({{list->range, Wanted{false, {size}}}});
        CHECK(honest.has_failed(Parting::protocol));
    }
}

TEST_CASE("whoever asks for everything again and again gets it once") {
    Answerer honest;
    honest.say_items({{Prefix(), SendAll{}}});
    CHECK(honest.talk.state() == State::talking);
    honest.say_items({{Prefix(), SendAll{}}});
    CHECK(honest.has_failed(Parting::protocol));
}

TEST_CASE("S06 a turn whose parts overlap or descend breaks the rules") {
    Answerer honest;
    const auto low = prefix_of(honest.set.all_keys()[10], 14), high = prefix_of(honest.set.all_keys()[4'000], 14);
    const auto part = [&](std::uint8_t position, bool last, const Prefix& range) {
        honest.talk.receive(honest.set,
                            encode(ReconcileBody{1, 2, Ranges{position, last, false, 0, {{range, SendAll{}}}}}), 1'000);
    };
    SUBCASE("descending") {
        part(0, false, high);
        part(1, true, low);
    }
    SUBCASE("twice the same") {
        part(0, false, low);
        part(1, true, low);
    }
    SUBCASE("one inside the other") {
        part(0, false, low);
        part(1, true, prefix_of(honest.set.all_keys()[10], 15));
    }
    CHECK(honest.has_failed(Parting::protocol));
}

TEST_CASE("messages out of their role break the rules") {
    Answerer honest;
    SUBCASE("an answer to the side that answers") {
        honest.turn = 3;
        honest.say_items({});
    }
    SUBCASE("an opening that is not the first turn") { honest.say(Opening{1, Hash()}); }
    SUBCASE("bytes that are no message") { honest.talk.receive(honest.set, Bytes{9, 9, 9}, 0); }
    CHECK(honest.has_failed(Parting::protocol));
}

TEST_CASE("messages of another attempt or from the future are passed over") {
    Answerer honest;
    honest.turn = 8;
    honest.say_items({{Prefix(), SendAll{}}});
    honest.talk.receive(honest.set, encode(ReconcileBody{7, 2, Ranges{}}), 0);
    honest.talk.receive(honest.set, encode(ReconcileBody{0, 2, Ranges{}}), 0);
    CHECK(honest.talk.state() == State::talking);
    CHECK_FALSE(honest.talk.has_pushes());
}

TEST_CASE("a list of ours against a hundred times as many of theirs is looked at more closely, not all at once") {
    Answerer honest;
    honest.set = some_set(20'000);
    honest.say_items({{Prefix(), Listing{{1, 2, 3}}}});
    CHECK_FALSE(honest.talk.has_pushes());
    bool summarised = false;
    for (const auto& body : honest.heard())
        for (const auto& item : std::get<Ranges>(body.says).items)
            summarised |= std::holds_alternative<Summary>(item.says);
    CHECK(summarised);
}

TEST_CASE("a liar who says anything at all: no crash, no commit pushed twice, and an end") {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        Answerer honest;
        std::uint64_t pushed = 0;
        std::vector<Prefix> heard_ranges{Prefix()};
        for (int turn = 0; turn < 60 && honest.talk.state() != State::failed; ++turn) {
            for (const auto& body : honest.heard())
                if (const auto* ranges = std::get_if<Ranges>(&body.says))
                    for (const auto& item : ranges->items) heard_ranges.push_back(item.range);
            std::vector<RangeItem> items;
            for (auto count = random() % 30; count > 0; --count) {
                const auto& key = honest.set.all_keys()[random() % honest.set.all_keys().size()];
                auto range =
                    random() % 2 == 0 ? heard_ranges[random() % heard_ranges.size()] : prefix_of(key, random() % 79);
                if (random() % 3 == 0 && range.size() < 79)
                    range = range.with(static_cast<std::uint8_t>(random() % 16));
                switch (random() % 4) {
                    case 0: {
                        auto node = range;
                        while (node.size() < 79 && random() % 3 == 0)
                            node = node.with(static_cast<std::uint8_t>(random() % 16));
                        const auto digits = static_cast<std::uint16_t>(random() | 0x8001);
                        items.push_back({range, Summary{node, digits, {}}});
                        auto& is = std::get<Summary>(items.back().says);
                        for (int d = __builtin_popcount(digits); d > 0; --d) is.fingerprints.push_back(random());
                        break;
                    }
                    case 1:
                        items.push_back({range, Listing{std::vector<Short>(1 + random() % 20, random())}});
                        break;
                    case 2:
                        items.push_back({range, SendAll{}});
                        break;
                    default:
                        if (random() % 4 == 0) items.push_back({range, Wanted{random() % 2 == 0, {}}});
                        if (!items.empty())
                            if (auto* want = std::get_if<Wanted>(&items.back().says); want != nullptr && !want->all)
                                want->positions = {static_cast<std::uint16_t>(random() % 8)};
                }
            }
            std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.range < b.range; });
            std::vector<RangeItem> legal;
            for (auto& item : items)
                if (legal.empty() || may_follow(legal.back(), item.range)) legal.push_back(std::move(item));
            honest.say_items(std::move(legal));
            while (honest.talk.has_pushes()) pushed += honest.talk.take_pushes(honest.set, 500)->size();
        }
        CHECK(honest.talk.state() == State::failed);
        CHECK(pushed <= 2 * honest.set.all_keys().size());
    }
}

TEST_CASE("every flipped bit of a conversation is refused or harmless") {
    ReconcilePair sample;
    sample.asks.set = some_set(700);
    sample.answers.set = some_set(690);
    std::vector<Bytes> frames;
    sample.carry = [&](ReconcilePair::Side& from, Bytes& frame) {
        if (&from == &sample.asks) frames.push_back(frame);
        return true;
    };
    sample.run();
    REQUIRE(sample.is_equal());
    std::mt19937_64 random(1);
    for (int round = 0; round < 800; ++round) {
        Reconciler talk(some_topic(), Reconciler::Role::answers);
        auto set = some_set(0);
        if (round % 10 == 0) set = some_set(690);
        for (auto frame : frames) {
            if (random() % 2 == 0) frame[random() % frame.size()] ^= static_cast<std::uint8_t>(1 << random() % 8);
            talk.receive(set, frame, 0);
            while (talk.poll()) continue;
        }
    }
}
