// Documents that are a zip of XML. A door to libarchive.
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>

#include "app/search/extract.h"
#include "app/search/markup.h"

namespace staffroom::search {
namespace {

// Of what a document may unpack to: more is no document.
constexpr std::size_t entries_max = 4'096;
constexpr std::size_t unpacked_bytes_max = std::size_t{128} << 20;
constexpr std::size_t entry_bytes_max = std::size_t{32} << 20;

std::optional<Markup> markup_of(std::string_view entry) {
    const bool is_xml = entry.ends_with(".xml");
    if (entry == "content.xml" || entry.ends_with(".xhtml") || entry.ends_with(".html") || entry.ends_with(".htm")) {
        return Markup::xml;
    }
    if (entry == "xl/sharedStrings.xml") return Markup::xml_runs;
    for (const std::string_view parts : {"word/document", "word/footnotes", "word/endnotes", "word/comments",
                                         "word/header", "word/footer", "ppt/slides/slide", "ppt/notesSlides/"}) {
        if (is_xml && entry.starts_with(parts)) return Markup::xml_runs;
    }
    return std::nullopt;
}

struct Closed {
    void operator()(archive* zip) const { archive_read_free(zip); }
};

}  // namespace

std::string words_in_office(ByteView document) {
    const std::unique_ptr<archive, Closed> zip(archive_read_new());
    std::string words;
    if (!zip || archive_read_support_format_zip(zip.get()) != ARCHIVE_OK) return words;
    if (archive_read_open_memory(zip.get(), document.data(), document.size()) != ARCHIVE_OK) return words;
    std::size_t unpacked = 0;
    Bytes piece(std::size_t{64} << 10);
    archive_entry* entry = nullptr;
    for (std::size_t count = 0; count < entries_max; ++count) {
        const auto found = archive_read_next_header(zip.get(), &entry);
        if (found != ARCHIVE_OK && found != ARCHIVE_WARN) break;
        const char* name = archive_entry_pathname(entry);
        const auto markup = name == nullptr ? std::nullopt : markup_of(name);
        if (!markup) continue;  // passed over without being unpacked
        MarkupReader reader(*markup, false, words, words_bytes_max);
        for (std::size_t taken = 0; taken < entry_bytes_max && unpacked < unpacked_bytes_max;) {
            const auto got = archive_read_data(zip.get(), piece.data(), piece.size());
            if (got <= 0) break;
            taken += static_cast<std::size_t>(got);
            unpacked += static_cast<std::size_t>(got);
            if (!reader.take(ByteView(piece).first(static_cast<std::size_t>(got)))) break;
        }
        reader.finish();
        words += '\n';
        if (unpacked >= unpacked_bytes_max || words.size() >= words_bytes_max) break;
    }
    return words_in_text(view_of(words));
}

}  // namespace staffroom::search
