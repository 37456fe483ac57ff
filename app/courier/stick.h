// The folder that is carried: DIR/staffroom on a stick, or any folder. Also the bag at home, where parts for others wait.
//
// Rules:
//  - a part appears whole or not at all: it is written under NAME.part, synced, read back, and only then gets its name,
//    and the folder is synced. Whatever else ends in ".part" is of no account and may go;
//  - nothing but plain files directly in the folder is opened, and no link is followed: a stick is a stranger's;
//  - each call may fail as if the stick were pulled at that moment; whoever uses this leaves things so that the next
//    attempt goes on.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/courier/checked_file.h"
#include "core/result.h"
#include "net/courier/part_reader.h"

namespace staffroom::courier {

namespace format = net::courier;

class Stick {
  public:
    virtual ~Stick() = default;

    struct Listed {
        std::vector<std::string> parts;    // by name, ascending
        std::vector<std::string> unkept;   // NAME.part, left by an interruption
        std::vector<std::string> refused;  // with a part's name, and no plain file
    };
    virtual Result<Listed> list() = 0;
    // Errors: not_found; refused (no plain file); io.
    virtual Result<std::unique_ptr<format::Source>> open(const std::string& name) = 0;

    // One part is written at a time: begin, write…, keep until true. What was not kept is thrown away by drop().
    virtual Result<> begin(const std::string& name) = 0;
    // The bytes may be on their way for a while: what fails is said by a later call, keep() at the latest. Waits while the
    // stick is far behind.
    virtual Result<> write(ByteView bytes) = 0;
    // Whether write() need not wait. May take a moment.
    virtual bool is_ready() = 0;
    // Nothing more comes. True: all of it is on the stick, reads back from there as it was written, and has its name.
    // False: call again; may take a moment. After an error the part is gone.
    virtual Result<bool> keep() = 0;
    virtual void drop() = 0;

    virtual Result<> remove(const std::string& name) = 0;  // absent is no error
    virtual std::uint64_t room() const = 0;                // bytes that may still be given to write()
};

// Errors: not_found (no DIR, or nothing of ours in it when `make` is false); refused; io.
enum class Make { no, yes };
Result<std::unique_ptr<Stick>> open_stick(const std::filesystem::path& folder, Make make,
                                          ReadBack read_back = ReadBack::from_stick);
// The bag of a profile, made when it is missing.
Result<std::unique_ptr<Stick>> open_bag(const std::filesystem::path& home);

}  // namespace staffroom::courier
