// Losing a computer and coming back: the recovery sheet, and colleagues who vouch for a new one.
#include <doctest/doctest.h>

#include "core/members/changes.h"
#include "core/members/link_offer.h"
#include "core/words.h"
#include "tests/decoder_laws.h"
#include "tests/members_people.h"

using namespace staffroom;
using namespace staffroom::people;

namespace {

constexpr auto nobody_knew = [](const CommitId&) { return false; };

// Founded by ana; ben and cy are organisers after her, dan is a member.
struct School {
    Somebody ana{"Ana"}, ben{"Ben"}, cy{"Cy"}, dan{"Dan"};
    GroupOf group = GroupOf::founded_by({&ana});
    Device new_laptop{"Ben's new laptop"};
    RecoveryRequest request = make_recovery_request(ben.id, new_laptop.record, new_laptop.key);

    School() {
        for (const auto* each : {&ben, &cy, &dan}) group.let_in(ana.first, *each);
        group.write(ana.first, {make_op(AppointOp{ben.id})});
        group.write(ana.first, {make_op(AppointOp{cy.id})});
    }
    std::optional<CommitId> vouch(const Device& by, std::optional<std::vector<CommitId>> parents = {}) {
        return group.write(by, {make_op(VouchOp{request})}, std::move(parents));
    }
    Role role() const { return group.membership.role_of(new_laptop.id()); }
    Judgement judge_content() const {
        Commit content;
        content.header.author = new_laptop.id();
        content.header.auth = group.heads;
        return group.membership.judge(content, ben.id, nobody_knew);
    }
};

}  // namespace

TEST_CASE("a recovery sheet alone brings founder 0 back to their rank on a new computer, and shuts the lost one out") {
    const auto secret = new_recovery_secret();
    const auto sheet = sheet_of(secret);

    Somebody ana("Ana"), ben("Ben");
    ana.card.genesis = make_person(ana.first.secrets, SigningKey(recovery_seed(secret)).public_key<Hash>());
    ana.id = id_of(ana.card.genesis);
    auto group = GroupOf::founded_by({&ana});
    group.let_in(ana.first, ben);
    const auto tablet = ana.link("tablet", 0);
    group.write(ana.first, {make_op(PersonsOp{{ana.card}})});

    // Of the lost laptop nothing is left but the words; who they are of, a colleague's computer knows.
    const SigningKey recovery(recovery_seed(*secret_from_sheet(sheet)));
    const auto people = group.membership.people_with(recovery.public_key<Hash>());
    REQUIRE(people == std::vector<PersonId>{ana.id});
    auto card = *group.membership.card_of(people[0]);
    Device fresh("Ana's new laptop");
    const auto path = next_path(card, DeviceId{});
    CHECK(path == DevicePath{1});
    card.statements.push_back(make_recovery_link(ana.id, recovery, fresh.record, fresh.key, path));
    card.statements.push_back(make_recovery_revocation(ana.id, recovery, ana.first.id()));
    REQUIRE(is_valid(card));
    REQUIRE(group.write(fresh, {make_op(PersonsOp{{card}})}));

    CHECK(group.membership.role_of(fresh.id()) == Role::organiser);
    CHECK(group.membership.role_now(ana.id).path == Path{});
    CHECK(group.membership.role_of(ana.first.id()) == Role::none);
    CHECK(group.membership.role_of(tablet.id()) == Role::organiser);

    // Somebody else's words do not verify as hers, nor do hers for another.
    auto forged = *group.membership.card_of(ana.id);
    const SigningKey other(recovery_seed(new_recovery_secret()));
    forged.statements.push_back(make_recovery_revocation(ana.id, other, fresh.id()));
    CHECK_FALSE(is_valid(forged));
    auto without = ben.card;
    without.statements.push_back(make_recovery_revocation(ben.id, recovery, ben.first.id()));
    CHECK_FALSE(is_valid(without));
}

TEST_CASE("a new computer proposes a link, the old one accepts it; neither signature alone links anything") {
    Somebody ana("Ana");
    Device fresh("desk");
    const auto path = next_path(ana.card, ana.first.id());
    auto link = propose_link(ana.id, ana.first.id(), fresh.record, fresh.key, path);
    CHECK_FALSE(is_valid(link, std::nullopt));
    accept_link(link, ana.first.key);
    CHECK(is_valid(link, std::nullopt));
    CHECK((link == make_link(ana.id, ana.first.key, fresh.record, fresh.key, path)));
    auto alone = link;
    alone.consent = std::nullopt;
    CHECK_FALSE(is_valid(alone, std::nullopt));
    auto longer = link;
    longer.path.push_back(0);
    CHECK_FALSE(is_valid(longer, std::nullopt));
}

TEST_CASE("P07 what two screens show each other comes back exactly, and with any bit flipped is refused") {
    Somebody ana("Ana");
    LinkOffer offer{random_id<Hash>(), ana.id, ana.first.id(), ana.first.record.link, DevicePath(16, ~0u), {}};
    for (int i = 0; i < 5; ++i) offer.addresses.push_back({random_id<Id<struct IpTag, 16>>(), 47710});
    const auto text = text_of(offer);
    CHECK(text.size() <= limits::invitation_bytes);
    offer.addresses.pop_back();
    CHECK((*link_offer_from(" \n" + text + "\r\n") == offer));

    Device fresh(std::string(320, 'n').substr(0, 80));
    const auto request = make_recovery_request(ana.id, fresh.record, fresh.key);
    const auto asked = text_of(request);
    CHECK((*recovery_request_from(asked) == request));

    RecoveryOffer lost{ana.id, ana.first.id(), ana.first.record.link, offer.addresses};
    const auto begun = text_of(lost);
    CHECK((*recovery_offer_from(begun) == lost));

    for (const auto& [shown, read] : {std::pair<std::string, bool (*)(std::string_view)>{
                                          text, [](std::string_view t) { return link_offer_from(t).ok(); }},
                                      {begun, [](std::string_view t) { return recovery_offer_from(t).ok(); }},
                                      {asked, [](std::string_view t) { return recovery_request_from(t).ok(); }}}) {
        CHECK_FALSE(invitation_from(shown).ok());
        for (std::size_t at = 0; at < shown.size(); ++at) {
            for (int bit = 0; bit < 8; ++bit) {
                auto flipped = shown;
                flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
                REQUIRE_FALSE(read(flipped));
            }
            REQUIRE_FALSE(read(std::string_view(shown).substr(0, at)));
        }
    }
    offer.path.clear();
    CHECK(link_offer_from(text_of(offer)).code() == Code::malformed);
}

TEST_CASE("M-9 one of several organisers is not enough; two are, for a member's role") {
    School school;
    CHECK_FALSE(school.vouch(school.new_laptop));
    REQUIRE(school.vouch(school.ana.first));
    CHECK(school.role() == Role::none);
    REQUIRE(school.group.membership.vouched_for(school.ben.id).size() == 1);
    CHECK_FALSE(school.group.membership.vouched_for(school.ben.id)[0].enough);
    CHECK_FALSE(school.judge_content().shown());
    CHECK(school.group.membership.readers().size() == 4);

    REQUIRE(school.vouch(school.cy.first));
    CHECK(school.role() == Role::member);
    CHECK(school.group.membership.role_now(school.ben.id).role == Role::organiser);
    const auto vouched = school.group.membership.vouched_for(school.ben.id);
    REQUIRE(vouched.size() == 1);
    CHECK((vouched[0].enough && vouched[0].by.size() == 2 && vouched[0].request == school.request));
    CHECK(school.judge_content().role == Role::member);
    CHECK(school.group.membership.readers().size() == 5);

    // It organises nothing, nor leaves for its person.
    Somebody eve("Eve");
    school.group.let_in(school.new_laptop, eve);
    school.group.write(school.new_laptop, {make_op(LeaveOp{})});
    CHECK(school.group.membership.role_now(eve.id).role == Role::none);
    CHECK(school.group.membership.role_now(school.ben.id).role == Role::organiser);
}

TEST_CASE("M-9 whoever vouched appoints them again, and then they organise") {
    School school;
    school.vouch(school.ana.first);
    school.vouch(school.cy.first);
    school.group.write(school.cy.first, {make_op(AppointOp{school.ben.id})});
    CHECK(school.role() == Role::organiser);
    Somebody eve("Eve");
    school.group.let_in(school.new_laptop, eve);
    CHECK(school.group.membership.role_now(eve.id).role == Role::member);

    School known;  // whoever organises already by name is appointed by who vouched, and by nobody else
    known.vouch(known.ana.first);
    known.vouch(known.cy.first);
    const auto& before = known.group.membership;
    CHECK(decide_role(before, known.cy.first.id(), known.ben.id, Role::organiser).ok());

    School careless;  // an appointment by somebody who never vouched says nothing about the device
    careless.vouch(careless.cy.first);
    Somebody fay("Fay");
    careless.group.let_in(careless.ana.first, fay);
    careless.group.write(careless.ana.first, {make_op(AppointOp{fay.id})});
    careless.vouch(fay.first);
    CHECK(careless.role() == Role::member);
    careless.group.write(careless.ana.first, {make_op(AppointOp{careless.ben.id})});
    CHECK(careless.role() == Role::member);
}

TEST_CASE("M-9 founder 0 comes back by colleagues as a member, never at the old rank") {
    Somebody ana("Ana"), ben("Ben");
    auto group = GroupOf::founded_by({&ana, &ben});
    Device fresh("Ana's new laptop");
    const auto request = make_recovery_request(ana.id, fresh.record, fresh.key);
    group.write(ben.first, {make_op(VouchOp{request})});  // the only other organiser
    CHECK(group.membership.role_of(fresh.id()) == Role::member);
    group.write(ben.first, {make_op(AppointOp{ana.id})});
    CHECK(group.membership.role_of(fresh.id()) == Role::organiser);
    Somebody cy("Cy");
    const auto added = group.let_in(fresh, cy);
    const auto under = group.membership.rules().path_of(*added, 1);
    REQUIRE(under);
    CHECK((under->founder == 1 && under->steps.size() == 1));
    // What it does falls with whom it comes from; what her old computer did stands as ever.
    CHECK(group.membership.role_now(ana.id).path == Path{});
}

TEST_CASE("M-9 nobody becomes the only other organiser by writing on an old past") {
    Somebody ana("Ana"), mal("Mal"), ben("Ben");
    auto group = GroupOf::founded_by({&ana});
    group.let_in(ana.first, mal);
    const auto appointed = group.write(ana.first, {make_op(AppointOp{mal.id})});
    group.let_in(ana.first, ben);
    group.write(ana.first, {make_op(AppointOp{ben.id})});
    Device trojan("Ana's new laptop");
    group.write(mal.first, {make_op(VouchOp{make_recovery_request(ana.id, trojan.record, trojan.key)})},
                std::vector<CommitId>{*appointed});
    CHECK(group.membership.role_of(trojan.id()) == Role::none);
    // When ben leaves, mal is the only other one indeed.
    group.write(ben.first, {make_op(LeaveOp{})});
    CHECK(group.membership.role_of(trojan.id()) == Role::member);
}

TEST_CASE("M-9 a member vouches in vain, and nobody vouches for themselves or for a device that did not ask") {
    School school;
    school.vouch(school.dan.first);
    school.vouch(school.ben.first);
    CHECK(school.group.membership.vouched_for(school.ben.id).empty());
    CHECK(school.role() == Role::none);
    // What the device writes is kept, and masked.
    CHECK(school.group.membership.author_of(school.new_laptop.id(), school.group.heads) == school.ben.id);
    CHECK(school.judge_content().verdict == Verdict::without_right);

    auto unasked = make_recovery_request(school.ben.id, school.new_laptop.record, school.new_laptop.key);
    unasked.person = school.cy.id;
    CHECK_FALSE(is_valid(unasked));
    const auto forged = school.group.write(school.ana.first, {make_op(VouchOp{unasked})});
    CHECK_FALSE(school.group.membership.rules().is_effective(*forged, 0));
    auto others = make_recovery_request(school.ben.id, school.dan.first.record, school.new_laptop.key);
    CHECK_FALSE(is_valid(others));
}

TEST_CASE("M-9 the person's own computer, found again, revokes the vouched one, and is not revoked by it") {
    School school;
    school.vouch(school.ana.first);
    school.vouch(school.cy.first);
    REQUIRE(school.role() == Role::member);

    auto forged = school.ben.card;
    forged.statements.push_back(make_revocation(school.ben.id, school.new_laptop.key, school.ben.first.id()));
    school.group.write(school.new_laptop, {make_op(PersonsOp{{forged}})});
    CHECK(school.group.membership.role_of(school.ben.first.id()) == Role::organiser);

    auto card = school.ben.card;
    card.statements.push_back(make_revocation(school.ben.id, school.ben.first.key, school.new_laptop.id()));
    school.group.write(school.ben.first, {make_op(PersonsOp{{card}})});
    CHECK(school.role() == Role::none);
    CHECK(school.group.membership.standing(school.new_laptop.id()) == Standing::removed);
}

TEST_CASE("M-9 a vouched computer that is linked after all has the person's whole role") {
    School school;
    school.vouch(school.ana.first);
    school.vouch(school.cy.first);
    auto card = school.ben.card;
    card.statements.push_back(
        make_link(school.ben.id, school.ben.first.key, school.new_laptop.record, school.new_laptop.key, {0}));
    school.group.write(school.ben.first, {make_op(PersonsOp{{card}})});
    CHECK(school.role() == Role::organiser);
    CHECK(school.group.membership.vouched_for(school.ben.id).empty());
    Somebody eve("Eve");
    school.group.let_in(school.new_laptop, eve);
    CHECK(school.group.membership.role_now(eve.id).role == Role::member);
}

TEST_CASE("M-9 in a pair group only the other person may") {
    Somebody ana("Ana"), ben("Ben"), cy("Cy");
    GroupOf pair(make_pair_genesis(ana.id, ben.id));
    pair.write(ana.first, {make_op(PersonsOp{{ana.card}})});
    pair.write(ben.first, {make_op(PersonsOp{{ben.card}})});
    Device fresh("Ana's new laptop"), intruder("Cy's");
    const auto third =
        pair.write(ben.first, {make_op(VouchOp{make_recovery_request(cy.id, intruder.record, intruder.key)})});
    CHECK_FALSE(pair.membership.rules().is_effective(*third, 0));
    CHECK(pair.membership.role_of(intruder.id()) == Role::none);
    pair.write(ben.first, {make_op(VouchOp{make_recovery_request(ana.id, fresh.record, fresh.key)})});
    CHECK(pair.membership.role_of(fresh.id()) == Role::member);
}

TEST_CASE("a new key is not taken from a computer that too few vouched for") {
    School school;
    Epochs epochs(school.group.id, school.ana.first.id());
    const auto begun = make_rekey(school.group.id, school.group.membership.readers(), {});
    school.vouch(school.ana.first);
    epochs.add(school.group.key_fact(school.new_laptop, {begun.commits[0]}));
    CHECK_FALSE(epochs.choose(school.group.membership, {{begun.epoch, begun.key}}));
    school.vouch(school.cy.first);
    CHECK(epochs.choose(school.group.membership, {{begun.epoch, begun.key}}) == begun.epoch);
}

TEST_CASE("O01 O02 O03 O04 O05 a request to recover is decoded exactly or not at all, and no flipped bit verifies") {
    Somebody ana("Ana");
    Device fresh("new");
    const VouchOp op{make_recovery_request(ana.id, fresh.record, fresh.key)};
    laws::check_decoder(op);
    const auto bytes = encode(op);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); bit += 13) {
        auto flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        const auto read = decode<VouchOp>(flipped);
        REQUIRE((!read || !is_valid(read->request)));
    }
}
