// A hall full of newcomers with one invitation on the wall.
#include <doctest/doctest.h>

#include "tests/net/staff.h"
#include "tests/world/device.h"

using namespace staffroom;
using namespace staffroom::net;
using namespace staffroom::world;

TEST_CASE("P11 500 newcomers with one invitation are in, one act each, the last within five minutes") {
    init_crypto();
    constexpr unsigned crowd = 500;
    constexpr std::uint64_t every_ms = 600'000 / crowd;
    Network network(11);
    Ledger ledger;
    std::string broken;
    Device organiser(network, ledger, 1, 0, [&](const std::string& what) { broken = what; });
    organiser.power_on();
    const auto group = organiser.replica->found(GroupKind::workshop, "Hall", NewcomersRead::all).value();
    organiser.writes_note(group, "Welcome");  // so that each of them is given a key too
    const auto invitation = organiser.invites(group, crowd).value();

    struct Newcomer {
        std::unique_ptr<Desk> desk;
        std::uint64_t came = 0;
    };
    std::vector<Newcomer> outside;
    unsigned in = 0;
    std::uint64_t longest = 0;
    const auto pass = [&](std::uint64_t ms) {
        std::vector<Host*> hosts{organiser.host.get()};
        for (const auto& each : outside) hosts.push_back(each.desk->host.get());
        world::run_until(network, hosts, network.now() + ms);
        std::erase_if(outside, [&](const Newcomer& each) {
            if (each.desk->host->joined_count == 0) return false;
            longest = std::max(longest, network.now() - each.came);
            return ++in, true;
        });
    };
    for (unsigned number = 0; number < crowd; ++number) {
        auto desk = std::make_unique<Desk>("Newcomer " + std::to_string(number));
        desk->host = std::make_unique<Host>(network, Network::address(number + 2), desk->here(), *desk->log);
        const PersonCard card{make_person(desk->secrets, {}), desk->record, {}};
        desk->host->hear_of(*organiser.host, Told::invited);
        desk->peers().join(make_join(invitation, card, desk->device(), desk->secrets.box), network.now());
        outside.push_back({std::move(desk), network.now()});
        pass(every_ms);
    }
    for (unsigned seconds = 0; seconds < 300 && !outside.empty(); ++seconds) pass(1'000);
    CHECK(outside.empty());
    CHECK(in == crowd);
    CHECK(longest <= 300'000);
    CHECK(broken == "");
    const auto& members = organiser.replica->group(group)->members;
    CHECK(members.members().size() == crowd + 1);
    CHECK(members.readers().size() == crowd + 1);
    // One more than the invitation allows.
    Desk late("Late");
    late.host = std::make_unique<Host>(network, Network::address(crowd + 2), late.here(), *late.log);
    late.host->hear_of(*organiser.host, Told::invited);
    const PersonCard card{make_person(late.secrets, {}), late.record, {}};
    late.peers().join(make_join(invitation, card, late.device(), late.secrets.box), network.now());
    world::run_until(network, {organiser.host.get(), late.host.get()}, network.now() + 10'000);
    CHECK(late.host->joined_count == 0);
    CHECK(late.host->outcomes == std::vector{Outcome::used});
}
