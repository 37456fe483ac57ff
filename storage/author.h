// This device writes: commits on top of the heads that are here, inside one transaction, through the same door
// (storage/ingest.h) as everything that arrives.
#pragma once

#include "storage/ingest.h"

namespace staffroom {

class Author {
  public:
    // `key` is that of `identity`, expanded. `wall_ms` is shown beside what is written and decides nothing.
    Author(WriteTxn& txn, Group& group, Ingest& ingest, const Identity& identity, const SigningKey& key,
           std::uint64_t wall_ms)
        : txn_(txn), group_(group), ingest_(ingest), identity_(identity), key_(key), wall_ms_(wall_ms) {}

    // As many commits as the parts need: each has at most limits::parts_count parts and limits::commit_bytes bytes. `parts`
    // live until the ingest's finish().
    // Makes an epoch key first when none is fit to write with (membership.md E3).
    // Errors: refused (no right to write, or a newer program is needed), too_large (one part alone).
    Result<> content(const std::vector<ContentPart>& parts);

    // One control commit with these ops, then the key commits that it makes necessary (E2, E4).
    // Errors: refused, too_large. Whether the ops have effect is for core/members/rules.h.
    Result<CommitId> control(const std::vector<Op>& ops);

    // A key commit with this op. Errors: refused (no right to write, or a newer program is needed).
    Result<> key(const Op& op);

    // After control commits from elsewhere (E2): begins an epoch that the removed cannot read, when none that is here is
    // fit, this person is an organiser, and nobody else's new epoch is on its way. That is so when one control commit
    // stands after all others and its author still writes: the epoch was made in the transaction that wrote it, and
    // comes behind it. It is not so after a leave, or when removals were written apart. What is missed here is made up
    // for by the next write, so nothing is ever sealed for those who are out.
    Result<> begin_epoch_after_merge();

    // Gives a device that asked for them the epoch keys that it is entitled to and that are here (E4).
    Result<> share_with(const DeviceId& device, const std::vector<EpochId>& asked);

    // Tells the others which epoch keys given to this device do not open, so that they are given again (E4).
    Result<> say_what_does_not_open();

  private:
    Result<> may_write() const;
    // What the draft says, with everything that follows from the group and this device.
    Result<CommitId> commit(Draft draft);
    void complete(Draft& draft) const;
    Result<Composed> compose(const Draft& draft) const;
    // Into the log; `contents` as for Ingest::take(). Error: refused.
    Result<> take(Composed composed, std::span<const ContentPart> contents = {});
    Result<Draft> draft_of_content();
    Result<std::vector<CommitId>> heads(CommitKind kind);
    Result<EpochId> epoch_to_write_with();
    Result<> key_commit(const Op& op);
    Result<> share(const EpochId& epoch, const std::vector<DeviceRecord>& devices);
    std::uint64_t deepest(const std::vector<CommitId>& ids) const;

    WriteTxn& txn_;
    Group& group_;
    Ingest& ingest_;
    const Identity& identity_;
    const SigningKey& key_;
    std::uint64_t wall_ms_;
};

}  // namespace staffroom
