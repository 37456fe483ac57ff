// The worked examples of the prose pages, so that a test compares them with what the code writes.
//
//     ```hex part            the example's name
//     04 6e 6f 74 65         bytes, one space between; two or more spaces begin a remark
//     ```
#pragma once

#include <fstream>
#include <string>

#include "core/bytes.h"

namespace staffroom {

// `page` from the root of the sources, such as "core/MODEL.md". Empty when there is no such example.
inline Bytes page_example(const std::string& page, const std::string& name) {
    std::ifstream lines(std::string(STAFFROOM_SOURCES) + "/" + page);
    Bytes bytes;
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("```", 0) == 0) {
            if (inside) break;
            inside = line == "```hex " + name;
            continue;
        }
        if (!inside) continue;
        std::string digits;
        for (const char c : line.substr(0, line.find("  "))) {
            if (c != ' ') digits += c;
        }
        const auto more = from_hex(digits);
        if (!more) return {};
        append(bytes, *more);
    }
    return bytes;
}

}  // namespace staffroom
