// A few devices with plain logs on one network: the small language in which the stories of net are told.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "tests/world/flat_log.h"

namespace staffroom::world {

struct Desk {
    explicit Desk(const std::string& name)
        : secrets(new_device()),
          record(make_device_record(secrets, name)),
          run(random_id<RunId>()),
          log(std::make_unique<FlatLog>(secrets, record, run)) {}

    net::Here here() const { return {*log, *log, log->signing(), record, run, newest, oldest}; }
    const DeviceId& device() const { return record.device; }
    net::Peers& peers() { return host->peers(); }

    DeviceSecrets secrets;
    DeviceRecord record;
    RunId run;
    std::uint64_t newest = net::protocol_newest, oldest = net::protocol_oldest;
    std::unique_ptr<FlatLog> log;
    std::unique_ptr<Host> host;
};

class Staff {
  public:
    explicit Staff(std::vector<std::string> names, std::uint64_t seed = 1) : network(seed) {
        for (const auto& name : names) desks.push_back(std::make_unique<Desk>(name));
    }

    Desk& operator[](std::size_t number) { return *desks[number]; }

    // All these devices are current members. `known` says whether they know of each other.
    GroupId group(const std::vector<std::size_t>& members, bool known = true) {
        const auto id = random_id<GroupId>();
        const auto key = random_secret<SymmetricKey>();
        for (const auto member : members) {
            auto& open = desks[member]->log->open(id);
            open.key = key;
            for (const auto other : members) {
                if (known || other == member) admit(member, id, other);
            }
        }
        return id;
    }
    void admit(std::size_t at, const GroupId& group, std::size_t whom) {
        desks[at]->log->group(group).standings[desks[whom]->device()] = Standing::current;
        desks[at]->log->devices[desks[whom]->record.link] = desks[whom]->device();
    }

    void start(std::size_t number) {
        desks[number]->host = std::make_unique<Host>(network, Network::address(static_cast<unsigned>(number) + 1),
                                                     desks[number]->here(), *desks[number]->log);
    }
    void start_all() {
        for (std::size_t i = 0; i < desks.size(); ++i) start(i);
    }
    // The first hears of the second's address.
    void introduce(std::size_t one, std::size_t other) { desks[one]->host->hear_of(*desks[other]->host); }

    void run(std::uint64_t ms) {
        run_until([] { return false; }, ms);
    }
    bool run_until(const std::function<bool()>& done, std::uint64_t ms = 300'000) {
        std::vector<Host*> hosts;
        for (auto& desk : desks) {
            if (desk->host) hosts.push_back(desk->host.get());
        }
        world::run_until(network, hosts, network.now() + ms, done);
        return done();
    }

    // Every one of them has the same three sets of the group.
    bool equal(const GroupId& group, const std::vector<std::size_t>& members) {
        for (const auto kind : all_kinds) {
            for (const auto member : members) {
                if (desks[member]->log->root(group, kind) != desks[members[0]]->log->root(group, kind)) return false;
            }
        }
        return true;
    }
    std::vector<CommitId> write(std::size_t number, const GroupId& group, std::size_t count,
                                CommitKind kind = CommitKind::content, std::size_t size = 20) {
        std::vector<CommitId> ids;
        for (std::size_t i = 0; i < count; ++i) ids.push_back(desks[number]->log->write(group, kind, size).commit.id);
        if (desks[number]->host) {
            IngestReport report;
            report.fresh = ids;
            report.control = kind == CommitKind::control;
            desks[number]->host->wrote(group, report);
        }
        return ids;
    }

    Network network;
    std::vector<std::unique_ptr<Desk>> desks;
};

}  // namespace staffroom::world
