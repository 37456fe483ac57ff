// The words of a document, out of its bytes. Pure functions; whatever the bytes are, they end with what was readable, and
// never give more than words_bytes_max. What is packed is unpacked within bounds, so that a small file cannot become a
// large one. Run on documents from others in a process of its own (reading.h).
#pragma once

#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/files.h"

namespace staffroom::search {

inline constexpr std::uint64_t document_bytes_max = std::uint64_t{64} << 20;  // larger ones are not read
inline constexpr std::size_t words_bytes_max = std::size_t{2} << 20;

enum class Format {
    none,    // says nothing in words
    text,    // plain text, Markdown, tables as text
    html,    //
    pdf,     // by pdftotext
    office,  // a zip of XML: DOCX, PPTX, XLSX, ODT, ODP, ODS, EPUB
};
const char* name_of(Format format);
Format format_of(const FileRef& file);

std::string words_in_html(ByteView document);
std::string words_in_office(ByteView document);
// Of text in UTF-8, UTF-16 with its mark, or else Latin-1. Spaces and line ends in a row become one; control characters
// go.
std::string words_in_text(ByteView document);

}  // namespace staffroom::search
