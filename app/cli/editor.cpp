#include "app/cli/editor.h"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "app/cli/print.h"

namespace staffroom::cli {
namespace {

// A file that only this user can read, gone when it goes.
class ScratchFile {
  public:
    ScratchFile() {
        std::error_code ignored;  // then there is no such folder, and no file either
        std::string pattern = (std::filesystem::temp_directory_path(ignored) / "staffroom-XXXXXX.md").string();
        const int made = mkstemps(pattern.data(), 3);
        if (made >= 0) ::close(made);
        path_ = made >= 0 ? pattern : "";
    }
    ~ScratchFile() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

bool run_editor(const std::string& file) {
    const char* editor = std::getenv("VISUAL");
    if (editor == nullptr) editor = std::getenv("EDITOR");
    if (editor == nullptr) editor = "nano";
    const auto child = fork();
    if (child == 0) {
        // $EDITOR may hold options of its own, so the shell splits it; the file is never part of that text.
        execlp("sh", "sh", "-c", (std::string(editor) + " \"$1\"").c_str(), "sh", file.c_str(), nullptr);
        std::_Exit(127);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int edit_note(const Parsed& parsed, const std::function<api::Reply(const Parsed&)>& ask) {
    if (isatty(STDIN_FILENO) == 0) {
        return print("note edit",
                     Error{Code::malformed, "There is no terminal for an editor.", "Give a file: --from FILE"},
                     parsed.json) == 0
                   ? 0
                   : 2;
    }
    auto show = parsed;
    show.command = "note show";
    const auto shown = ask(show);
    if (!shown) return print("note edit", shown, parsed.json);
    const ScratchFile scratch;
    std::ofstream(scratch.path(), std::ios::binary) << std::string_view(shown->at("text").as_string());
    if (scratch.path().empty() || !run_editor(scratch.path())) {
        return print("note edit",
                     Error{Code::refused, "The editor did not end well; the note is unchanged.", "Set EDITOR."},
                     parsed.json);
    }
    std::ifstream edited(scratch.path(), std::ios::binary);
    auto edit = parsed;
    edit.args["base"] = shown->at("version");
    edit.args["text"] = std::string(std::istreambuf_iterator<char>(edited), {});
    return print("note edit", ask(edit), parsed.json);
}

}  // namespace staffroom::cli
