#include "storage/record_history.h"

#include <algorithm>

#include "core/records/ops.h"
#include "storage/commit_log.h"
#include "storage/views.h"

namespace staffroom {
namespace {

void add_field(RecordChange& change, const std::string& field) {
    if (std::find(change.fields.begin(), change.fields.end(), field) == change.fields.end())
        change.fields.push_back(field);
}

}  // namespace

std::vector<RecordChange> record_history(ReadTxn& txn, const Group& group, const RecordId& record) {
    std::vector<RecordChange> changes;
    for (const auto& row : commits_of(txn, group.number, record)) {
        const auto kept = commit_log::read(txn, group.local(), commit_log::Place{CommitKind::content, row.commit});
        const auto* commit = kept ? &kept->commit : nullptr;
        const auto part = kept && row.part < kept->parts.size() ? kept->parts[row.part] : std::nullopt;
        const auto* key = commit ? group.key(commit->header.epoch) : nullptr;
        const auto author = commit ? group.members.author_of(commit->header.author, commit->header.auth) : std::nullopt;
        if (!part || key == nullptr || !author) continue;
        const auto plain = open_part(commit->header, row.part, *part, *key);
        const auto content = plain ? decode<ContentPart>(*plain) : Result<ContentPart>{Code::malformed, {}};
        if (!content || content->record != record) continue;
        RecordChange change{commit->id, *author, commit->header.wall_ms, true, {}, {}};
        change.shown = group.members.judge(*commit, *author, [](const CommitId&) { return false; }).shown();
        for (const auto& op : content->ops) {
            if (op.kind == AssignOp::kind) {
                const auto assign = read_op<AssignOp>(op);
                if (!assign) continue;
                add_field(change, assign->field);
                const auto* file = assign->value ? assign->value->get<FileRef>() : nullptr;
                if (file != nullptr) change.files.push_back(*file);
            } else if (op.kind == EditOp::kind) {
                if (const auto edit = read_op<EditOp>(op)) add_field(change, edit->field);
            }
        }
        changes.push_back(std::move(change));
    }
    return changes;
}

}  // namespace staffroom
