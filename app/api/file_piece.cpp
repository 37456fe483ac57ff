#include "app/api/file_piece.h"

#include <algorithm>

#include "app/api/records.h"
#include "app/home.h"
#include "app/network.h"

namespace staffroom::api {
namespace {

Error not_here_yet() {
    return {Code::busy, "The file is not on this computer yet.",
            "It comes by itself when a colleague who has it is near."};
}

}  // namespace

Result<FilePiece> FilePieces::read(Desk& desk, const std::string& record, std::size_t index, std::uint64_t offset,
                                   std::size_t most) {
    const auto found = find_record(desk.home.replica(), record);
    if (!found) return found.error();
    const auto view = view_in(desk, *found);
    const auto* field = view.find("files");
    if (field == nullptr) field = view.find("file");
    const auto* file =
        field != nullptr && index < field->values.size() ? field->values[index].value.get<FileRef>() : nullptr;
    if (file == nullptr) return {Code::not_found, "There is no such file.", "Look at what is in the library."};
    FilePiece piece{file->name, file->size, {}};
    if (most == 0 || offset >= file->size) return piece;
    auto& profile = desk.home.profile();
    if (!open_ || open_->file != *file) {
        auto opened = FileReader::open(profile.store(), profile.chunks(), *file);
        if (!opened && opened.code() == Code::io) desk.network.files_changed();  // what was damaged is wanted again
        if (!opened) return opened.code() == Code::not_found ? not_here_yet() : opened.error();
        open_.emplace(Open{*file, std::move(*opened)});
    }
    auto& reader = open_->reader;
    reader.go_to_chunk(offset / limits::chunk_bytes);
    auto before = static_cast<std::size_t>(offset % limits::chunk_bytes);
    while (piece.bytes.size() < most && !reader.is_done()) {
        const auto plain = reader.next(profile.store(), profile.chunks());
        if (!plain && plain.code() == Code::io) desk.network.files_changed();
        if (!plain) return plain.code() == Code::not_found ? not_here_yet() : plain.error();
        const auto count = std::min(plain->size() - std::min(before, plain->size()), most - piece.bytes.size());
        append(piece.bytes, ByteView(*plain).subspan(before, count));
        before = 0;
    }
    if (reader.is_done()) forget();
    return piece;
}

}  // namespace staffroom::api
