#include "tests/world/witness.h"

#include <algorithm>

#include "core/crypto.h"

namespace staffroom::world {

using namespace net;

bool Ledger::see(const CommitId& id, const Bytes& commit) {
    const auto hash = hash_of<Hash>("", commit);
    return bytes_.try_emplace(id, hash).first->second == hash;
}

void Witness::hears(LinkId link, ByteView frame) {
    if (kind_of(frame) == Kind::hello) {
        const auto hello = message_in<Hello>(frame);
        if (hello && hello->record && is_valid(*hello->record)) speakers_[link] = hello->record->device;
    }
    if (kind_of(frame) != Kind::commits) return;
    const auto message = message_in<CommitsFrame>(frame);
    if (!message) return;
    heard_ = {link, message->number};
    heard_ids_.clear();
    for (const auto& commit : message->commits) {
        if (const auto read = read_commit(commit.commit)) heard_ids_.push_back(read->id);
    }
}

void Witness::sees(const Action& action, const Replica& replica) {
    if (std::holds_alternative<StoreCommits>(action)) {
        // All that a frame leads to is done before the next is heard, so it is that one which is stored.
        stored_.try_emplace(heard_, heard_ids_);
        return;
    }
    const auto* send = std::get_if<Send>(&action);
    if (!send) return;
    switch (kind_of(send->frame)) {
        case Kind::commits:
            return gives(send->link, message_in<CommitsFrame>(send->frame).value(), replica.log());
        case Kind::parts:
            return gives(send->link, message_in<Parts>(send->frame).value(), replica.log());
        case Kind::chunk:
            return gives(send->link, message_in<ChunkFrame>(send->frame).value(), replica);
        case Kind::chunks: {
            const auto several = message_in<ChunksFrame>(send->frame).value();
            for (const auto& chunk : several.chunks) gives(send->link, chunk, replica);
            return;
        }
        case Kind::have_chunks:
            return offers(message_in<HaveChunks>(send->frame).value(), replica);
        case Kind::taken:
            return says(send->link, message_in<Taken>(send->frame).value(), replica.log());
        default:
            return;
    }
}

void Witness::wrote(const GroupId& group, const std::vector<CommitId>& ids) {
    for (const auto& id : ids) {
        ledger_.written.insert(id);
        promises.commits.emplace(id, group);
    }
}

void Witness::forget_links() {
    speakers_.clear();
    stored_.clear();
}

void Witness::check_promises(const Replica& replica) const {
    for (const auto& [id, group] : promises.commits) {
        if (!replica.log().knows(group, id)) report_("a commit was acknowledged and is lost");
    }
    for (const auto& id : promises.chunks) {
        if (!replica.chunks().has(id)) report_("a chunk was offered and is lost");
    }
}

Standing Witness::standing(LinkId link, const GroupId& group, const CommitLog& log) const {
    const auto speaker = speakers_.find(link);
    return speaker == speakers_.end() ? Standing::unknown : log.standing(group, speaker->second);
}

GroupId Witness::group_of(const CommitId& id, const CommitLog& log) {
    for (const auto& group : log.groups()) {
        if (log.knows(group, id)) return group;
    }
    return {};
}

void Witness::gives(LinkId link, const CommitsFrame& message, const CommitLog& log) {
    for (const auto& commit : message.commits) {
        const auto read = read_commit(commit.commit);
        if (!read) return report_("a damaged commit was given");
        if (!ledger_.see(read->id, read->bytes)) report_("two commits have one id");
        if (read->header.kind == CommitKind::control) continue;
        if (standing(link, read->header.group, log) != Standing::current) {
            report_("a commit was given to somebody who is not in the group");
        }
    }
}

void Witness::gives(LinkId link, const Parts& message, const CommitLog& log) {
    for (const auto& part : message.parts) {
        if (standing(link, group_of(part.name.commit, log), log) != Standing::current) {
            report_("a part was given to somebody who is not in the group");
        }
    }
}

void Witness::gives(LinkId link, const ChunkFrame& message, const Replica& replica) {
    if (!message.bytes) return;
    const auto groups = replica.chunks().groups(message.id);
    const bool shared = std::any_of(groups.begin(), groups.end(), [&](const GroupId& group) {
        return standing(link, group, replica.log()) == Standing::current;
    });
    if (!shared) report_("a chunk was given to somebody who is not in the group");
}

void Witness::offers(const HaveChunks& message, const Replica& replica) {
    for (const auto& id : message.ids) {
        if (!replica.chunks().has(id)) return report_("a chunk was offered that is not on the disk");
        promises.chunks.insert(id);
    }
}

void Witness::says(LinkId link, const Taken& message, const CommitLog& log) {
    const auto stored = stored_.find({link, message.number});
    if (stored == stored_.end()) return report_("a frame was acknowledged that was not stored");
    std::set<CommitId> declined;
    for (const auto& each : message.declined) declined.insert(each.id);
    for (const auto& id : stored->second) {
        if (declined.contains(id)) continue;
        const auto group = group_of(id, log);
        if (group.is_zero()) return report_("a commit was acknowledged that is not on the disk");
        promises.commits.emplace(id, group);
    }
}

}  // namespace staffroom::world
