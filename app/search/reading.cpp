#include "app/search/reading.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "net/curve_link.h"

namespace staffroom::search {
namespace {

constexpr int no_reader = 127;

void limit(__rlimit_resource what, rlim_t most) {
    const rlimit both{most, most};
    ::setrlimit(what, &both);
}

// From now on nothing may be written by name, and only programs and what belongs to them be read. Where the kernel
// knows nothing of this, the other bounds have to do.
void shut_in(const char* program) {
    constexpr std::uint64_t read = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
    landlock_ruleset_attr all{};
    all.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // all that the first version has
    const auto rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0));
    if (rules < 0) return;
    for (const char* path : {"/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", program}) {
        landlock_path_beneath_attr beneath{};
        beneath.allowed_access = read;
        beneath.parent_fd = ::open(path, O_PATH | O_CLOEXEC);
        if (beneath.parent_fd < 0) continue;
        ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
        ::close(beneath.parent_fd);
    }
    ::syscall(SYS_landlock_restrict_self, rules, 0);
    ::close(rules);
}

// Between fork and exec: system calls only.
[[noreturn]] void become_reader(const char* const* words, int document, int answer, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (::dup2(document, 0) < 0 || ::dup2(answer, 1) < 0 || ::dup2(nowhere, 2) < 0) ::_exit(1);
    ::syscall(SYS_close_range, 3u, ~0u, 0u);
    if (::chdir("/") != 0) ::_exit(1);
    shut_in(words[0]);
    limit(RLIMIT_AS, memory_bytes_max);
    limit(RLIMIT_CPU, processor_s_max);
    limit(RLIMIT_FSIZE, written_bytes_max);
    limit(RLIMIT_NOFILE, 64);
    limit(RLIMIT_CORE, 0);
    (void)::nice(10);
    const char* const environment[] = {"LC_ALL=C.UTF-8", nullptr};
    ::execve(words[0], const_cast<char* const*>(words), const_cast<char* const*>(environment));
    ::_exit(no_reader);
}

Error no_process() {
    return {Code::io, "This computer cannot read documents for the search now.", "Close other programs."};
}

}  // namespace

Result<MemoryFile> MemoryFile::make() {
    MemoryFile made;
    made.file_ = Descriptor(::memfd_create("staffroom", MFD_CLOEXEC));
    if (!made.file_.is_open()) return no_process();
    return made;
}

bool MemoryFile::append(ByteView bytes) { return write_all(file_.number(), bytes); }

Bytes MemoryFile::content(std::size_t bytes_max) const {
    Bytes bytes(bytes_max);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto got = ::pread(file_.number(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (got <= 0) break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

Result<Reading> Reading::begin(Format format, const MemoryFile& document, const std::string& program) {
    auto answer = MemoryFile::make();
    if (!answer) return answer.error();
    ::lseek(document.number(), 0, SEEK_SET);
    const char* const pdf[] = {"/usr/bin/pdftotext", "-q", "-enc", "UTF-8", "-nopgbrk", "-", "-", nullptr};
    const char* const other[] = {program.c_str(), read_document_command, name_of(format), nullptr};
    const auto* words = format == Format::pdf ? pdf : other;
    Reading reading;
    const auto parent = ::getpid();
    const auto id = ::fork();
    if (id < 0) return no_process();
    if (id == 0) become_reader(words, document.number(), answer->number(), parent);
    reading.id_ = id;
    reading.answer_ = std::move(*answer);
    reading.process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
    reading.end_ms_ = net::uptime_ms() + patience_ms;
    return reading;
}

Reading::Reading(Reading&& other) noexcept
    : answer_(std::move(other.answer_)),
      process_(std::move(other.process_)),
      id_(std::exchange(other.id_, -1)),
      end_ms_(other.end_ms_),
      without_reader_(other.without_reader_) {}

Reading::~Reading() {
    if (id_ < 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
}

std::optional<std::string> Reading::wait(int ms) {
    if (process_.is_open()) {
        pollfd over{process_.number(), POLLIN, 0};
        (void)::poll(&over, 1, ms);
    }
    if (net::uptime_ms() >= end_ms_) ::kill(id_, SIGKILL);
    int status = 0;
    const auto ended = ::waitpid(id_, &status, WNOHANG);
    if (ended == 0) return std::nullopt;
    id_ = -1;
    without_reader_ = WIFEXITED(status) && WEXITSTATUS(status) == no_reader;
    // Of one that was stopped at a bound, what it had said by then is as good as the beginning of a long one.
    return words_in_text(answer_.content(written_bytes_max));
}

int read_document(std::string_view format) {
    Bytes document;
    Bytes piece(std::size_t{1} << 20);
    for (ssize_t got = 0; (got = ::read(STDIN_FILENO, piece.data(), piece.size())) > 0;) {
        append(document, ByteView(piece).first(static_cast<std::size_t>(got)));
        if (document.size() > document_bytes_max) return 1;
    }
    const bool is_html = format == name_of(Format::html);
    const auto words = is_html ? words_in_html(document) : words_in_office(document);
    return write_all(STDOUT_FILENO, view_of(words)) ? 0 : 1;
}

}  // namespace staffroom::search
