// Reads what a document says in a process of its own, so that a hostile one costs nothing but itself: that process has
// no right to more than memory_bytes_max, processor_s_max and written_bytes_max, is given no file but the document and
// its answer, which both lie in memory and have no name, and is killed when it takes longer than patience_ms. Where the
// kernel can do it (Landlock, Linux 5.13), it cannot open others either, but for what is installed on the computer: a
// parser that is taken over by its document does not get at the keys.
//
// PDF is read by pdftotext; what else needs a parser, by this program itself (read_document), started anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/search/extract.h"
#include "storage/disk.h"

namespace staffroom::search {

inline constexpr std::uint64_t memory_bytes_max = std::uint64_t{512} << 20;
inline constexpr std::uint64_t written_bytes_max = 2 * words_bytes_max;
inline constexpr std::uint64_t processor_s_max = 20;
inline constexpr std::uint64_t patience_ms = 60'000;

// A file without a name, in memory.
class MemoryFile {
  public:
    // Error: io.
    static Result<MemoryFile> make();
    bool append(ByteView bytes);
    Bytes content(std::size_t bytes_max) const;
    int number() const { return file_.number(); }

  private:
    Descriptor file_;
};

class Reading {
  public:
    // `program`: this one. Error: io (no process to be had).
    static Result<Reading> begin(Format format, const MemoryFile& document, const std::string& program);
    Reading(Reading&& other) noexcept;
    Reading& operator=(Reading&&) = delete;
    ~Reading();

    // Waits for up to `ms`. Nothing: it goes on. Empty: it says nothing, or was stopped. Not again after an answer.
    std::optional<std::string> wait(int ms);
    // After an answer: the program that should have read it is not on this computer.
    bool is_without_reader() const { return without_reader_; }

  private:
    Reading() = default;
    MemoryFile answer_;
    Descriptor process_;
    int id_ = -1;
    std::uint64_t end_ms_ = 0;
    bool without_reader_ = false;
};

// What the process does: reads standard input, writes the words to standard output. Returns the exit code.
inline constexpr const char* read_document_command = "read-document";
int read_document(std::string_view format);

}  // namespace staffroom::search
