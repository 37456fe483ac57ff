// One simulated computer: the real replica over a store that survives crashes, the real conversation over a plug, and a
// wall clock that may say anything. It remembers what it has acknowledged, and to whom it may give what.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "storage/lmdb.h"
#include "tests/memory_kv.h"
#include "tests/world/host.h"
#include "tests/world/witness.h"

namespace staffroom::world {

class Device final : public Keeper {
  public:
    Device(Network& network, Ledger& ledger, unsigned number, std::uint64_t clock_ms, Witness::Report report);
    ~Device() override;

    // With the disk in memory, or in a folder.
    void power_on(const std::optional<std::filesystem::path>& folder = {});
    // Everything that is not on the disk is lost.
    void crash();
    bool is_on() const { return host != nullptr; }
    // The same disk in another computer, which draws a run of its own. Memory disks only.
    std::unique_ptr<Device> clone(unsigned number) const;
    // Another computer of the same person, linked by this one; it knows no group yet.
    std::unique_ptr<Device> link_second(unsigned number);
    // Memory disks only: what is here now, and back to it under another run. What only this disk had since is gone.
    void back_up();
    bool is_backed_up() const { return backup_.has_value(); }
    void restore();

    PersonId person() const { return identity.person(); }
    const DeviceId& device() const { return identity.record.device; }
    unsigned number() const { return number_; }
    Role role(const GroupId& group) const;

    // --- what its teacher does; nothing happens without the right to. A control commit is given back
    void writes_note(const GroupId& group, const std::string& title);
    void changes_title(const GroupId& group, const std::string& title, std::uint64_t choice);
    void types(const GroupId& group, const std::string& words, std::uint64_t choice);
    void adds_file(const GroupId& group, const std::string& title, std::size_t size);
    std::optional<CommitId> lets_in(const GroupId& group, const Device& other);
    std::optional<CommitId> removes(const GroupId& group, const Device& other);
    std::optional<CommitId> appoints(const GroupId& group, const Device& other);
    std::optional<CommitId> tells_of_own_devices(const GroupId& group);
    std::optional<CommitId> revokes(const GroupId& group, const Device& other);
    // Begins an epoch whose boxes for all others are noise.
    void gives_bad_boxes(const GroupId& group);
    std::optional<Invitation> invites(const GroupId& group, std::uint32_t uses);
    void joins(const Invitation& invitation);

    // What a screen would show of the group, as one string: equal views, equal strings.
    std::string view(const GroupId& group) const;

    // Everything it has acknowledged is on its disk.
    void check_promises() const { witness_.check_promises(*replica); }

    Identity identity;
    std::unique_ptr<Replica> replica;
    std::unique_ptr<Host> host;
    std::set<CommitId> own;             // written here, durable
    std::optional<EpochId> wrote_with;  // the epoch of the content that it wrote last
    bool withholds = false;             // gives nobody a part or a chunk

    // Keeper
    Result<IngestReport> keep(const net::StoreCommits& batch) override;
    Result<IngestReport> keep(const net::StoreParts& batch) override;
    void keep(const Have& have) override;
    bool keep(const net::StoreChunk& chunk) override;
    void lose(const ChunkId& chunk) override;
    Result<IngestReport> share(const net::ShareKeys& share) override;
    std::pair<net::Answer, IngestReport> decide(const net::Claim& claim) override;
    void joined(const Welcome& welcome) override;

  private:
    // Whether an action is carried out.
    bool counts_and_lets(const net::Action& action);
    std::optional<CommitId> note(const GroupId& group, const IngestReport& written);
    std::optional<CommitId> wrote(const GroupId& group, const Result<Ingested>& done);
    void writes(const GroupId& group, const RecordId& record, std::vector<Op> ops);
    std::optional<RecordId> some_note(const GroupId& group, std::uint64_t choice) const;

    Network& network_;
    Ledger& ledger_;
    unsigned number_;
    std::uint64_t clock_ms_;
    Witness::Report report_;
    Witness witness_;
    std::unique_ptr<Store> store_;
    std::optional<Chunks> chunks_;
    std::optional<SigningKey> key_;
    struct Backup {
        MemoryStore::Tables tables;
        std::set<CommitId> own;
        Witness::Promises promises;
    };
    std::optional<Backup> backup_;
};

}  // namespace staffroom::world
