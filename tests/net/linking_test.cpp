// A person's new computer at the lobby: with a code of the older one, or with the recovery sheet.
#include <doctest/doctest.h>

#include "net/lobby.h"
#include "tests/net/staff.h"

using namespace staffroom;
using namespace staffroom::net;

namespace {

struct Person {
    DeviceSecrets laptop = new_device(), fresh = new_device();
    SigningKey recovery = SigningKey(new_signing_seed());
    DeviceRecord record = make_device_record(laptop, "Amina"), fresh_record = make_device_record(fresh, "At home");
    PersonCard card{make_person(laptop, recovery.public_key<Hash>()), record, {}};

    LinkOffer offer() const {
        return {random_id<Hash>(), id_of(card.genesis), record.device, record.link, next_path(card, record.device), {}};
    }
    PersonCard linked() const {
        auto all = card;
        all.statements.push_back(make_link(id_of(card.genesis), SigningKey(laptop.signing), fresh_record,
                                           SigningKey(fresh.signing), next_path(card, record.device)));
        return all;
    }
    JoinRequest rescue(std::optional<DeviceStatement> link) const {
        return make_rescue_request(record.link, recovery, fresh_record, fresh.box, std::move(link));
    }
    Bytes sealed(const PersonCard& what) const { return *seal_box(fresh.box.key, encode(what)); }
};

// What an answer makes of a claim: the action it leaves, if any.
std::optional<Action> answered(const JoinRequest& request, const Bytes& sealed) {
    Joining joining(request);
    Outbox out;
    joining.opened(LinkId{1}, 0);
    joining.hear(LinkId{1}, frame_of(Answer{Outcome::welcome, sealed}), out);
    auto action = out.poll();
    CHECK(joining.is_open() == (action && std::holds_alternative<JoinAnswered>(*action)));
    return action;
}
template <class A>
bool is(const std::optional<Action>& action) {
    return action && std::holds_alternative<A>(*action);
}

}  // namespace

TEST_CASE("a claim to be linked reaches the host once its signatures are right, and no host when they are not") {
    init_crypto();
    const Person amina;
    const auto request = make_link_request(amina.offer(), amina.fresh_record, amina.fresh);
    world::Staff staff{{"Amina"}};
    const auto here = staff[0].here();
    Admitting admitting(here);
    const auto asked = [&](std::uint64_t link, const LinkClaim& claim) {
        Outbox out;
        admitting.hear(LinkId{link}, {}, frame_of(claim), 0, out);
        return out.poll();
    };
    auto claim = std::get<LinkClaim>(request.claim);
    CHECK(is<LinkClaimed>(asked(1, claim)));
    claim.signature.bytes[0] ^= 1;
    CHECK(is<Send>(asked(2, claim)));  // refused at once
    CHECK(admitting.wrong_count() == 1);
}

TEST_CASE("a new computer takes the card of the person whose code it has, with itself in it, and no other") {
    init_crypto();
    const Person amina, brian;
    const auto request = make_link_request(amina.offer(), amina.fresh_record, amina.fresh);
    CHECK(is<Linked>(answered(request, amina.sealed(amina.linked()))));
    CHECK(is<JoinAnswered>(answered(request, amina.sealed(amina.card))));      // not linked
    CHECK(is<JoinAnswered>(answered(request, amina.sealed(brian.linked()))));  // somebody else
    CHECK(is<JoinAnswered>(answered(request, brian.sealed(amina.linked()))));  // sealed for another computer
    auto forged = amina.linked();
    forged.statements[0].signature.bytes[0] ^= 1;
    CHECK(is<JoinAnswered>(answered(request, amina.sealed(forged))));
}

TEST_CASE("a recovery sheet first tells whose it is, and then links") {
    init_crypto();
    const Person amina, brian;
    CHECK(is<Rescued>(answered(amina.rescue(std::nullopt), amina.sealed(amina.card))));
    CHECK(is<JoinAnswered>(answered(amina.rescue(std::nullopt), amina.sealed(brian.card))));
    auto card = amina.card;
    const auto link = make_recovery_link(id_of(card.genesis), amina.recovery, amina.fresh_record,
                                         SigningKey(amina.fresh.signing), next_path(card, DeviceId{}));
    card.statements.push_back(link);
    CHECK(is<Linked>(answered(amina.rescue(link), amina.sealed(card))));
}
