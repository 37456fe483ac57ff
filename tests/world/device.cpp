#include "tests/world/device.h"

#include <algorithm>

#include "core/members/invite.h"
#include "core/members/rekey.h"
#include "core/records/ops.h"
#include "storage/file_copy.h"

namespace staffroom::world {

using namespace net;

Device::Device(Network& network, Ledger& ledger, unsigned number, std::uint64_t clock_ms, Witness::Report report)
    : network_(network),
      ledger_(ledger),
      number_(number),
      clock_ms_(clock_ms),
      report_(report),
      witness_(ledger, report) {
    identity.secrets = new_device();
    identity.record = make_device_record(identity.secrets, "Teacher " + std::to_string(number));
    identity.card = {make_person(identity.secrets, std::nullopt), identity.record, {}};
    identity.run = random_id<RunId>();
    key_.emplace(identity.secrets.signing);
}

Device::~Device() { crash(); }

void Device::power_on(const std::optional<std::filesystem::path>& folder) {
    if (folder && !store_) {
        std::filesystem::create_directories(*folder);
        LmdbOptions options;
        options.folder = *folder;
        options.map_bytes = std::size_t{64} << 20;
        store_ = std::move(LmdbStore::open(options)).value();
    }
    if (!store_) store_ = std::make_unique<MemoryStore>();
    if (!chunks_) chunks_ = std::move(Chunks::open(folder ? *folder / "chunks" : std::filesystem::path{})).value();
    Replica::Options options;
    options.wall_ms = [this] { return clock_ms_ + network_.now(); };
    replica = std::move(Replica::open(*store_, *chunks_, identity, options)).value();
    host = std::make_unique<Host>(network_, Network::address(number_),
                                  Here{replica->log(), replica->chunks(), *key_, identity.record, identity.run}, *this);
    host->hear = [this](LinkId link, ByteView frame) { witness_.hears(link, frame); };
    host->watch = [this](const Action& action) {
        witness_.sees(action, *replica);
        const auto* send = std::get_if<Send>(&action);
        const auto kind = send ? kind_of(send->frame) : Kind::hello;
        return !withholds || (kind != Kind::parts && kind != Kind::chunk);
    };
    check_promises();
}

void Device::crash() {
    host.reset();
    replica.reset();
    witness_.forget_links();
}

std::unique_ptr<Device> Device::clone(unsigned number) const {
    auto twin = std::make_unique<Device>(network_, ledger_, number, clock_ms_ ^ 0xFFFF'FFFF, report_);
    const auto run = twin->identity.run;
    twin->identity = identity;
    twin->identity.run = run;
    twin->key_.emplace(identity.secrets.signing);
    auto disk = std::make_unique<MemoryStore>();
    disk->tables = dynamic_cast<const MemoryStore&>(*store_).tables;
    twin->store_ = std::move(disk);
    twin->witness_.promises = witness_.promises;
    return twin;
}

std::unique_ptr<Device> Device::link_second(unsigned number) {
    auto second = std::make_unique<Device>(network_, ledger_, number, clock_ms_, report_);
    auto& fresh = second->identity;
    identity.card.statements.push_back(
        make_link(person(), *key_, fresh.record, *second->key_, next_path(identity.card, device())));
    fresh.card = identity.card;
    if (replica) replica->become(identity.card);
    return second;
}

void Device::back_up() { backup_ = Backup{dynamic_cast<const MemoryStore&>(*store_).tables, own, witness_.promises}; }

void Device::restore() {
    crash();
    auto disk = std::make_unique<MemoryStore>();
    disk->tables = backup_->tables;
    store_ = std::move(disk);
    own = backup_->own;
    witness_.promises = backup_->promises;
    identity.run = random_id<RunId>();
}

Role Device::role(const GroupId& group) const {
    const auto* found = replica ? replica->group(group) : nullptr;
    return found ? found->members.role_of(device()) : Role::none;
}

// --- what its teacher does -------------------------------------------------------------------------------------------

void Device::note(const GroupId& group, const IngestReport& written) {
    own.insert(written.fresh.begin(), written.fresh.end());
    witness_.wrote(group, written.fresh);
}

void Device::wrote(const GroupId& group, const Result<Ingested>& done) {
    if (!done) return;
    note(group, done->report);
    if (host) host->wrote(group, done->report);
}

void Device::writes(const GroupId& group, const RecordId& record, std::vector<Op> ops) {
    wrote(group, replica->write(group, {{record, std::move(ops)}}));
}

std::optional<RecordId> Device::some_note(const GroupId& group, std::uint64_t choice) const {
    std::vector<RecordId> notes;
    replica->each_record(group, [&](RecordState&& state) {
        if (state.birth && state.birth->type == "note") notes.push_back(state.id);
        return true;
    });
    if (notes.empty()) return std::nullopt;
    return notes[choice % notes.size()];
}

void Device::writes_note(const GroupId& group, const std::string& title) {
    CreateOp create{"note", random_id<Nonce16>(), {}};
    AssignOp assign{"title", std::nullopt, Value(title), {}};
    writes(group, id_of_record(group, person(), create), {make_op(create), make_op(assign)});
}

void Device::changes_title(const GroupId& group, const std::string& title, std::uint64_t choice) {
    const auto note = some_note(group, choice);
    if (!note) return;
    AssignOp assign{"title", std::nullopt, Value(title), {}};
    if (const auto state = replica->record(group, *note)) {
        if (const auto* shown = state->shown("title")) assign.replaces = {Ref::of(shown->at)};
    }
    writes(group, *note, {make_op(assign)});
}

void Device::types(const GroupId& group, const std::string& words, std::uint64_t choice) {
    const auto note = some_note(group, choice);
    if (!note) return;
    const auto text = replica->text(group, *note, "body");
    if (!text) return;
    const auto length = text->length();
    const auto at = static_cast<std::uint32_t>(choice % (length + 1));
    const TextChange change{at, std::min(static_cast<std::uint32_t>(choice % 3), length - at), words};
    const auto drafts = text->draft({&change, 1});
    if (!drafts) return;
    std::vector<Op> ops;
    for (const auto& draft : *drafts) {
        EditOp edit;
        edit.field = "body";
        for (const auto& base : draft.base) edit.base.push_back(Ref::of(base));
        edit.changes = draft.changes;
        ops.push_back(make_op(edit));
    }
    writes(group, *note, std::move(ops));
}

void Device::adds_file(const GroupId& group, const std::string& title, std::size_t size) {
    FileMaker maker(replica->group(group)->keys.file, title, "text/plain");
    Bytes plain(size);
    random_bytes(plain);
    std::vector<GivenChunk> chunks;
    const auto take = [&](SealedChunk&& chunk) { chunks.push_back({chunk.ref.id, std::move(chunk.bytes)}); };
    for (std::size_t at = 0; at < size; at += staffroom::limits::chunk_bytes) {
        take(maker.add(ByteView(plain).subspan(at, std::min(staffroom::limits::chunk_bytes, size - at))).value());
    }
    auto finished = maker.finish();
    for (auto& chunk : finished.manifest) take(std::move(chunk));
    if (!store_chunks(*store_, *chunks_, std::move(chunks))) return report_("a file was not kept");
    CreateOp create{"resource", random_id<Nonce16>(), {}};
    AssignOp name{"title", std::nullopt, Value(title), {}};
    AssignOp file{"files", std::nullopt, Value(finished.file), {}};
    writes(group, id_of_record(group, person(), create), {make_op(create), make_op(name), make_op(file)});
}

void Device::lets_in(const GroupId& group, const Device& other) {
    AddOp add;
    add.who = other.person();
    wrote(group, replica->write_control(group, {make_op(PersonsOp{{other.identity.card}}), make_op(add)}));
}

void Device::removes(const GroupId& group, const Device& other) {
    wrote(group, replica->write_control(group, {make_op(RemoveOp{other.person()})}));
}

void Device::appoints(const GroupId& group, const Device& other) {
    wrote(group, replica->write_control(group, {make_op(AppointOp{other.person()})}));
}

void Device::tells_of_own_devices(const GroupId& group) {
    wrote(group, replica->write_control(group, {make_op(PersonsOp{{identity.card}})}));
}

void Device::revokes(const GroupId& group, const Device& other) {
    identity.card.statements.push_back(make_revocation(person(), *key_, other.device()));
    replica->become(identity.card);
    tells_of_own_devices(group);
}

void Device::gives_bad_boxes(const GroupId& group) {
    const auto* found = replica->group(group);
    const auto made =
        make_rekey(group, found->members.readers(), found->epochs.to_wrap(found->held, found->members.newcomers()));
    for (auto op : made.commits) {
        for (auto& box : op.boxes) {
            if (box.device != device()) random_bytes(box.box);
        }
        wrote(group, replica->write_key(group, make_op(op)));
    }
}

std::optional<Invitation> Device::invites(const GroupId& group, std::uint32_t uses) {
    Invitation invitation;
    invitation.seed = random_id<Hash>();
    invitation.group = group;
    invitation.device = device();
    invitation.link = identity.record.link;
    InviteOp op;
    op.invite = invitation.key().public_key<InviteKey>();
    op.uses = uses;
    const auto done = replica->write_control(group, {make_op(op)});
    wrote(group, done);
    return done ? std::optional(invitation) : std::nullopt;
}

void Device::joins(const Invitation& invitation) {
    host->peers().join(make_join(invitation, identity.card, device(), identity.secrets.box), network_.now());
}

// --- what it keeps ---------------------------------------------------------------------------------------------------

Result<IngestReport> Device::keep(const StoreCommits& batch) {
    auto done = replica->ingest(batch.group, batch.commits);
    if (!done) return done.error();
    return done->report;
}

Result<IngestReport> Device::keep(const StoreParts& batch) {
    std::vector<std::pair<PartName, Bytes>> parts;
    for (const auto& part : batch.parts) parts.emplace_back(part.name, part.bytes);
    auto done = replica->ingest_parts(batch.group, parts);
    if (!done) return done.error();
    return done->report;
}

void Device::keep(const Have& have) {
    if (!replica->keep(have)) report_("a have was not kept");
}

Result<IngestReport> Device::share(const ShareKeys& share) {
    auto done = replica->share_keys(share.group, share.asker, share.epochs);
    if (!done) return done.error();
    note(share.group, done->report);
    return done->report;
}

std::pair<Answer, IngestReport> Device::decide(const Claim& claim) {
    const auto* group = replica->group(claim.group);
    if (!group) return {{Outcome::unknown, {}}, {}};
    const auto decision = decide_admission(group->members, device(), {claim.invite, id_of(claim.card.genesis), false});
    IngestReport report;
    if (decision.add) {
        const auto done =
            replica->write_control(claim.group, {make_op(PersonsOp{{claim.card}}), make_op(*decision.add)});
        if (!done) return {{Outcome::wait, {}}, {}};
        report = done->report;
        note(claim.group, report);
    }
    Answer answer{outcome_of(decision.kind), {}};
    if (answer.outcome == Outcome::welcome) {
        answer.sealed = seal_box(claim.card.first.box, encode(*replica->welcome_to(claim.group))).value_or(Bytes{});
    }
    return {answer, report};
}

bool Device::keep(const StoreChunk& chunk) { return replica->keep_chunks({{chunk.id, chunk.bytes}}).ok(); }

void Device::joined(const Welcome& welcome) {
    if (!replica->adopt(welcome)) report_("a welcome was not kept");
}

// --- what is there to see ---------------------------------------------------------------------------------------------

std::string Device::view(const GroupId& group) const {
    std::string shown;
    replica->each_record(group, [&](RecordState&& state) {
        shown += to_hex(state.id.view()).substr(0, 8);
        if (const auto* title = state.shown("title")) shown += " " + *title->value.get<std::string>();
        const auto text = replica->text(group, state.id, "body");
        shown += ": " + (text ? text->text() : "?") + "\n";
        return true;
    });
    return shown;
}

}  // namespace staffroom::world
