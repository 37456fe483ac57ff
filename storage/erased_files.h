// Single files that somebody asked to be erased (EraseOp), while the record that names them stays: a plan with a pupil's
// name in it, or the old film beside the new one. Such a file is hidden in every record where whoever asked may erase:
// in their own, an organiser's word in all. What of it is here goes as a whole record's content does
// (storage/erasing.h): at once when it is one's own, else after seven days of running. What is not here is fetched no
// more. The name of the file stays in the record's history.
//
// Each function works inside the transaction that it is given.
#pragma once

#include "core/files.h"
#include "core/records/record.h"
#include "storage/erasing.h"

namespace staffroom::erased_files {

using erasing::Claim;
using keys::GroupNumber;

// Folded from the part at this place. Masked ones are none.
void claim(WriteTxn& txn, GroupNumber group, const ChunkId& manifest, const CommitKey& at, std::size_t part,
           const Claim& claim);
// All of them, before everything is folded again.
void forget(WriteTxn& txn, GroupNumber group);
bool is_claimed(ReadTxn& txn, GroupNumber group, const ChunkId& manifest);
// By somebody who may erase in the records of that owner.
bool is_claimed_by_right(ReadTxn& txn, GroupNumber group, const ChunkId& manifest, const PersonId& owner);

// A file of a record on which there is a claim, by somebody who may or not.
struct ErasedFile {
    FileRef file;
    bool effective = false;     // then it is hidden
    std::uint64_t left_ms = 0;  // of running, until it goes; 0: carried out
    std::string why;
    template <class A>
    void serialize(A& ar) {
        ar(file, effective, left_ms, text<limits::title_bytes>(why));
    }
};
// The record names this file, on which there is a claim: to be judged by settle().
void note(WriteTxn& txn, GroupNumber group, const RecordId& record, const FileRef& file);
std::optional<ErasedFile> find(ReadTxn& txn, GroupNumber group, const RecordId& record, const ChunkId& manifest);
// Those that are hidden, with their records, in order. Linear in the files on which there is a claim.
std::vector<std::pair<RecordId, ErasedFile>> all(ReadTxn& txn, GroupNumber group);
std::vector<ErasedFile> of_record(ReadTxn& txn, GroupNumber group, const RecordId& record);
// Records that name a file on which there is or was a claim, ascending.
std::vector<RecordId> records_of(ReadTxn& txn, GroupNumber group);
bool has_any(ReadTxn& txn, GroupNumber group);

// Does what is due for the files of a record of this owner, as far as the owner is known. Returns chunks whose files are
// to be removed after the transaction.
std::vector<ChunkId> settle(WriteTxn& txn, const Chunks& chunks, const Group& group, const RecordId& record,
                            const std::optional<PersonId>& owner, const PersonId& me);
// The program has run for so much longer. Returns records with a file that is due by that: for settle().
std::vector<RecordId> age(WriteTxn& txn, GroupNumber group, std::uint64_t ms);

// Takes the hidden files out of what people see of the record.
void hide(ReadTxn& txn, GroupNumber group, RecordState& state);

}  // namespace staffroom::erased_files
