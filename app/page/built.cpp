#include "app/page/built.h"

#include <algorithm>
#include <utility>

namespace staffroom::page {

const BuiltFile* built_file(std::string_view path) {
    if (path == "/") path = "/index.html";
    const auto files = built_files();
    const auto found = std::find_if(files.begin(), files.end(), [&](const auto& each) { return each.path == path; });
    return found == files.end() ? nullptr : &*found;
}

std::string_view content_type_of(std::string_view path) {
    constexpr std::pair<std::string_view, std::string_view> types[] = {{".html", "text/html; charset=utf-8"},
                                                                       {".js", "text/javascript; charset=utf-8"},
                                                                       {".css", "text/css; charset=utf-8"},
                                                                       {".json", "application/json"},
                                                                       {".webmanifest", "application/manifest+json"},
                                                                       {".svg", "image/svg+xml"},
                                                                       {".png", "image/png"},
                                                                       {".ico", "image/vnd.microsoft.icon"},
                                                                       {".webp", "image/webp"},
                                                                       {".woff2", "font/woff2"},
                                                                       {".txt", "text/plain; charset=utf-8"}};
    for (const auto& [ending, type] : types) {
        if (path.ends_with(ending)) return type;
    }
    return "application/octet-stream";
}

bool has_hashed_name(std::string_view path) { return path.starts_with("/assets/"); }

}  // namespace staffroom::page
