#include "app/log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

namespace staffroom {
namespace {
std::shared_ptr<spdlog::logger> log;  // spdlog shares its loggers with its own registry
}

void open_log(const std::filesystem::path& folder) {
    try {
        log = spdlog::rotating_logger_st("staffroom", (folder / "log").string(), 256 * 1024, 1);
        log->flush_on(spdlog::level::info);
    } catch (const spdlog::spdlog_ex&) {
        log = nullptr;  // a full disk must not keep anybody from working
    }
}

void log_line(std::string_view line) {
    if (log) log->info("{}", line);
}

}  // namespace staffroom
