// The connection doctor: gathers what is known here of this computer's network and of each colleague's computer, and asks
// the addresses that the teacher types. What it means stands in app/api/diagnosis.h.
#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "app/api/args.h"
#include "app/api/colleagues.h"
#include "app/api/diagnosis.h"
#include "app/api/errands.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/second_computer.h"
#include "core/members/devices.h"
#include "core/text_rules.h"
#include "net/link.h"

namespace staffroom::api {
namespace {

// What is told of a colleague's address: the usual port may be left out.
std::optional<net::Address> address_of(const std::string& typed) {
    if (const auto whole = net::address_from_text(typed)) return whole;
    auto host = net::host_from_text(typed);
    if (host) host->port = net::members_port_default;
    return host;
}

struct AskedPeer {
    net::Address address;
    net::Probe probe;
};

Json row_of(const Finding& finding) {
    return Json{
        {"cause", finding.cause}, {"state", name_of(finding.state)}, {"say", finding.say}, {"do", finding.advice}};
}

void tell(Json& row, const Finding& finding) {
    for (auto& [key, value] : row_of(finding)) row[key] = std::move(value);
}

// The latest of what is known of the computer with this key, over all its addresses.
struct Heard {
    bool lately = false;
    std::optional<net::Parting> failed;
};
std::map<LinkKey, Heard> heard_by_key(Desk& desk) {
    std::map<LinkKey, Heard> all;
    for (const auto& each : desk.network.heard()) {
        auto& heard = all[each.of.key];
        heard.lately |= each.lately;
        // No common version is said by the other side; silence may be another address's.
        if (each.of.failed && heard.failed != net::Parting::version) heard.failed = each.of.failed;
    }
    return all;
}

class Doctor final : public Errand {
  public:
    // A beacon or two; an answer by datagram, twice asked for; a dial at both doors.
    static constexpr std::uint64_t discovery_ms = 3'000, settle_ms = 3'000, answer_ms = 5'000, greeting_ms = 15'000;

    Doctor(bool runs_on, std::vector<AskedPeer> asked, std::uint64_t now)
        : runs_on_(runs_on), asked_(std::move(asked)), began_(now) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        next_ = now + look_ms;
        const auto looks_until = began_ + (runs_on_ ? 0 : discovery_ms);
        if (now < looks_until) return std::nullopt;
        if (!runs_on_ && now < looks_until + settle_ms && !desk.network.is_settled()) return std::nullopt;
        const auto heard = heard_by_key(desk);
        const auto names = names_near(desk);
        bool all_told = true;
        boost::json::array asked, missed;
        std::optional<Finding> first_missed;
        for (auto& each : asked_) {
            const auto found = told_of(desk, each, heard, now);
            if (!found) {
                all_told = false;
                continue;
            }
            Json row{{"peer", net::address_text(each.address)}};
            tell(row, *found);
            asked.push_back(std::move(row));
            if (found->state == Finding::State::well) continue;
            missed.push_back(boost::json::string(net::address_text(each.address)));
            if (!first_missed) first_missed = found;
        }
        if (!all_told) return std::nullopt;
        auto reply = report(desk, heard, names);
        if (asked_.empty()) return Reply(std::move(reply));
        const bool met_none = missed.size() == asked.size();
        reply["asked"] = std::move(asked);
        reply["missed"] = std::move(missed);
        if (!met_none) return Reply(std::move(reply));
        return with_trouble(
            std::move(reply),
            Trouble{"failed", "Nobody of your groups was met at the address you gave.", first_missed->advice});
    }
    std::uint64_t deadline() const override { return next_; }

  private:
    static std::map<DeviceId, std::string> names_near(Desk& desk) {
        std::map<DeviceId, std::string> names;
        for (const auto& each : desk.network.neighbours()) {
            if (each.door == net::Door::members) names[each.device] = each.name;
        }
        return names;
    }

    // Nothing while the address may still answer.
    std::optional<Finding> told_of(Desk& desk, AskedPeer& peer, const std::map<LinkKey, Heard>& heard,
                                   std::uint64_t now) const {
        const auto& replica = desk.home.replica();
        AskedAddress asked;
        asked.door = peer.probe.look(now);
        const auto key = desk.network.answered_at(peer.address);
        asked.answered = key.has_value();
        if (key) {
            asked.own = *key == desk.home.identity().record.link;
            const auto device = replica.log().device_of(*key);
            if (device) asked.name = name_of_computer(desk, *device);
            const auto near = names_near(desk);
            asked.near = device && near.contains(*device);
            if (const auto found = heard.find(*key); found != heard.end()) asked.failed = found->second.failed;
        }
        const bool is_sure =
            asked.near || asked.own || asked.failed == net::Parting::version || (asked.answered && asked.name.empty());
        const bool waits =
            asked.door == net::Probe::Found::nothing_yet || now < began_ + (asked.answered ? greeting_ms : answer_ms);
        if (!is_sure && waits) return std::nullopt;
        return about_address(asked);
    }

    static std::string name_of_computer(Desk& desk, const DeviceId& device) {
        for (const auto& row : colleagues_rows(desk)) {
            if (text_arg(row.as_object(), "device") == to_text(device)) {
                return shown_name(text_arg(row.as_object(), "name"));
            }
        }
        return shown_name(desk.home.name());
    }

    Surroundings surroundings(Desk& desk) const {
        Surroundings here;
        here.runs_on = runs_on_;
        here.port = desk.network.ports().members;
        here.has_network = desk.network.has_network();
        for (const auto& own : desk.network.own_addresses()) {
            net::Address address;
            address.bytes = own.ip.bytes;
            address.port = own.port;
            const bool loopback =
                !net::may_dial(address, net::Told::heard) && net::may_dial(address, net::Told::invited);
            if (loopback) continue;
            auto text = net::address_text(address);
            if (!runs_on_) text.resize(text.rfind(':'));  // its port is open for this moment only
            here.addresses.push_back(std::move(text));
        }
        here.looks_around = desk.network.looks_for_colleagues();
        here.copy = question_about_copy(desk.home);
        here.clock_is_plausible = Home::is_clock_plausible();
        here.has_room = !lacks_room(desk);
        return here;
    }

    Json report(Desk& desk, const std::map<LinkKey, Heard>& heard, const std::map<DeviceId, std::string>& near) const {
        const auto& replica = desk.home.replica();
        std::map<std::string, Heard> by_device;
        auto here = surroundings(desk);
        std::set<LinkKey> own{desk.home.identity().record.link};
        for (const auto& record : devices_on(desk.home.identity().card)) own.insert(record.link);
        for (const auto& [key, each] : heard) {
            const auto device = replica.log().device_of(key);
            if (device) by_device[to_text(*device)] = each;
            here.strangers += !device && !own.contains(key) && each.lately;
        }
        auto rows = colleagues_rows(desk);
        here.colleagues = rows.size();
        for (const auto& each : rows) {
            const auto& row = each.as_object();
            if (!row.at("near").as_bool()) {
                ++here.away;
                here.heard += by_device[text_arg(row, "device")].lately;
            } else if (const auto name = shown_name(text_arg(row, "name"));
                       std::find(here.near.begin(), here.near.end(), name) == here.near.end()) {
                here.near.push_back(name);
            }
        }
        boost::json::array told, colleagues;
        for (const auto& each : findings(here)) told.push_back(row_of(each));
        for (auto& each : rows) {
            auto& row = each.as_object();
            Json told_row;
            for (const auto* name : {"name", "near", "last_met", "lacks_changes", "lacks_files"})
                told_row[name] = row.at(name);
            if (!row.at("near").as_bool()) {
                const auto& its = by_device[text_arg(row, "device")];
                const bool others = near.size() >= net::Dialling::neighbours_wanted;
                tell(told_row, why_away({its.lately, its.failed, others}, here));
            }
            for (const auto* name : {"person", "device"}) told_row[name] = row.at(name);
            colleagues.push_back(std::move(told_row));
        }
        Json reply{{"running", runs_on_}};
        if (runs_on_) {
            reply["port"] = here.port;
            reply["lobby_port"] = desk.network.ports().lobby;
        }
        boost::json::array addresses;
        for (const auto& each : here.addresses) addresses.push_back(boost::json::string(each));
        reply["addresses"] = std::move(addresses);
        reply["network"] = here.has_network;
        reply["looks_around"] = here.looks_around;
        reply["strangers"] = here.strangers;
        reply["findings"] = std::move(told);
        reply["colleagues"] = std::move(colleagues);
        return reply;
    }

    bool runs_on_;
    std::vector<AskedPeer> asked_;
    std::uint64_t began_, next_ = 0;
};

std::unique_ptr<Errand> doctor(Desk& desk, const Json& args) {
    const auto now = net::uptime_ms();
    NetworkOptions options;
    options.discovery = !flag_arg(args, "no-discovery");
    std::vector<AskedPeer> asked;
    for (const auto& typed : list_arg(args, "peers")) {
        const auto address = address_of(typed);
        if (!address) {
            return std::make_unique<Answered>(
                Error{Code::malformed, in_quotes(typed) + " is no address.", "Write it like 192.168.1.7:47710."});
        }
        options.peers.push_back(*address);
        asked.push_back({*address, net::Probe(*address, now)});
    }
    const bool runs_on = desk.network.is_open();
    if (const auto opened = desk.network.open(options); !opened) return std::make_unique<Answered>(opened.error());
    return std::make_unique<Doctor>(runs_on, std::move(asked), now);
}

}  // namespace

std::span<const Verb> doctor_verbs() {
    static constexpr Verb verbs[] = {{.name = "doctor", .begin = doctor, .is_glance = true}};
    return verbs;
}

}  // namespace staffroom::api
