// The executors: what the conversation asks for, done.
#include <algorithm>

#include "app/announced_groups.h"
#include "app/api/records.h"
#include "app/last_met.h"
#include "app/linking.h"
#include "app/newcomers.h"
#include "app/node.h"
#include "core/records/decide.h"
#include "storage/chunk_batches.h"
#include "storage/own_card.h"

namespace staffroom {
namespace {

constexpr std::uint64_t gather_ms = 30, enter_ms = 100;
constexpr std::size_t nearby_max = 256;
constexpr std::size_t chunks_together = 1'024, chunks_bytes_together = std::size_t{8} << 20;

// What colleagues bring is left to them while room is short: the rest is for one's own work, and for getting out of it.
Error disk_full() { return {Code::refused, "Disk full.", "Free some space."}; }

}  // namespace

void Node::execute(net::Send& action, std::uint64_t now) {
    if (link_->send(action.link, action.frame) == net::Sent::full) peers_->unsent(action, now);
}

void Node::execute(net::Dial& action, std::uint64_t now) { peers_->dialling(action, link_->dial(action), now); }

void Node::execute(net::Close& action, std::uint64_t) { link_->close(action.link); }

void Node::took(const GroupId& group, const Result<Ingested>& ingested, std::uint64_t now) {
    if (!ingested) return;
    received_ += ingested->report.fresh.size();
    events_.changed(group, *ingested);
    notes_.touched(ingested->touched);
    if (ingested->members_changed) {
        if (const auto fuller = fuller_card(home_.replica())) (void)home_.keep_card(*fuller);
        let_in_members();
        // A further computer of somebody leaves that to the first, unless it is the one that joined.
        const auto& identity = home_.identity();
        if (identity.device() == identity.card.first.device || join_answers_.contains(group)) introduce_oneself(group);
    }
    if (ingested->files_changed) peers_->chunks_changed(now);
}

void Node::execute(net::StoreCommits& action, std::uint64_t now) {
    commits_.add(std::move(action));
    if (commits_.is_full()) store_commits(now);
}

void Node::store_commits(std::uint64_t now) {
    while (auto batch = commits_.take()) store(std::move(*batch), now);
}

void Node::store(net::GatheredCommits::Batch batch, std::uint64_t now) {
    if (!takes_changes(home_.profile().room())) {
        for (const auto& frame : batch.frames) peers_->stored(frame.ticket, batch.group, disk_full(), now);
        return;
    }
    auto ingested = home_.replica().ingest(batch.group, batch.commits);
    if (!ingested && batch.frames.size() > 1) {
        for (auto& each : net::one_by_one(std::move(batch))) store(std::move(each), now);
        return;
    }
    took(batch.group, ingested, now);
    if (!ingested) return peers_->stored(batch.frames.front().ticket, batch.group, ingested.error(), now);
    for (auto& each : net::reports_of(batch, std::move(ingested->report)))
        peers_->stored(each.ticket, batch.group, std::move(each.report), now);
    if (ingested->members_changed) peers_->groups_changed(now);
    take_pairs(*ingested);
}

// A colleague may have offered what only the two of us shall read.
void Node::take_pairs(const Ingested& ingested) {
    if (!ingested.keys_changed && !ingested.members_changed) return;
    const auto taken = take_pair_offers(home_.replica());
    if (taken && !taken->empty()) groups_changed();
    // Who offered a group for two may not have heard of every computer that was linked or shut out; and after a recovery
    // it is for this one to say that the others are gone.
    if (!rescue_ && (!taken || taken->empty())) return;
    if (const auto carried = carry_own_card(home_.replica())) {
        for (const auto& change : *carried) wrote(change.group, change.done);
    }
}

void Node::execute(net::StoreParts& action, std::uint64_t now) {
    if (!takes_changes(home_.profile().room())) {
        peers_->stored(action.ticket, action.group, disk_full(), now);
        return;
    }
    std::vector<std::pair<PartName, Bytes>> parts;
    for (auto& part : action.parts) parts.emplace_back(part.name, std::move(part.bytes));
    const auto ingested = home_.replica().ingest_parts(action.group, parts);
    took(action.group, ingested, now);
    peers_->stored(action.ticket, action.group,
                   ingested ? Result<IngestReport>(ingested->report) : Result<IngestReport>(ingested.error()), now);
}

void Node::execute(net::StoreHave& action, std::uint64_t) {
    if (takes_changes(home_.profile().room())) (void)home_.replica().keep(action.have);
}

// Chunks that come close together are made durable together, for that costs about as much for thirty as for one. Their
// successors are asked for meanwhile, so the line does not wait for the disk.
void Node::execute(net::StoreChunk& action, std::uint64_t now) {
    if (chunks_.empty()) chunks_due_ms_ = now + gather_ms;
    chunks_bytes_ += action.bytes.size();
    chunks_.push_back({action.id, std::move(action.bytes)});
    if (is_batch_of_chunks_full() && chunk_writer_->has_place()) write_chunks();
}

bool Node::is_batch_of_chunks_full() const {
    return chunks_bytes_ >= chunks_bytes_together || chunks_.size() >= chunks_together;
}

void Node::execute(net::LoseChunk& action, std::uint64_t now) {
    if (home_.replica().lose_chunk(action.id)) peers_->chunks_lost(now);
}

// While the disk is behind, more comes for the next batch; once that is full, nothing more is asked for. To wait for the
// disk here would keep everybody waiting who asks something of this program.
net::RoomForFiles Node::room_for_files() const {
    if (home_.profile().room() != Room::for_all) return net::RoomForFiles::none;
    return home_.replica().chunks().fit().lacking > 0 ? net::RoomForFiles::some : net::RoomForFiles::all;
}

void Node::write_chunks_when_due(std::uint64_t now) {
    while (is_batch_of_chunks_full() && chunk_writer_->has_place()) write_chunks();
    if (!chunks_.empty() && chunk_writer_->has_caught_up()) {
        if (now >= chunks_due_ms_ || !peers_->chunks().is_fetching()) write_chunks();
    }
    peers_->set_disk_behind(is_batch_of_chunks_full(), now);
    settle(now);
}

// One batch of what waits.
void Node::write_chunks() {
    std::vector<GivenChunk> given;
    for (std::size_t bytes = 0; !chunks_.empty() && bytes < chunks_bytes_together && given.size() < chunks_together;) {
        given.push_back(std::move(chunks_.front()));
        chunks_.pop_front();
        bytes += given.back().bytes.size();
        chunks_bytes_ -= given.back().bytes.size();
    }
    const bool room = home_.profile().room() == Room::for_all;
    if (room) return chunk_writer_->put(std::move(given));
    std::vector<ChunkId> ids;
    for (const auto& chunk : given) ids.push_back(chunk.id);
    peers_->set_room(net::RoomForFiles::none, net::uptime_ms());
    peers_->chunks_stored(ids, false, net::uptime_ms());
}

void Node::take_written_chunks(std::uint64_t now) {
    while (auto written = chunk_writer_->take()) {
        if (!written->staged) {
            peers_->chunks_stored(written->ids, false, now);
            settle(now);
            continue;
        }
        if (written_ids_.empty()) written_due_ms_ = now + enter_ms;
        written_ids_.insert(written_ids_.end(), written->ids.begin(), written->ids.end());
        written_.add(std::move(*written->staged));
    }
    if (written_ids_.empty()) return;
    if (written_.is_worth_a_transaction() || now >= written_due_ms_ || !peers_->chunks().is_fetching())
        enter_written_chunks(now);
}

void Node::enter_written_chunks(std::uint64_t now) {
    const auto ids = std::exchange(written_ids_, {});
    const auto staged = std::exchange(written_, {});
    if (ids.empty()) return;
    auto& profile = home_.profile();
    const bool entered = enter_chunks(profile.store(), profile.chunks(), staged, Take::used).ok();
    peers_->chunks_stored(ids, entered, now);
    if (entered) events_.files_came();
    settle(now);
}

void Node::execute(net::ShareKeys& action, std::uint64_t) {
    const auto ingested = home_.replica().share_keys(action.group, action.asker, action.epochs);
    if (ingested && !ingested->report.fresh.empty()) wrote(action.group, *ingested);
}

void Node::execute(net::Claimed& action, std::uint64_t now) {
    const auto& claim = action.claim;
    const auto answer = [&](net::Outcome outcome, Bytes sealed = {}) {
        peers_->claim_decided(action.link, {outcome, std::move(sealed)}, now);
    };
    const auto* group = home_.replica().group(claim.group);
    if (group == nullptr) return answer(net::Outcome::unknown);
    const auto person = id_of(claim.card.genesis);
    const auto decision = decide_admission(group->members, home_.identity().device(), {claim.invite, person, false});
    // Their teacher has found the words the same, ours has not said yet.
    const bool undecided =
        comparison_ && comparison_->hosting &&
        claim.invite == SigningKey(*SigningSeed::from(comparison_->seed.view())).public_key<InviteKey>();
    if (decision.kind == Admission::unknown && undecided) return answer(net::Outcome::wait);
    if (decision.kind == Admission::admit) {
        const auto written =
            home_.replica().write_control(claim.group, {make_op(PersonsOp{{claim.card}}), make_op(*decision.add)});
        if (!written) return answer(net::Outcome::wait);
        wrote(claim.group, *written);
    } else if (decision.kind == Admission::ask) {
        // Said yes to only once it is kept, or an organiser would never see it.
        const auto kept = Newcomers(home_.profile().store()).wait(claim.group, {claim.card, claim.invite});
        if (kept) events_.people_ask(claim.group);
        return answer(kept ? net::Outcome::asked : net::Outcome::wait);
    } else if (decision.kind != Admission::again) {
        return answer(net::outcome_of(decision.kind));
    }
    answer_with_welcome(action.link, claim.group, claim.device, now);
}

void Node::answer_with_welcome(net::LinkId link, const GroupId& id, const DeviceId& device, std::uint64_t now) {
    const auto answer = [&](net::Outcome outcome, Bytes sealed = {}) {
        peers_->claim_decided(link, {outcome, std::move(sealed)}, now);
    };
    const auto welcome = home_.replica().welcome_to(id);
    const auto* record = home_.replica().group(id)->members.record_of(device);
    if (!welcome || record == nullptr) return answer(net::Outcome::wait);
    auto sealed = seal_box(record->box, encode(*welcome));
    if (!sealed) return answer(net::Outcome::unknown);
    answer(net::Outcome::welcome, std::move(*sealed));
}

// Whoever asks waits for an organiser's yes, as with an invitation that has to be confirmed.
void Node::execute(net::AskClaimed& action, std::uint64_t now) {
    const auto& claim = action.claim;
    const auto* group = home_.replica().group(claim.group);
    const auto answer = [&](net::Outcome outcome) { peers_->claim_decided(action.link, {outcome, {}}, now); };
    const AnnouncedGroups shown(home_.profile().store());
    const bool may = group != nullptr && group->members.role_of(home_.identity().device()) == Role::organiser;
    if (!may || !shown.is_shown(claim.group)) return answer(net::Outcome::unknown);
    const auto person = id_of(claim.card.genesis);
    if (person == home_.identity().person()) return answer(net::Outcome::oneself);
    if (group->members.role_of(claim.device) != Role::none) {
        return answer_with_welcome(action.link, claim.group, claim.device, now);
    }
    if (group->members.was_in(person)) return answer(net::Outcome::removed);
    const auto kept = Newcomers(home_.profile().store()).wait(claim.group, {claim.card, InviteKey{}});
    if (!kept && kept.error().code == Code::refused) return answer(net::Outcome::closed);
    answer(kept ? net::Outcome::asked : net::Outcome::wait);
    if (kept) events_.people_ask(claim.group);
}

void Node::execute(net::GroupsShown& action, std::uint64_t) {
    for (auto& group : action.groups) {
        std::erase_if(nearby_,
                      [&](const NearbyGroup& each) { return each.at == action.at && each.group.id == group.id; });
        if (nearby_.size() < nearby_max) nearby_.push_back({action.at, std::move(group)});
    }
}

void Node::execute(net::LinkClaimed& action, std::uint64_t now) {
    const auto decision = decide_link(home_, invitations_, action.claim);
    if (decision.outcome != net::Outcome::welcome) {
        return peers_->claim_decided(action.link, {decision.outcome, {}}, now);
    }
    tell_of_link(action.link, *action.claim.statement.record, home_.identity().card, decision.told, now);
}

void Node::execute(net::RescueClaimed& action, std::uint64_t now) {
    const auto decision = decide_rescue(home_, action.claim);
    if (!decision.card) return peers_->claim_decided(action.link, {net::Outcome::unknown, {}}, now);
    const auto& record = action.claim.record;
    if (action.claim.link) rescued_[record.device] = record.box;
    tell_of_link(action.link, record, *decision.card, decision.told, now);
}

void Node::execute(net::VouchClaimed& action, std::uint64_t now) {
    const auto decision = decide_vouched(home_.replica(), action.claim);
    if (!decision.card) return peers_->claim_decided(action.link, {decision.outcome, {}}, now);
    const auto& record = action.claim.request.record;
    rescued_[record.device] = record.box;
    tell_of_link(action.link, record, *decision.card, {}, now);
}

// Colleagues hear of the computer, and the computer of who it is.
void Node::tell_of_link(net::LinkId link, const DeviceRecord& record, const PersonCard& card,
                        const std::vector<GroupChange>& told, std::uint64_t now) {
    groups_changed();
    for (const auto& change : told) wrote(change.group, change.done);
    auto sealed = seal_box(record.box, encode(card));
    const auto outcome = sealed ? net::Outcome::welcome : net::Outcome::unknown;
    peers_->claim_decided(link, {outcome, sealed.value_or(Bytes{})}, now);
}

// Whose the sheet is: the recovery key links this computer, and the colleague hears of it.
void Node::execute(net::Rescued& action, std::uint64_t now) {
    if (!rescue_) return;
    const auto& identity = home_.identity();
    const SigningKey recovery(rescue_->recovery);
    auto link = make_recovery_link(id_of(action.card.genesis), recovery, identity.record,
                                   SigningKey(identity.secrets.signing), next_path(action.card, DeviceId{}));
    claim(net::make_rescue_request(rescue_->colleague.link, recovery, identity.record, identity.secrets.box,
                                   std::move(link)),
          rescue_->colleague.addresses, now);
}

void Node::execute(net::Linked& action, std::uint64_t) {
    const auto& replica = home_.replica();
    const auto person = id_of(action.card.genesis);
    if (!replica.groups().empty() && person != replica.identity().person()) return;
    if (!home_.keep_card(action.card)) return;
    join_answers_[GroupId{}] = {GroupId{}, net::Outcome::welcome, true};
    groups_changed();
}

void Node::execute(net::Vouched& action, std::uint64_t now) {
    net::Linked linked{std::move(action.card)};
    execute(linked, now);
}

void Node::execute(net::Compared& action, std::uint64_t) {
    if (action.hosting) {
        comparison_ = std::move(action);
    } else if (!comparison_) {
        windows_found_.push_back(std::move(action));
    }
}

// Nobody but the person's own computers brings one into a group, and the colleague who helped to recover.
void Node::execute(net::OwnGroupGiven& action, std::uint64_t) {
    const auto& identity = home_.identity();
    const auto own = devices_on(identity.card);
    const bool is_own =
        std::any_of(own.begin(), own.end(), [&](const auto& record) { return record.device == action.from; });
    if (!is_own && helper_ != action.from) return;
    const auto opened = open_box(identity.secrets.box, action.sealed);
    const auto welcome = opened ? decode<Welcome>(*opened) : Result<Welcome>(Code::malformed, "");
    if (!welcome || !is_valid(welcome->genesis)) return;
    if (home_.replica().group(id_of(welcome->genesis)) == nullptr && home_.replica().adopt(*welcome)) groups_changed();
}

// To the person's other computers that are near, and to those that came with a recovery sheet: the groups they lack.
void Node::tell_new_devices() {
    if (!peers_) return;
    auto told = rescued_;
    for (const auto& record : devices_on(home_.identity().card)) told[record.device] = record.box;
    told.erase(home_.identity().device());
    const auto near = peers_->neighbours();
    for (const auto& [device, box] : told) {
        if (std::none_of(near.begin(), near.end(), [&, of = device](const auto& each) { return each.device == of; })) {
            continue;
        }
        for (const auto& id : groups_lacked_by(home_.replica(), device)) {
            const auto welcome = home_.replica().welcome_to(id);
            const auto sealed = welcome ? seal_box(box, encode(*welcome)) : std::nullopt;
            if (sealed) peers_->give_own_group(device, *sealed);
        }
    }
}

void Node::execute(net::Joined& action, std::uint64_t now) {
    const auto adopted = home_.replica().adopt(action.welcome);
    if (!adopted) return;
    join_answers_[*adopted] = {*adopted, net::Outcome::welcome, true};
    events_.groups_changed();
    let_in_members();
    peers_->groups_changed(now);
}

void Node::tell_presence(const GroupId& id, const Presence& presence,
                         const std::function<bool(const DeviceId&)>& is_for) {
    const auto* group = home_.replica().group(id);
    if (!peers_ || group == nullptr || home_.is_locked()) return;
    // Never with a key that somebody knows who is out.
    const auto epoch = group->epochs.choose(group->members, group->held);
    if (epoch)
        peers_->tell_presence(id, sealed(presence, id, home_.identity().device(), *epoch, *group->key(*epoch)), is_for);
}

void Node::execute(net::PresenceTold& action, std::uint64_t now) {
    const auto* group = home_.replica().group(action.group);
    const auto person = group != nullptr ? group->members.person_of(action.from) : std::nullopt;
    if (!person || home_.is_locked()) return;
    const auto* key = group->key(action.sealed.epoch);
    const auto presence = key != nullptr ? opened(action.sealed, action.group, action.from, *key) : std::nullopt;
    if (presence)
        notes_.heard(action.from, api::person_name(desk_, action.group, *person), action.group, *presence, now);
}

void Node::execute(net::JoinAnswered& action, std::uint64_t) { join_answers_[action.group] = action; }

void Node::execute(net::Met& action, std::uint64_t) {
    if (action.device == home_.identity().device()) (void)home_.note_twin();
    for (const auto& neighbour : peers_->neighbours()) {
        if (neighbour.device != action.device || neighbour.run != action.run) continue;
        if (neighbour.door == net::Door::lobby) continue;  // names are for those who are in
        (void)LastMet(home_.profile().store()).note(action.device, Home::wall_ms());
        for (const auto& [id, group] : home_.replica().groups()) {
            if (const auto* record = group->members.record_of(action.device)) met_keys_.insert(record->link);
        }
        if (std::find(met_.begin(), met_.end(), neighbour.name) == met_.end()) met_.push_back(neighbour.name);
    }
    events_.colleagues_changed();
    tell_new_devices();
}

void Node::execute(net::Parted&, std::uint64_t) {
    events_.colleagues_changed();
    let_in_members();
}

// Everyone writes their own profile once, as soon as they may write in the group.
void Node::introduce_oneself(const GroupId& id) {
    auto& replica = home_.replica();
    const auto* group = replica.group(id);
    const auto me = home_.identity().person();
    const auto role = group->members.role_of(home_.identity().device());
    if (home_.is_locked()) return;  // whether it is written already cannot be read: after the unlock
    // Two who share a group know each other already.
    if (role < Role::member || group->genesis.kind == GroupKind::pair) return;
    NewRecord wanted;
    wanted.type = "profile";
    wanted.inputs = {{"name", Value(home_.name()), {}}};
    if (!home_.school().empty()) wanted.inputs.push_back({"school", Value(home_.school()), {}});
    const auto part = decide_create(id, {me, role}, wanted, Nonce16{});
    if (!part || replica.record(id, part->record)) return;
    const auto written = replica.write(id, {*part});
    if (written) wrote(id, *written);
}

}  // namespace staffroom
