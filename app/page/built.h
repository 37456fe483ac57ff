// The built page, app/web/dist, as it was when this program was built: its bytes are part of the program.
#pragma once

#include <span>
#include <string_view>

namespace staffroom::page {

struct BuiltFile {
    std::string_view path;  // "/assets/index-1a2b3c.js"
    std::string_view bytes;
};

// Empty: this program was built without a page.
std::span<const BuiltFile> built_files();

// By the path that a browser asks for, to the letter; "/" is index.html. Null: there is none.
const BuiltFile* built_file(std::string_view path);

std::string_view content_type_of(std::string_view path);
// Whether the name changes with the bytes, so that a browser may keep it for good.
bool has_hashed_name(std::string_view path);

}  // namespace staffroom::page
