#include "app/cli/passphrase.h"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "storage/keyfile.h"
#include "storage/own_file.h"
#include "storage/profile.h"

namespace staffroom::cli {
namespace {

constexpr std::size_t passphrase_bytes_max = std::size_t{1} << 20;

termios shown_before{};
volatile std::sig_atomic_t hidden = 0;

std::string first_line(const std::string& text) {
    auto line = text.substr(0, text.find('\n'));
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

std::string typed_unseen(const char* prompt) {
    tcgetattr(STDIN_FILENO, &shown_before);
    auto silent = shown_before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hidden = 1;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::cerr << prompt << std::flush;
    std::string line;
    std::getline(std::cin, line);
    show_typing();
    std::cerr << '\n';
    return first_line(line);
}

}  // namespace

void show_typing() {
    if (hidden != 0) tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_before);
    hidden = 0;
}

Result<std::string> read_passphrase(const std::optional<std::filesystem::path>& file, const char* prompt) {
    if (file) {
        const auto text = read_own_file(*file, passphrase_bytes_max);
        return text ? Result<std::string>(first_line(*text)) : text;
    }
    if (isatty(STDIN_FILENO) != 0) return typed_unseen(prompt);
    return {Code::refused, "This profile is locked with a passphrase.", "Give it: --passphrase-file FILE"};
}

Result<std::optional<std::string>> passphrase_for(const Parsed& parsed) {
    const auto needed =
        has_profile(parsed.home) ? needs_passphrase(ProfileLayout(parsed.home).keys) : Result<bool>(false);
    if (!needed) return needed.error();
    if (!*needed) return std::optional<std::string>();
    auto passphrase = read_passphrase(parsed.passphrase_file, "Passphrase: ");
    if (!passphrase) return passphrase.error();
    return std::optional<std::string>(std::move(*passphrase));
}

}  // namespace staffroom::cli
