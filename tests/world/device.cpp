#include "tests/world/device.h"

#include "core/members/invite.h"
#include "core/records/ops.h"

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
        return counts_and_lets(action);
    };
    check_promises();
}

bool Device::counts_and_lets(const Action& action) {
    const auto* answered = std::get_if<JoinAnswered>(&action);
    if (answered && answered->outcome == Outcome::unknown) network_.happened.count(Happening::false_claim);
    const auto* send = std::get_if<Send>(&action);
    if (!send) return true;
    const auto kind = kind_of(send->frame);
    if (kind == Kind::ask_farewell) network_.happened.count(Happening::farewell);
    if (!withholds || (kind != Kind::parts && kind != Kind::chunk)) return true;
    network_.happened.count(Happening::withheld);
    return false;
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

// --- what it keeps ---------------------------------------------------------------------------------------------------

std::optional<CommitId> Device::note(const GroupId& group, const IngestReport& written) {
    std::optional<CommitId> control;
    for (const auto& id : written.fresh) {
        own.insert(id);
        const auto header = read_commit(replica->log().read(group, id)->commit)->header;
        if (header.kind == CommitKind::control) control = id;
        if (header.kind == CommitKind::content) wrote_with = header.epoch;
    }
    witness_.wrote(group, written.fresh);
    return control;
}

std::optional<CommitId> Device::wrote(const GroupId& group, const Result<Ingested>& done) {
    if (!done) return std::nullopt;
    const auto control = note(group, done->report);
    if (host) host->wrote(group, done->report);
    return control;
}

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
    if (!done->report.fresh.empty()) network_.happened.count(Happening::key_shared);
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

void Device::lose(const ChunkId& chunk) {
    if (!replica->lose_chunk(chunk)) report_("a damaged chunk was not given up");
}

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
