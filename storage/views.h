// What people see of a group, folded from its commits: record states, texts, and which commits touch which record.
// Everything here can be thrown away and folded again; nothing here is ever sent.
//
// A text is kept as a snapshot and the edits that came after it, so that a keystroke costs its own bytes and not the
// note's. The snapshot is written anew when the tail has grown to a fraction of it.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "core/commit_key.h"
#include "core/merge/text.h"
#include "core/records/record.h"
#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom {

// Where a content part comes from, and what its ops may do.
struct PartOrigin {
    CommitKey commit;
    std::uint16_t part = 0;
    PersonId person;
    TextAuthor device;
    Role role = Role::none;
    std::uint64_t wall_ms = 0;
    bool masked = false;  // set aside, hidden, or written without right
};

// A file that a record names, for the chunk store.
struct NamedFile {
    RecordId record;
    FileRef file;
};

// The changes of one transaction to one group's views. Take parts in any order, then flush() once: it folds each record that
// they are about, on all cores.
class Views {
  public:
    Views(WriteTxn& txn, keys::GroupNumber number, const GroupId& group) : txn_(txn), number_(number), group_(group) {}

    // `part` lives until flush().
    void take(const PartOrigin& origin, const ContentPart& part);
    // The same of a part that is held here till then.
    void take(const PartOrigin& origin, ContentPart&& part);
    // About how much memory the parts held here take.
    std::size_t bytes_held() const { return bytes_held_; }
    // Writes what changed. Error: io when a kept view does not read back (then fold everything again).
    Result<> flush();

    // After flush(): every record that a part was about, in order, and the files that they name.
    const std::vector<RecordId>& touched() const { return touched_; }
    const std::vector<NamedFile>& files() const { return files_; }

    // Empties the views of the group, before folding everything again.
    static void forget(WriteTxn& txn, keys::GroupNumber number);

  private:
    struct Taken {
        RecordId record;
        std::uint32_t number;  // counts up, as they were taken
        std::uint16_t part;
        const PartOrigin* origin;  // of its commit
        const ContentPart* content;
    };
    struct Folding;  // of one record
    void fold(Folding& folding) const;
    Result<> flush(std::vector<Folding>& records);
    Result<> flush_text(const RecordId& record, const std::string& field, const std::vector<RoutedEdit>& edits);

    WriteTxn& txn_;
    keys::GroupNumber number_;
    GroupId group_;
    std::vector<Taken> taken_;
    std::deque<PartOrigin> origins_;  // what a deque holds does not move
    std::deque<ContentPart> held_;
    std::size_t bytes_held_ = 0;
    std::vector<RecordId> touched_;
    std::vector<NamedFile> files_;
};

// What was erased is hidden from both, and its texts are empty.
std::optional<RecordState> read_record(ReadTxn& txn, keys::GroupNumber number, const RecordId& record);
std::optional<RecordState> read_kept_record(ReadTxn& txn, keys::GroupNumber number, const RecordId& record);
// Every record of a group, until `visit` returns false.
void each_record(ReadTxn& txn, keys::GroupNumber number, const std::function<bool(RecordState&&)>& visit);
// An empty text when nobody has written in it. Error: io when what is kept does not read back.
Result<Text> read_text(ReadTxn& txn, keys::GroupNumber number, const RecordId& record, const std::string& field);

// The content commits with a part about this record, in order. Of two whose place begins alike either may be another's.
struct RecordCommit {
    CommitKey commit;
    std::uint16_t part = 0;
};
std::vector<RecordCommit> commits_of(ReadTxn& txn, keys::GroupNumber number, const RecordId& record);

}  // namespace staffroom
