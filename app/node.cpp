#include "app/node.h"

#include <poll.h>

#include <algorithm>

#include "app/announced_groups.h"
#include "app/api/search.h"
#include "app/api/verbs.h"
#include "app/api/watch.h"
#include "app/file_pace.h"
#include "app/memory_use.h"

namespace staffroom {
namespace {

constexpr std::uint64_t ask_again_ms = 2'000;  // a question to a typed address is a datagram: it may be lost
constexpr std::uint64_t watch_every_ms = 1'000;
constexpr std::uint64_t tend_every_ms = 60'000;
constexpr std::uint64_t turn_ms = 20;
constexpr std::uint64_t reopen_ms_max = 2'000;
constexpr std::uint64_t quiet_ms = 50, index_at_least_ms = 1'000;

}  // namespace

Error being_stopped() { return {Code::busy, "Staffroom is being stopped.", "Try again."}; }
Error profile_locked() { return {Code::refused, "This profile is locked.", "Unlock it with: staffroom unlock"}; }

Node::Node(Home& home)
    : home_(home),
      desk_{home, *this},
      signing_(home.identity().secrets.signing),
      watching_(api::watch_folders()),
      indexing_(api::keep_index()),
      invitations_(home.profile().store(), net::uptime_ms()),
      started_ms_(net::uptime_ms()),
      asked_ms_(started_ms_),
      aged_ms_(started_ms_) {
    keep_freed_memory();
}

Node::~Node() { close_network(); }

void Node::close_network() {
    if (!peers_) return;
    peers_->leave();
    settle(net::uptime_ms());
    chunk_writer_->finish();
    take_written_chunks(net::uptime_ms());
    enter_written_chunks(net::uptime_ms());
}

void Node::device_changed() {
    const auto& secrets = home_.identity().secrets;
    signing_ = SigningKey(secrets.signing);
    if (!peers_) return;
    close_network();
    sent_before_ = sent();
    peers_.reset();
    beacon_.reset();
    link_.reset();
    chunks_.clear();
    chunks_bytes_ = 0;
    auto again = options_;
    again.port = ports_.members;
    // The library closes the old listeners on a thread of its own, a moment after it was asked.
    const auto patience = net::uptime_ms() + reopen_ms_max;
    while (!open(again) && net::uptime_ms() < patience) ::poll(nullptr, 0, 20);
    if (!peers_) {
        again.port = 0;
        (void)open(again);
    }
}

void Node::visit(std::function<void(api::Desk*)> visit) {
    Request request;
    request.visit = std::move(visit);
    inbox_.put(std::move(request));
}

void Node::interrupt() {
    interrupted_ = true;
    inbox_.wake();
}

void Node::run(const std::function<bool()>& done) {
    while (!stopping_ && !interrupted_) {
        const auto now = net::uptime_ms();
        take_requests();
        take_network(now);
        poll_errands(now);
        if (!home_.is_locked()) notes_.poll(desk_, now);
        close_invitations(now);
        lock_when_idle(now);
        events_.tick(now, home_.is_locked(), is_settled());
        if (now >= tend_ms_) {
            home_.profile().tend();
            tell_new_devices();
            carry_out_erasures(now);
            tend_ms_ = now + tend_every_ms;
        }
        if (done()) break;
        if (!stopping_ && !interrupted_) wait();
    }
    if (!home_.is_locked()) notes_.write_all(desk_);
}

void Node::wait() {
    auto until = std::min({net::uptime_ms() + 60'000, invitations_.deadline(), events_.deadline()});
    if (idle_ms_max_ != 0 && !home_.is_locked()) until = std::min(until, asked_ms_ + idle_ms_max_);
    int sleep_max = 60'000;
    pollfd waited[3] = {{inbox_.descriptor(), POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};
    if (!home_.is_locked()) until = std::min(until, notes_.deadline());
    for (const auto& each : underway_) until = std::min(until, each.errand->deadline());
    if (peers_) {
        until = std::min({until, peers_->deadline(), watch_ms_, watching_->deadline(), indexing_due()});
        if (!chunks_.empty() && chunk_writer_->has_caught_up()) until = std::min(until, chunks_due_ms_);
        if (!written_ids_.empty()) until = std::min(until, written_due_ms_);
        waited[1].fd = link_->descriptor();
        sleep_max = std::min(sleep_max, link_->sleep_ms_max());
    }
    if (beacon_) {
        waited[2].fd = beacon_->descriptor();
        sleep_max = std::min(sleep_max, beacon_->sleep_ms_max());
        if (!typed_.empty()) until = std::min(until, ask_again_ms_);
    }
    const auto now = net::uptime_ms();
    const auto sleep = until > now ? std::min<std::uint64_t>(until - now, static_cast<std::uint64_t>(sleep_max)) : 0;
    (void)::poll(waited, 3, static_cast<int>(sleep));
}

void Node::take_requests() {
    while (auto request = inbox_.take()) {
        if (request->visit) {
            (void)api::guarded([&]() -> api::Reply {
                request->visit(home_.is_locked() ? nullptr : &desk_);
                return api::Json{};
            });
            continue;
        }
        const auto* verb = api::find_verb(request->verb);
        request->by_itself |= verb != nullptr && verb->is_glance;
        if (!request->by_itself) asked_ms_ = net::uptime_ms();
        if (verb == nullptr) {
            request->answer(
                Error{Code::not_found, "There is no " + in_quotes(request->verb) + ".", "See: staffroom help"});
        } else if (home_.is_locked() && !verb->while_locked) {
            request->answer(profile_locked());
        } else if (verb->run != nullptr) {
            auto reply = api::guarded([&] { return verb->run(desk_, request->args); });
            settle(net::uptime_ms());  // what is durable is on its way to colleagues before anybody is told
            request->answer(std::move(reply));
        } else {
            begin(*verb, std::move(*request));
        }
        settle(net::uptime_ms());
    }
}

void Node::begin(const api::Verb& verb, Request request) {
    const auto begun = api::guarded([&]() -> api::Reply {
        auto errand = verb.begin(desk_, request.args);
        underway_.push_back({std::move(errand), std::move(request), net::uptime_ms()});
        return api::Json{};
    });
    if (api::trouble_in(begun)) request.answer(begun);
}

void Node::poll_errands(std::uint64_t now) {
    for (auto each = underway_.begin(); each != underway_.end();) {
        auto reply = api::guarded([&]() -> std::optional<api::Reply> {
            if (!each->request.is_given_up()) return each->errand->poll(desk_, now);
            return Error{Code::busy, "Nobody waits for this any more.", "Ask again."};
        });
        if (!reply) {
            ++each;
            continue;
        }
        each->request.answer(std::move(*reply));
        each = underway_.erase(each);
    }
    if (!underway_.empty() && events_.wants_progress(now)) events_.progress(underway(), now);
    // Who only asks for something has no time to watch.
    if (peers_) {
        (void)watching_->poll(desk_, now);
        if (now >= indexing_due()) {
            (void)indexing_->poll(desk_, now);
            indexed_ms_ = now;
        }
    }
    settle(now);
}

// A search brings the index up to date itself, so while something arrives the index has a turn now and then only.
std::uint64_t Node::indexing_due() const {
    return std::max(indexing_->deadline(), std::min(heard_ms_ + quiet_ms, indexed_ms_ + index_at_least_ms));
}

void Node::take_network(std::uint64_t now) {
    if (!peers_) return;
    // Whoever asks at this computer has their turn too, however much arrives.
    const auto turn_over = now + turn_ms;
    while (auto arrival = link_->receive()) {
        now = heard_ms_ = net::uptime_ms();
        peers_->arrived(*arrival, now);
        settle(now);
        if (now >= turn_over) break;
    }
    store_commits(now);
    settle(now);
    if (beacon_) {
        while (const auto seen = beacon_->receive()) {
            const auto answered = [&](const net::Address& address) { return address == seen->members; };
            const bool was_typed = std::erase_if(typed_, answered) > 0;
            if (was_typed) answered_[seen->members] = seen->key;
            peers_->heard({seen->key, seen->members, seen->lobby_port, seen->told}, now);
            if (was_typed) peers_->hurry(seen->key, now);  // somebody waits for it
        }
        beacon_->tick();
        if (!typed_.empty() && now >= ask_again_ms_) {
            for (const auto& address : typed_) beacon_->ask(address, net::Told::typed);
            ask_again_ms_ = now + ask_again_ms;
        }
    }
    link_->tick();
    if (now >= watch_ms_) {
        link_->watch(static_cast<std::size_t>(resident_bytes()));
        watch_ms_ = now + watch_every_ms;
        peers_->set_room(room_for_files(), now);
        rates_.measure(peers_->chunks().bytes_in(), peers_->chunks().bytes_out(), now);
    }
    peers_->tick(now);
    settle(now);
    write_chunks_when_due(net::uptime_ms());
    take_written_chunks(net::uptime_ms());
}

void Node::settle(std::uint64_t now) {
    if (!peers_) return;
    while (auto action = peers_->poll()) {
        if (net::waits_for_commits(*action)) store_commits(now);
        std::visit([&](auto& each) { execute(each, now); }, *action);
    }
}

void Node::carry_out_erasures(std::uint64_t now) {
    const auto before = std::exchange(aged_ms_, now);
    const auto changes = home_.replica().age_erasures(now - before);
    if (!changes) return;
    for (const auto& [group, change] : *changes) wrote(group, change);
}

void Node::lock_when_idle(std::uint64_t now) {
    const auto is_waited_for = [](const Begun& each) { return !each.request.by_itself; };
    if (std::any_of(underway_.begin(), underway_.end(), is_waited_for)) asked_ms_ = now;
    if (idle_ms_max_ == 0 || now < asked_ms_ + idle_ms_max_ || home_.is_locked()) return;
    asked_ms_ = now;  // without a passphrase there is nothing to lock: asked again after the same time
    notes_.write_all(desk_);
    if (home_.lock()) notes_.end();
}

Result<> Node::open(const NetworkOptions& options) {
    const auto now = net::uptime_ms();
    if (!link_) {
        const auto& identity = home_.identity();
        auto link = std::make_unique<net::CurveLink>(identity.secrets.link);
        const auto lobby = options.port == 0 ? 0 : options.port + 1;
        auto ports = link->listen({options.port, static_cast<std::uint16_t>(lobby)});
        if (!ports) return ports.error();
        net::BeaconMessage own;
        own.members_port = ports->members;
        own.lobby_port = ports->lobby;
        own.key = identity.record.link;
        auto beacon = net::Beacon::open(own, {options.discovery, net::beacon_port});
        if (!beacon) return beacon.error();
        ports_ = *ports;
        options_.discovery = options.discovery;
        link_ = std::move(link);
        beacon_ = std::move(*beacon);
        const auto& replica = home_.replica();
        chunk_writer_ = std::make_unique<ChunkWriter>(home_.profile().chunks(), [this] { inbox_.wake(); });
        peers_ = std::make_unique<net::Peers>(
            net::Here{replica.log(), replica.chunks(), signing_, identity.record, identity.run});
        pace_changed();
        let_in_members();
        peers_->show_groups(AnnouncedGroups(home_.profile().store()).all(replica));
        peers_->groups_changed(now);
    }
    for (const auto& address : options.peers) {
        if (std::find(options_.peers.begin(), options_.peers.end(), address) == options_.peers.end()) {
            options_.peers.push_back(address);
        }
        typed_.push_back(address);
        answered_.erase(address);
        beacon_->ask(address, net::Told::typed);
        ask_again_ms_ = now + ask_again_ms;
    }
    settle(now);
    return Done{};
}

Result<> Node::close_later(const GroupId& group, const InviteKey& invite, std::uint64_t minutes) {
    return invitations_.add(group, invite, minutes, net::uptime_ms());
}

void Node::close_invitations(std::uint64_t now) {
    for (const auto& ended : invitations_.ended(now)) {
        const auto written = home_.replica().write_control(ended.group, {make_op(CloseOp{ended.invite})});
        invitations_.closed(ended.invite, written ? Result<>(Done{}) : Result<>(written.error()), now);
        if (written) wrote(ended.group, *written);
    }
}

std::vector<Underway> Node::underway() const {
    std::vector<Underway> all;
    for (const auto& each : underway_) {
        all.push_back({each.request.id, each.request.verb, each.errand->progress(), net::uptime_ms() - each.began_ms});
    }
    return all;
}

std::vector<InvitedAddress> Node::own_addresses() const {
    std::vector<InvitedAddress> own;
    if (!link_) return own;
    for (const auto& address : net::Beacon::own_addresses()) own.push_back({{address.bytes}, ports_.members});
    return own;
}

void Node::refuse_requests() {
    const auto stopping = being_stopped();
    for (auto& each : underway_) each.request.answer(stopping);
    underway_.clear();
    while (auto request = inbox_.take()) {
        request->visit ? request->visit(nullptr) : request->answer(stopping);
    }
}

void Node::let_in_members() {
    // Who is in and loses the right to it hears so over the link they have: cut off, they would not know for a while.
    auto keys = peers_->within();
    for (const auto& [id, group] : home_.replica().groups()) {
        for (const auto& device : group->members.readers()) keys.push_back(device.link);
    }
    for (const auto& device : devices_on(home_.identity().card)) keys.push_back(device.link);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    link_->allow(keys);
}

void Node::files_changed() {
    events_.files_came();
    if (!peers_) return;
    const auto now = net::uptime_ms();
    peers_->chunks_lost(now);
    settle(now);
}

void Node::groups_changed() {
    events_.groups_changed();
    if (!peers_) return;
    let_in_members();
    peers_->show_groups(AnnouncedGroups(home_.profile().store()).all(home_.replica()));
    peers_->groups_changed(net::uptime_ms());
    tell_new_devices();
}

void Node::pace_changed() {
    if (!peers_) return;
    const auto now = net::uptime_ms();
    peers_->set_pace(FilePace(home_.profile().store()).read(), now);
    settle(now);
}

void Node::wrote(const GroupId& group, const Ingested& ingested) {
    events_.changed(group, ingested);
    notes_.touched(ingested.touched);
    if (!peers_) return;
    const auto now = net::uptime_ms();
    if (ingested.members_changed) groups_changed();
    if (ingested.files_changed) peers_->chunks_changed(now);
    peers_->wrote(group, ingested.report.fresh, ingested.members_changed, now);
    settle(now);
}

void Node::join(const Invitation& invitation) {
    const auto& identity = home_.identity();
    claim(net::make_join(invitation, identity.card, identity.device(), identity.secrets.box), invitation.addresses,
          net::uptime_ms());
}

Result<> Node::offer_link(const InviteKey& offer, std::uint64_t minutes) {
    return invitations_.offer_link(offer, minutes, net::uptime_ms());
}

void Node::link(const LinkOffer& offer) {
    const auto& identity = home_.identity();
    claim(net::make_link_request(offer, identity.record, identity.secrets), offer.addresses, net::uptime_ms());
}

void Node::rescue(const Rescue& rescue) {
    rescue_ = rescue;
    helper_ = rescue.colleague.device;
    const auto& identity = home_.identity();
    claim(net::make_rescue_request(rescue.colleague.link, SigningKey(rescue.recovery), identity.record,
                                   identity.secrets.box, std::nullopt),
          rescue.colleague.addresses, net::uptime_ms());
}

void Node::ask_to_vouch(const RecoveryOffer& offer, const RecoveryRequest& request) {
    helper_ = offer.device;
    claim(net::make_vouch_request(offer.link, request, home_.identity().secrets.box), offer.addresses,
          net::uptime_ms());
}

void Node::look_anew() {
    nearby_.clear();
    if (peers_) peers_->look_anew();
}

void Node::look_around() {
    if (peers_) peers_->look_around(net::uptime_ms());
}

void Node::ask_to_join(const NearbyGroup& group) {
    const auto& identity = home_.identity();
    claim(net::make_ask_request(group.at, group.group.id, identity.card, identity.device(), identity.secrets), {},
          net::uptime_ms());
}

Result<> Node::open_window(const GroupId& group, std::uint64_t minutes) {
    if (!peers_) return {Code::refused, "Nobody can reach this computer yet.", "Start it with: staffroom start"};
    comparison_.reset();
    peers_->open_window(group, minutes * 60'000, net::uptime_ms());
    return Done{};
}

void Node::seek_window() {
    if (peers_ && !comparison_) peers_->seek_window(net::uptime_ms());
}

void Node::compare_with(const net::Compared& found) {
    comparison_ = found;
    windows_found_.clear();
    if (peers_) peers_->stop_seeking();
}

void Node::forget_comparison(bool same) {
    windows_found_.clear();
    if (peers_ && comparison_ && comparison_->hosting) peers_->window_decided(same);
    if (peers_) peers_->stop_seeking();
    comparison_.reset();
}

void Node::claim(net::JoinRequest request, const std::vector<InvitedAddress>& addresses, std::uint64_t now) {
    const auto inviter = request.inviter;
    join_answers_.erase(request.group);
    peers_->join(std::move(request), now);
    for (const auto& invited : addresses) {
        net::Address address;
        address.bytes = invited.ip.bytes;
        address.port = invited.port;
        peers_->heard({inviter, address, 0, net::Told::invited}, now);
        beacon_->ask(address, net::Told::invited);
        typed_.push_back(address);
        ask_again_ms_ = now + ask_again_ms;
    }
    settle(now);
}

std::optional<net::JoinAnswered> Node::join_answer(const GroupId& group) const {
    const auto found = join_answers_.find(group);
    return found == join_answers_.end() ? std::nullopt : std::optional(found->second);
}

FileRates::Rates Node::file_rates() const { return rates_.rates(net::uptime_ms()); }

std::uint64_t Node::uptime_ms() const { return net::uptime_ms() - started_ms_; }

}  // namespace staffroom
