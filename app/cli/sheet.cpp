#include "app/cli/sheet.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <sstream>
#include <vector>

#include "app/cli/qr.h"
#include "core/text_rules.h"
#include "storage/disk.h"
#include "storage/own_file.h"

namespace staffroom::cli {
namespace {

std::string in_columns(const std::string& words) {
    constexpr std::size_t columns = 3, width = 16;
    std::istringstream in(words);
    std::vector<std::string> cells;
    for (std::string word; in >> word;) {
        const auto number = std::to_string(cells.size() + 1);
        cells.push_back(std::string(number.size() < 2 ? 1 : 0, ' ') + number + " " + word);
    }
    const auto rows = (cells.size() + columns - 1) / columns;
    std::string text;
    for (std::size_t row = 0; row < rows; ++row) {
        std::string line = "   ";
        for (auto at = row; at < cells.size(); at += rows)
            line += cells[at] + std::string(width - cells[at].size(), ' ');
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    return text;
}

}  // namespace

std::string sheet_page(const std::string& name, const std::string& words, bool with_picture) {
    std::string page = "Staffroom: recovery sheet of " + shown_name(name) +
                       "\n\nWhoever holds these words can use Staffroom as " + shown_name(name) +
                       ". Keep them where you\nkeep certificates, not beside a computer.\n\n" + in_columns(words);
    if (with_picture) page += "\n" + qr_page(words).value_or("");
    return page +
           "\nIf all your computers are lost: on a new one, near a colleague in one of your groups\nwho gives you an "
           "invitation,\n\n    staffroom recovery help INVITATION --sheet -\n\nand type the words, in this order.\n";
}

api::Reply sheet_in_file(api::Reply reply, const std::optional<std::string>& path) {
    const auto* words = reply ? reply->if_contains("words") : nullptr;
    if (!path || words == nullptr) return reply;
    const auto page = sheet_page(std::string(reply->at("name").as_string()), std::string(words->as_string()), true);
    const Descriptor file(::open(path->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open() && errno == EEXIST) {
        return Error{Code::refused, "There is a file of that name already.", "Choose another name."};
    }
    if (!file.is_open() || !write_all(file.number(), view_of(page)) || ::fsync(file.number()) != 0) {
        return own_file_error(errno, *path);
    }
    return api::Json{{"file", *path}, {"on_paper", false}};
}

}  // namespace staffroom::cli
