// Pairing by compared words: what both screens show, and what somebody in between makes of it.
#include "net/comparing.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/words.h"
#include "tests/decoder_laws.h"

using namespace staffroom;
using namespace staffroom::net;

namespace {

struct Computer {
    DeviceSecrets secrets = new_device();
    DeviceRecord record = make_device_record(secrets, "Somebody");
};

// What is said on one link, both ways, until nobody has anything to say. `bend` may change or drop a frame.
struct Exchange {
    using Bend = std::function<bool(Bytes&)>;

    Exchange(CompareSeeker& by, CompareWindow& with, std::uint64_t number, Bend on_the_way = {})
        : seeker(by), window(with), link{number}, bend(std::move(on_the_way)) {
        seeker.opened(link, 0);
        for (int round = 0; round < 4; ++round) {
            seeker.tick(std::uint64_t(round) * CompareSeeker::again_ms, asked);
            while (auto action = asked.poll())
                take(*action, of_newcomer, [&](ByteView frame) { window.hear(link, frame, 0, answered); });
            while (auto action = answered.poll())
                take(*action, of_host, [&](ByteView frame) { done = seeker.hear(link, frame, asked); });
        }
    }
    template <class Hear>
    void take(Action& action, std::optional<Compared>& result, const Hear& hear) {
        if (auto* send = std::get_if<Send>(&action)) {
            auto frame = copy_of(send->frame);
            if (!bend || bend(frame)) hear(frame);
        } else if (auto* compared = std::get_if<Compared>(&action)) {
            result = *compared;
        }
    }

    CompareSeeker& seeker;
    CompareWindow& window;
    LinkId link;
    Bend bend;
    Outbox asked, answered;
    std::optional<Compared> of_newcomer, of_host;
    bool done = false;
};

struct Room {
    Computer amina, ben, mallory;
    GroupId group = random_id<GroupId>();
    CompareWindow window{group, amina.record, amina.record.link, 300'000};
    CompareSeeker seeker{amina.record.link, ben.record};
};

}  // namespace

TEST_CASE("two computers show the same words, each knows who the other is, and both know the seed") {
    init_crypto();
    Room room;
    const Exchange exchange(room.seeker, room.window, 1);
    REQUIRE(exchange.of_newcomer);
    REQUIRE(exchange.of_host);
    CHECK(exchange.of_newcomer->agreed == exchange.of_host->agreed);
    CHECK(exchange.of_newcomer->seed == exchange.of_host->seed);
    CHECK(exchange.of_newcomer->seed != exchange.of_newcomer->agreed);
    CHECK(exchange.of_newcomer->other == room.amina.record);
    CHECK(exchange.of_host->other == room.ben.record);
    CHECK(exchange.of_newcomer->group == room.group);
    CHECK_FALSE(exchange.of_newcomer->hosting);
    CHECK(compared_words(exchange.of_host->agreed).size() >= 6 * 3);
}

TEST_CASE("frames that are lost are said again, and change nothing") {
    init_crypto();
    Room room;
    int frames = 0;
    const Exchange exchange(room.seeker, room.window, 1, [&](Bytes&) { return ++frames % 3 != 1; });
    REQUIRE(exchange.of_newcomer);
    REQUIRE(exchange.of_host);
    CHECK(exchange.of_newcomer->agreed == exchange.of_host->agreed);
}

TEST_CASE("P05 somebody in between who takes part in both exchanges shows each of the two other words") {
    init_crypto();
    Room room;
    // Ben dials Mallory in the belief that it is Amina; Mallory comes to Amina as if she were Ben.
    CompareWindow hers(room.group, room.mallory.record, room.mallory.record.link, 300'000);
    CompareSeeker of_ben(room.mallory.record.link, room.ben.record);
    const Exchange with_ben(of_ben, hers, 1);
    CompareSeeker of_mallory(room.amina.record.link, room.mallory.record);
    const Exchange with_amina(of_mallory, room.window, 2);
    REQUIRE(with_ben.of_newcomer);
    REQUIRE(with_amina.of_host);
    CHECK(compared_words(with_ben.of_newcomer->agreed) != compared_words(with_amina.of_host->agreed));
    CHECK(with_ben.of_newcomer->seed != with_amina.of_host->seed);
    // "Not the same": her exchange is over, and the window goes on for Ben.
    room.window.decided(false);
    CHECK(room.window.is_open(0));
    const Exchange honest(room.seeker, room.window, 3);
    REQUIRE(honest.of_host);
    CHECK(honest.of_host->other == room.ben.record);
}

TEST_CASE("P05 whose key the newcomer dialled is in the words: passing frames on unread does not help") {
    init_crypto();
    Room room;
    CompareSeeker of_ben(room.mallory.record.link, room.ben.record);
    // Mallory passes every frame between Ben, who dialled her, and Amina.
    const Exchange passed(of_ben, room.window, 1);
    CHECK_FALSE(passed.of_newcomer);  // the record does not belong to the key that was dialled
}

TEST_CASE("P06 100,000 keys at hand: what was committed to cannot be changed for one that fits") {
    init_crypto();
    Room room;
    Outbox out;
    const LinkId link{1};
    const CompareReveal committed{GroupId{}, room.mallory.record, random_id<Hash>()};
    room.window.hear(link, frame_of(CompareCommit{1, 1, commitment_of(committed)}), 0, out);
    const auto answer = std::get<Send>(*out.poll());
    CHECK(kind_of(answer.frame) == Kind::compare_commit);  // nothing of Amina's is known yet
    // One of 100,000 others in place of the one that was committed to; and no second commitment on this link.
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        auto other = committed;
        for (int byte = 0; byte < 4; ++byte) other.nonce.bytes[byte] = static_cast<std::uint8_t>(i >> (8 * byte));
        if (commitment_of(other) == commitment_of(committed)) FAIL("a collision");
    }
    auto other = committed;
    other.nonce.bytes[0] ^= 1;
    room.window.hear(link, frame_of(CompareCommit{1, 1, commitment_of(other)}), 0, out);
    CHECK(std::ranges::equal(std::get<Send>(*out.poll()).frame, answer.frame));
    room.window.hear(link, frame_of(other), 0, out);
    CHECK(message_in<Answer>(std::get<Send>(*out.poll()).frame)->outcome == Outcome::unknown);
    CHECK_FALSE(out.poll());
    // Nor may the side that lets in choose after it has heard the newcomer.
    Room again;
    const Exchange exchange(again.seeker, again.window, 2, [&](Bytes& frame) {
        auto reveal = kind_of(frame) == Kind::compare_reveal ? message_in<CompareReveal>(frame)
                                                             : Result<CompareReveal>(Code::malformed, "");
        if (reveal && !reveal->group.is_zero()) {
            reveal->nonce = random_id<Hash>();
            frame = frame_of(*reveal);
        }
        return true;
    });
    CHECK_FALSE(exchange.of_newcomer);
    CHECK_FALSE(again.seeker.is_open());
}

TEST_CASE("a window is open for three tries and some minutes, and shows one newcomer at a time") {
    init_crypto();
    Room room;
    const auto outcome = [&](std::uint64_t number, std::uint64_t now) {
        Outbox out;
        room.window.hear(LinkId{number}, frame_of(CompareCommit{1, 1, random_id<Hash>()}), now, out);
        const auto frame = std::get<Send>(*out.poll()).frame;
        return kind_of(frame) == Kind::answer ? std::optional(message_in<Answer>(frame)->outcome) : std::nullopt;
    };
    CHECK(outcome(9, 300'000) == Outcome::closed);
    for (std::uint64_t number = 1; number <= CompareWindow::tries_max; ++number) {
        CHECK_FALSE(outcome(10 + number, 0));
        CompareSeeker seeker(room.amina.record.link, room.ben.record);
        const Exchange exchange(seeker, room.window, number);
        CHECK(exchange.of_host);
        if (number < CompareWindow::tries_max) CHECK(outcome(20 + number, 0) == Outcome::wait);
        room.window.decided(false);
    }
    CHECK_FALSE(room.window.is_open(0));
    CHECK(outcome(30, 0) == Outcome::closed);
    CompareWindow other(room.group, room.amina.record, room.amina.record.link, 300'000);
    other.decided(true);
    CHECK_FALSE(other.is_open(0));
}

TEST_CASE("O01 O02 O03 O04 O05 what is said when words are compared is decoded exactly or not at all") {
    init_crypto();
    const Computer amina;
    laws::check_decoder(CompareCommit{1, 1, random_id<Hash>()});
    laws::check_decoder(CompareReveal{random_id<GroupId>(), amina.record, random_id<Hash>()});
    VouchClaim vouch;
    vouch.request = make_recovery_request(random_id<PersonId>(), amina.record, SigningKey(amina.secrets.signing));
    CHECK(is_valid(vouch));
    laws::check_decoder(vouch);
    vouch.request.person = random_id<PersonId>();
    CHECK_FALSE(is_valid(vouch));
}
