#include "tests/world/host.h"

#include <algorithm>

namespace staffroom::world {

using namespace net;

Host::Host(Network& network, Address address, const Here& here, Keeper& keeper)
    : network_(network),
      key_(here.record.link),
      keeper_(keeper),
      plug_(network, address, here.record.link,
            [&log = here.log](const LinkKey& key) { return log.device_of(key).has_value(); }),
      peers_(std::make_unique<Peers>(here)) {}

void Host::hear_of(const Host& other, Told told) {
    peers_->heard({other.key_, other.plug_.address(), lobby_port_default, told}, network_.now());
    carry_out();
}

void Host::wrote(const GroupId& group, const IngestReport& report) {
    if (report.fresh.empty()) return;
    peers_->wrote(group, report.fresh, report.control, network_.now());
    carry_out();
}

void Host::run() {
    while (auto arrival = plug_.receive()) {
        if (hear && arrival->kind == Arrival::Kind::frame && !arrival->frame.empty()) {
            hear(arrival->link, arrival->frame);
        }
        peers_->arrived(*arrival, network_.now());
        carry_out();
    }
    store_commits();
    carry_out();
    if (peers_->deadline() <= network_.now()) peers_->tick(network_.now());
    carry_out();
}

void Host::carry_out() {
    while (auto action = peers_->poll()) {
        if (watch && !watch(*action)) continue;
        if (waits_for_commits(*action)) store_commits();
        carry_out(*action);
    }
}

void Host::carry_out(Action& action) {
    const auto now = network_.now();
    if (auto* send = std::get_if<Send>(&action)) {
        auto frame = send->frame;
        if (lie) {
            auto told = copy_of(frame);
            lie(told);
            frame = std::move(told);
        }
        const auto sent = plug_.send(send->link, std::move(frame));
        assert(sent != Sent::too_large);
        if (sent == Sent::full) peers_->unsent(*send, now);
    } else if (auto* dial = std::get_if<Dial>(&action)) {
        peers_->dialling(*dial, plug_.dial(*dial), now);
    } else if (auto* close = std::get_if<Close>(&action)) {
        partings.push_back(close->why);
        plug_.close(close->link);
    } else if (auto* commits = std::get_if<StoreCommits>(&action)) {
        commits_.add(std::move(*commits));
        if (commits_.is_full()) store_commits();
    } else if (auto* parts = std::get_if<StoreParts>(&action)) {
        peers_->stored(parts->ticket, parts->group, keeper_.keep(*parts), now);
        peers_->chunks_changed(now);  // a part may refer to a file
    } else if (auto* have = std::get_if<StoreHave>(&action)) {
        keeper_.keep(have->have);
    } else if (auto* chunk = std::get_if<StoreChunk>(&action)) {
        peers_->chunks_stored({chunk->id}, keeper_.keep(*chunk), now);
    } else if (auto* wrong = std::get_if<LoseChunk>(&action)) {
        keeper_.lose(wrong->id);
        peers_->chunks_changed(now);
    } else if (auto* share = std::get_if<ShareKeys>(&action)) {
        if (const auto report = keeper_.share(*share)) {
            peers_->wrote(share->group, report->fresh, report->control, now);
        }
    } else if (auto* claimed = std::get_if<Claimed>(&action)) {
        auto [answer, report] = keeper_.decide(claimed->claim);
        if (!report.fresh.empty()) peers_->wrote(claimed->claim.group, report.fresh, report.control, now);
        peers_->claim_decided(claimed->link, answer, now);
    } else if (auto* joined = std::get_if<Joined>(&action)) {
        keeper_.joined(joined->welcome);
        ++joined_count;
        peers_->groups_changed(now);
    } else if (auto* answered = std::get_if<JoinAnswered>(&action)) {
        outcomes.push_back(answered->outcome);
    }
}

void Host::store_commits() {
    while (auto batch = commits_.take()) store(std::move(*batch));
}

void Host::store(GatheredCommits::Batch batch) {
    auto report = keeper_.keep(StoreCommits{0, batch.group, batch.commits});
    if (!report && batch.frames.size() > 1) {
        for (auto& each : one_by_one(std::move(batch))) store(std::move(each));
        return;
    }
    const auto now = network_.now();
    if (!report) return peers_->stored(batch.frames.front().ticket, batch.group, report, now);
    for (auto& each : reports_of(batch, std::move(*report)))
        peers_->stored(each.ticket, batch.group, std::move(each.report), now);
}

void run_until(Network& network, const std::vector<Host*>& hosts, std::uint64_t until,
               const std::function<bool()>& done) {
    // Hosts run in turn until nobody has anything to do now; then the clock moves to the next event.
    for (std::size_t calm = 0; !done();) {
        for (auto* host : hosts) host->run();
        auto next = network.next();
        for (auto* host : hosts) next = std::min(next, host->deadline());
        if (next > until) break;
        // A deadline that stays in the past would stop the clock: that is a bug of the conversation.
        calm = next > network.now() ? 0 : calm + 1;
        assert(calm < 1'000);
        network.run_to(std::max(next, network.now()));
    }
    if (!done()) network.run_to(until);
}

}  // namespace staffroom::world
