// What the teacher at a simulated computer does, the spiteful one too.
#include <algorithm>

#include "core/members/rekey.h"
#include "core/records/ops.h"
#include "storage/file_copy.h"
#include "tests/world/device.h"

namespace staffroom::world {

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

std::optional<CommitId> Device::lets_in(const GroupId& group, const Device& other) {
    AddOp add;
    add.who = other.person();
    return wrote(group, replica->write_control(group, {make_op(PersonsOp{{other.identity.card}}), make_op(add)}));
}

std::optional<CommitId> Device::removes(const GroupId& group, const Device& other) {
    return wrote(group, replica->write_control(group, {make_op(RemoveOp{other.person()})}));
}

std::optional<CommitId> Device::appoints(const GroupId& group, const Device& other) {
    return wrote(group, replica->write_control(group, {make_op(AppointOp{other.person()})}));
}

std::optional<CommitId> Device::tells_of_own_devices(const GroupId& group) {
    return wrote(group, replica->write_control(group, {make_op(PersonsOp{{identity.card}})}));
}

std::optional<CommitId> Device::revokes(const GroupId& group, const Device& other) {
    identity.card.statements.push_back(make_revocation(person(), *key_, other.device()));
    replica->become(identity.card);
    return tells_of_own_devices(group);
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
    host->peers().join(net::make_join(invitation, identity.card, device(), identity.secrets.box), network_.now());
}

}  // namespace staffroom::world
