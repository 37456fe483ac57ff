#include "storage/run.h"

#include <sys/stat.h>

#include <cerrno>

#include "core/crypto.h"
#include "storage/disk.h"

namespace staffroom {
namespace {

// What the kernel tells in a small file, or nothing.
Bytes told(const char* path) {
    const auto bytes = read_file(path, 4096);
    return bytes ? *bytes : Bytes{};
}

// The installation and the make of the machine: a disk that moves into another one keeps the first, not the second.
Hash computer_fingerprint() {
    Bytes facts = told("/etc/machine-id");
    for (const auto* fact : {"sys_vendor", "product_name", "board_name"}) {
        append(facts, told((std::string("/sys/class/dmi/id/") + fact).c_str()));
    }
    return facts.empty() ? Hash{} : hash_of<Hash>("staffroom-computer", facts);
}

Nonce16 boot_fingerprint() {
    const auto boot = told("/proc/sys/kernel/random/boot_id");
    return boot.empty() ? Nonce16{} : hash_of<Nonce16>("staffroom-boot", boot);
}

}  // namespace

RunDecision decide_run(const std::optional<RunStamp>& last, const Place& now, const RunId& drawn) {
    RunDecision decision{drawn, false, false};
    if (!last) return decision;
    // The number of a disk may change from boot to boot, that of a folder does not.
    decision.elsewhere = last->place.computer != now.computer || last->place.folder_inode != now.folder_inode;
    if (last->place == now && !now.boot.is_zero()) {
        decision.run = last->run;
        decision.continues = true;
    }
    return decision;
}

Result<Place> place_of(const std::filesystem::path& folder, const std::filesystem::path& store_file) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) return disk_error(errno, folder);
    Place place;
    place.computer = computer_fingerprint();
    place.boot = boot_fingerprint();
    place.folder_device = status.st_dev;
    place.folder_inode = status.st_ino;
    if (::stat(store_file.c_str(), &status) == 0) {
        place.store_changed_ns = static_cast<std::uint64_t>(status.st_ctim.tv_sec) * 1'000'000'000 +
                                 static_cast<std::uint64_t>(status.st_ctim.tv_nsec);
    }
    return place;
}

std::optional<RunStamp> read_stamp(const std::filesystem::path& file) {
    const auto bytes = read_file(file, 4096);
    if (!bytes) return std::nullopt;
    auto stamp = decode<RunStamp>(*bytes);
    if (!stamp || stamp->version != 1) return std::nullopt;
    return *stamp;
}

Result<> write_stamp(const std::filesystem::path& file, const RunStamp& stamp) {
    return replace_file(file, encode(stamp));
}

}  // namespace staffroom
