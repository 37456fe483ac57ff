#include "app/api/save.h"

#include <unistd.h>

#include <cerrno>

#include "app/home.h"
#include "app/network.h"
#include "storage/file_copy.h"
#include "storage/own_file.h"

namespace staffroom::api {
Steps<Saved> save(Desk& desk, SafeFolder& folder, FileRef file, Progress before) {
    auto& profile = desk.home.profile();
    auto reader = FileReader::open(profile.store(), profile.chunks(), file);
    if (!reader && reader.code() == Code::not_found) co_return Saved{};
    if (!reader && reader.code() == Code::io) desk.network.files_changed();  // what was damaged is wanted again
    if (!reader) co_return reader.error();
    auto target = folder.create(file.name);
    if (!target) co_return target.error();
    std::uint64_t synced = 0;
    std::optional<Error> damaged;
    while (!reader->is_done()) {
        const auto plain = reader->next(profile.store(), profile.chunks());
        // The rest is looked through all the same, so that all that is damaged is fetched again at once.
        if ((!plain && plain.code() == Code::io) || damaged) {
            if (!damaged) damaged = plain.error();
            if (!plain) reader->pass_over();
            co_yield Progress{"bytes", before.done + reader->bytes_done(), before.total};
            continue;
        }
        if (!plain && plain.code() == Code::not_found) co_return Saved{};
        if (!plain) co_return plain.error();
        if (!write_all(target->descriptor(), *plain)) co_return own_file_error(errno, target->path());
        if (reader->bytes_done() >= synced + synced_together) {
            if (::fdatasync(target->descriptor()) != 0) co_return own_file_error(errno, target->path());
            synced = reader->bytes_done();
        }
        co_yield Progress{"bytes", before.done + reader->bytes_done(), before.total};
    }
    if (damaged) {
        desk.network.files_changed();
        co_return *damaged;
    }
    if (auto kept = target->keep(); !kept) co_return kept.error();
    co_return Saved{true, target->path(), target->warning()};
}

}  // namespace staffroom::api
