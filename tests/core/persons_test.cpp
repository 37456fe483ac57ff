#include "core/persons.h"

#include <doctest/doctest.h>

#include "core/genesis.h"

using namespace staffroom;

namespace {

// A teacher with one computer.
struct Teacher {
    explicit Teacher(std::string name) {
        init_crypto();
        secrets = new_device();
        card.first = make_device_record(secrets, std::move(name));
        card.genesis = make_person(secrets, std::nullopt);
    }
    SigningKey key() const { return SigningKey(secrets.signing); }
    PersonId id() const { return id_of(card.genesis); }

    DeviceSecrets secrets;
    PersonCard card;
};

}  // namespace

TEST_CASE("a teacher's card verifies and survives the wire") {
    const Teacher amina("Amina");
    CHECK(is_valid(amina.card));
    const auto read = decode<PersonCard>(encode(amina.card));
    REQUIRE(read.ok());
    CHECK(*read == amina.card);
    CHECK(id_of(read->genesis) == amina.id());
}

TEST_CASE("a card whose first device is another's is refused") {
    const Teacher amina("Amina"), brian("Brian");
    auto card = amina.card;
    card.first = brian.card.first;
    CHECK_FALSE(is_valid(card));
}

TEST_CASE("a changed name breaks a device record") {
    auto record = Teacher("Amina").card.first;
    record.name = "Brian";
    CHECK_FALSE(is_valid(record));
}

TEST_CASE("P09 a device name of 10 kB is refused") {
    const auto secrets = new_device();
    CHECK_FALSE(is_valid(make_device_record(secrets, std::string(81, 'x'))));
    CHECK(is_valid(make_device_record(secrets, std::string(80, 'x'))));
}

TEST_CASE("a second computer is linked by both keys and revoked by the first") {
    Teacher amina("Amina");
    const auto laptop = new_device();
    const auto record = make_device_record(laptop, "Amina's laptop");
    const SigningKey laptop_key(laptop.signing);
    const auto link = make_link(amina.id(), amina.key(), record, laptop_key, {0});
    CHECK(is_valid(link, std::nullopt));
    auto card = amina.card;
    card.statements = {link, make_revocation(amina.id(), amina.key(), record.device)};
    CHECK(is_valid(card));
    auto forced = link;
    forced.consent = amina.key().sign(Bytes{1});
    CHECK_FALSE(is_valid(forced, std::nullopt));
}

TEST_CASE("a group's id is its genesis, and its founder signs it") {
    const Teacher amina("Amina"), brian("Brian");
    auto genesis =
        make_genesis(GroupKind::school, "Hill School", NewcomersRead::all, {amina.card, brian.card}, amina.key());
    CHECK(is_valid(genesis));
    CHECK(decode<Genesis>(encode(genesis)).value() == genesis);
    const auto id = id_of(genesis);
    genesis.name = "Other School";
    CHECK(id_of(genesis) != id);
    CHECK_FALSE(is_valid(genesis));
    CHECK_FALSE(
        is_valid(make_genesis(GroupKind::team, "Twice", NewcomersRead::all, {amina.card, amina.card}, amina.key())));
    CHECK_FALSE(is_valid(make_genesis(GroupKind::team, "", NewcomersRead::all, {amina.card}, amina.key())));
}

TEST_CASE("a linked computer of the founder signs a group; one that nobody linked does not") {
    const Teacher amina("Amina"), brian("Brian");
    const auto home = new_device(), tablet = new_device();
    const SigningKey home_key(home.signing), tablet_key(tablet.signing);
    const auto founded = [](const PersonCard& card, const SigningKey& key) {
        return make_genesis(GroupKind::team, "Garden", NewcomersRead::all, {card}, key);
    };
    auto card = amina.card;
    card.statements = {make_link(amina.id(), amina.key(), make_device_record(home, "Home"), home_key, {0})};
    CHECK(is_valid(founded(card, amina.key())));
    CHECK(is_valid(founded(card, home_key)));
    CHECK(is_valid(make_successor(founded(amina.card, amina.key()), {}, {card}, home_key)));
    CHECK_FALSE(is_valid(founded(amina.card, home_key)));
    CHECK_FALSE(is_valid(founded(card, brian.key())));

    auto chain = card;
    chain.statements.push_back(
        make_link(amina.id(), home_key, make_device_record(tablet, "Tablet"), tablet_key, {0, 0}));
    CHECK(is_valid(founded(chain, tablet_key)));
    chain.statements.erase(chain.statements.begin());
    CHECK_FALSE(is_valid(founded(chain, tablet_key)));
    // Brian is a founder too, but not the first.
    CHECK_FALSE(is_valid(make_genesis(GroupKind::team, "Garden", NewcomersRead::all, {card, brian.card}, brian.key())));
}

TEST_CASE("a computer that the recovery sheet brought back signs a group") {
    const SigningKey sheet(new_signing_seed());
    Teacher amina("Amina");
    amina.card.genesis = make_person(amina.secrets, sheet.public_key<Hash>());
    const auto fresh = new_device();
    const SigningKey key(fresh.signing);
    auto card = amina.card;
    card.statements = {make_recovery_link(amina.id(), sheet, make_device_record(fresh, "New"), key, {0})};
    CHECK(is_valid(make_genesis(GroupKind::team, "Garden", NewcomersRead::all, {card}, key)));
}

TEST_CASE("two people who make their pair group apart make the same one") {
    const Teacher amina("Amina"), brian("Brian");
    const auto hers = make_pair_genesis(amina.id(), brian.id());
    const auto his = make_pair_genesis(brian.id(), amina.id());
    CHECK(id_of(hers) == id_of(his));
    CHECK(is_valid(hers));
    CHECK_FALSE(is_valid(make_pair_genesis(amina.id(), amina.id())));
}
