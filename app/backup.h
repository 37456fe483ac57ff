// A profile as one file, and back: what a teacher puts on a stick in a drawer. The only door to libarchive.
//
//   backup := tar (pax) of: keys | store/data.mdb (mdb_env_copy) | chunks/... | manifest
//   manifest := version u8 = 1 | entries: (name, size, hash)*
//   hash := BLAKE2b-256 of the BLAKE2b-256 of each MiB
//
// Rules:
//  - everything in it is sealed as in the profile, and opens with the same passphrase. A profile without a passphrase is
//    as open in its backup;
//  - it is written beside its name, made durable, read back against its manifest, and only then gets its name;
//  - writing goes on meanwhile: the store is one moment's, and chunk files hold what their names say at any moment. One
//    that is deleted meanwhile is left out;
//  - restored, it begins another run (storage/run.h), so that it never continues a writer that went on elsewhere, and
//    forgets haves, newcomers and open invitations: they spoke of another time.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/ids.h"
#include "core/result.h"
#include "core/wire.h"

struct archive;

namespace staffroom {

class Home;

struct BackupEntry {
    std::string name;
    std::uint64_t size = 0;
    Hash hash;
    template <class A>
    void serialize(A& ar) {
        ar(text<255>(name), size, hash);
    }
};

class BackupReading;

class BackupWriter {
  public:
    // Copies the store. Needs an absolute path. Errors: refused (the file exists), what own_file_error() says; io (the
    // profile does not read).
    static Result<std::unique_ptr<BackupWriter>> begin(Home& home, const std::filesystem::path& file);
    ~BackupWriter();  // one that was not finished leaves nothing behind

    // Some megabytes more, written, and in the end read back. False: it has its name now.
    Result<bool> step();
    // Bytes written and read back, of twice what is to be written.
    std::uint64_t bytes_done() const { return bytes_done_; }
    std::uint64_t bytes_total() const { return bytes_total_; }
    std::size_t files() const { return entries_.size(); }
    std::uint64_t file_bytes() const { return file_bytes_; }  // once it is finished

  private:
    struct Copying;  // a file that is being written into it

    explicit BackupWriter(std::filesystem::path file);
    void expect(std::string name, const std::filesystem::path& from);
    Result<> begin_next();
    Result<> copy_block();
    Result<> close();
    Result<> give_name();
    Result<> header(const std::string& name, std::uint64_t size);

    std::filesystem::path file_, part_, store_copy_;
    int descriptor_ = -1;
    archive* out_ = nullptr;
    std::vector<std::pair<std::string, std::filesystem::path>> waiting_;  // still to write, the last first
    std::unique_ptr<Copying> copying_;
    std::unique_ptr<BackupReading> reading_;
    std::vector<BackupEntry> entries_;
    std::uint64_t bytes_done_ = 0, bytes_total_ = 0, unsynced_ = 0, file_bytes_ = 0;
};

// Files that a backup holds and that are what its manifest says. Errors: malformed (damaged, or no backup); what
// own_file_error() says.
Result<std::size_t> verify_backup(const std::filesystem::path& file);

// Makes a profile in `folder` (absolute), which must not hold one. Errors: as verify_backup(), refused, io; then nothing
// is left behind.
Result<std::size_t> restore_backup(const std::filesystem::path& file, const std::filesystem::path& folder);

// Whether this profile has just been restored, and the word that it has been seen to.
bool is_restored(const std::filesystem::path& folder);
Result<> forget_restored(const std::filesystem::path& folder);

}  // namespace staffroom
