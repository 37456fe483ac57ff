// Drives one device's conversation over a plug, as the daemon does over the real link: carries out every action and
// reports every store. What is kept, and where, is somebody else's.
#pragma once

#include <functional>
#include <memory>

#include "net/gathered_commits.h"
#include "net/peers.h"
#include "tests/world/network.h"

namespace staffroom::world {

// Where a host's stores go. Each returns once it is durable.
class Keeper {
  public:
    virtual ~Keeper() = default;
    virtual Result<IngestReport> keep(const net::StoreCommits& batch) = 0;
    virtual Result<IngestReport> keep(const net::StoreParts& batch) = 0;
    virtual void keep(const Have& have) = 0;
    virtual bool keep(const net::StoreChunk& chunk) = 0;
    virtual void lose(const ChunkId& chunk) = 0;
    // Commits written for these.
    virtual Result<IngestReport> share(const net::ShareKeys&) { return IngestReport{}; }
    virtual std::pair<net::Answer, IngestReport> decide(const net::Claim&) { return {{net::Outcome::unknown, {}}, {}}; }
    virtual void joined(const Welcome&) {}
};

class Host {
  public:
    Host(Network& network, net::Address address, const net::Here& here, Keeper& keeper);

    // Takes what has arrived and what is due, and does all that follows.
    void run();
    std::uint64_t deadline() const { return peers_->deadline(); }

    net::Peers& peers() { return *peers_; }
    Plug& plug() { return plug_; }
    void hear_of(const Host& other, net::Told told = net::Told::heard);
    void wrote(const GroupId& group, const IngestReport& report);

    // Looks at every action before it is carried out, and may drop it.
    std::function<bool(const net::Action&)> watch;
    // Sees every frame that arrives.
    std::function<void(net::LinkId, ByteView)> hear;
    // For each frame that goes out, to tamper with it.
    std::function<void(Bytes&)> lie;
    std::size_t joined_count = 0;
    std::vector<net::Outcome> outcomes;  // of our own claims
    std::vector<net::Parting> partings;

  private:
    void carry_out();
    void carry_out(net::Action& action);
    void store_commits();
    void store(net::GatheredCommits::Batch batch);

    Network& network_;
    LinkKey key_;
    Keeper& keeper_;
    Plug plug_;
    std::unique_ptr<net::Peers> peers_;
    net::GatheredCommits commits_;
};

// Runs all until nothing is due before `until`, or `done()`. Time moves only here.
void run_until(
    Network& network, const std::vector<Host*>& hosts, std::uint64_t until,
    const std::function<bool()>& done = [] { return false; });

}  // namespace staffroom::world
