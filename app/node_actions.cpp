// The executors: what the conversation asks for, done.
#include <algorithm>

#include "app/last_met.h"
#include "app/newcomers.h"
#include "app/node.h"
#include "core/records/decide.h"
#include "storage/file_refs.h"
#include "storage/pairs.h"

namespace staffroom {
namespace {

constexpr std::uint64_t gather_ms = 10;
constexpr std::size_t chunks_together = 512, chunks_bytes_together = std::size_t{8} << 20;

// What colleagues bring is left to them while room is short: the rest is for one's own work, and for getting out of it.
Error disk_full() { return {Code::refused, "Disk full.", "Free some space."}; }

// Those that belong to files named here; the others' files are removed again.
Result<> enter_chunks(Home& home, const Chunks::Staged& staged) {
    auto& store = home.profile().store();
    const auto& chunks = home.profile().chunks();
    std::vector<ChunkId> strange;
    auto entered = store.write([&](WriteTxn& txn) -> Result<> {
        strange.clear();
        Chunks::Staged wanted;
        std::vector<ChunkId> ids;
        const auto take = [&](const ChunkId& id) {
            if (Chunks::has(txn, id)) return false;
            const bool used = !file_refs::groups_of(txn, id).empty();
            (used ? ids : strange).push_back(id);
            return used;
        };
        for (const auto& chunk : staged.small) {
            if (take(chunk.id)) wanted.small.push_back(chunk);
        }
        for (const auto& chunk : staged.large) {
            if (take(chunk.first)) wanted.large.push_back(chunk);
        }
        Chunks::enter(txn, wanted);
        file_refs::arrived(txn, chunks, ids, store.is_locked());
        return Done{};
    });
    if (entered) chunks.remove_files(strange);
    return entered;
}

}  // namespace

void Node::execute(net::Send& action, std::uint64_t) {
    // What does not go is asked for again: the protocol pulls.
    (void)link_->send(action.link, std::move(action.frame));
}

void Node::execute(net::Dial& action, std::uint64_t now) { peers_->dialling(action, link_->dial(action), now); }

void Node::execute(net::Close& action, std::uint64_t) { link_->close(action.link); }

void Node::took(const GroupId& group, const Result<Ingested>& ingested, std::uint64_t now) {
    if (!ingested) return;
    received_ += ingested->report.fresh.size();
    if (ingested->members_changed) {
        let_in_members();
        introduce_oneself(group);
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
    if (home_.profile().room() != Room::for_all) {
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
}

void Node::execute(net::StoreParts& action, std::uint64_t now) {
    if (home_.profile().room() != Room::for_all) {
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
    if (home_.profile().room() == Room::for_all) (void)home_.replica().keep(action.have);
}

// Chunks that come close together are made durable together, for that costs about as much for thirty as for one. Their
// successors are asked for meanwhile, so the line does not wait for the disk.
void Node::execute(net::StoreChunk& action, std::uint64_t now) {
    if (chunks_.empty()) chunks_due_ms_ = now + gather_ms;
    chunks_bytes_ += action.bytes.size();
    chunks_.push_back({action.id, std::move(action.bytes)});
    if (chunks_bytes_ >= chunks_bytes_together || chunks_.size() >= chunks_together) write_chunks();
}

void Node::write_chunks_when_due(std::uint64_t now) {
    if (!chunks_.empty() && (now >= chunks_due_ms_ || !peers_->chunks().is_fetching())) write_chunks();
}

void Node::write_chunks() {
    chunks_bytes_ = 0;
    auto given = std::exchange(chunks_, {});
    const bool room = home_.profile().room() == Room::for_all;
    if (room) return chunk_writer_->put(std::move(given));
    for (const auto& chunk : given) peers_->chunk_stored(chunk.id, false, net::uptime_ms());
}

void Node::enter_written_chunks(std::uint64_t now) {
    while (auto written = chunk_writer_->take()) {
        const bool entered = written->staged && enter_chunks(home_, *written->staged).ok();
        for (const auto& id : written->ids) peers_->chunk_stored(id, entered, now);
        settle(now);
    }
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
    if (decision.kind == Admission::admit) {
        const auto written =
            home_.replica().write_control(claim.group, {make_op(PersonsOp{{claim.card}}), make_op(*decision.add)});
        if (!written) return answer(net::Outcome::wait);
        wrote(claim.group, *written);
    } else if (decision.kind == Admission::ask) {
        // Said yes to only once it is kept, or an organiser would never see it.
        const auto kept = Newcomers(home_.profile().store()).wait(claim.group, {claim.card, claim.invite});
        return answer(kept ? net::Outcome::asked : net::Outcome::wait);
    } else if (decision.kind != Admission::again) {
        return answer(net::outcome_of(decision.kind));
    }
    const auto welcome = home_.replica().welcome_to(claim.group);
    const auto* record = group->members.record_of(claim.device);
    if (!welcome || record == nullptr) return answer(net::Outcome::wait);
    auto sealed = seal_box(record->box, encode(*welcome));
    if (!sealed) return answer(net::Outcome::unknown);
    answer(net::Outcome::welcome, std::move(*sealed));
}

void Node::execute(net::Joined& action, std::uint64_t now) {
    const auto adopted = home_.replica().adopt(action.welcome);
    if (!adopted) return;
    join_answers_[*adopted] = {*adopted, net::Outcome::welcome, true};
    let_in_members();
    peers_->groups_changed(now);
}

void Node::execute(net::JoinAnswered& action, std::uint64_t) { join_answers_[action.group] = action; }

void Node::execute(net::Met& action, std::uint64_t) {
    for (const auto& neighbour : peers_->neighbours()) {
        if (neighbour.device != action.device || neighbour.run != action.run) continue;
        if (neighbour.door == net::Door::lobby) continue;  // names are for those who are in
        (void)LastMet(home_.profile().store()).note(action.device, Home::wall_ms());
        for (const auto& [id, group] : home_.replica().groups()) {
            if (const auto* record = group->members.record_of(action.device)) met_keys_.insert(record->link);
        }
        if (std::find(met_.begin(), met_.end(), neighbour.name) == met_.end()) met_.push_back(neighbour.name);
    }
}

void Node::execute(net::Parted&, std::uint64_t) { let_in_members(); }

// Everyone writes their own profile once, as soon as they may write in the group.
void Node::introduce_oneself(const GroupId& id) {
    auto& replica = home_.replica();
    const auto* group = replica.group(id);
    const auto me = home_.identity().person();
    const auto role = group->members.role_of(home_.identity().device());
    // Two who share a group know each other already.
    if (role < Role::member || group->genesis.kind == GroupKind::pair) return;
    NewRecord wanted;
    wanted.type = "profile";
    wanted.inputs = {{"name", Value(home_.identity().record.name), {}}};
    if (!home_.school().empty()) wanted.inputs.push_back({"school", Value(home_.school()), {}});
    const auto part = decide_create(id, {me, role}, wanted, Nonce16{});
    if (!part || replica.record(id, part->record)) return;
    const auto written = replica.write(id, {*part});
    if (written) wrote(id, *written);
}

}  // namespace staffroom
