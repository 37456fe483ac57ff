#include "app/cli/profile.h"

#include <unistd.h>

#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/backup.h"
#include "app/cli/passphrase.h"
#include "app/home.h"
#include "app/search/search.h"
#include "core/members/link_offer.h"
#include "core/records/input.h"
#include "core/words.h"
#include "storage/keyfile.h"

namespace staffroom::cli {
namespace {

Error empty_passphrase() {
    return {Code::refused, "The passphrase is empty.", "Put it into the first line of the file."};
}

}  // namespace

std::string computer_name() {
    char name[256] = {};
    const bool named = gethostname(name, sizeof name - 1) == 0 && check_title("", name, limits::name_scalars).ok();
    return named ? name : "another computer";
}

api::Reply init(const Parsed& parsed) {
    std::optional<std::string> passphrase;
    if (parsed.passphrase_file) {
        auto read = read_passphrase(parsed.passphrase_file, "");
        if (!read) return read.error();
        if (read->empty()) return empty_passphrase();
        passphrase = std::move(*read);
    }
    const auto home = Home::create(
        parsed.home, {api::text_arg(parsed.args, "name"), api::text_arg(parsed.args, "school")}, passphrase);
    if (!home && home.code() == Code::busy && has_profile(parsed.home)) {
        return Error{Code::refused, "There is a profile here already.",
                     "Use it, or choose another folder with --home."};
    }
    if (!home) return home.error();
    return api::Json{{"person", to_text((*home)->identity().person())},
                     {"device", to_text((*home)->identity().device())}};
}

std::optional<Error> prepare_new_computer(const Parsed& parsed) {
    if (has_profile(parsed.home)) return std::nullopt;
    if (parsed.command == "recovery help" && !parsed.args.contains("sheet")) {
        if (const auto offer = recovery_offer_from(api::text_arg(parsed.args, "invite")); !offer) return offer.error();
    } else if (parsed.command == "recovery help") {
        if (const auto secret = secret_from_sheet(api::text_arg(parsed.args, "sheet")); !secret) return secret.error();
        if (const auto asked = invitation_from(api::text_arg(parsed.args, "invite")); !asked) return asked.error();
    } else {
        const auto text = api::text_arg(parsed.args, "offer");
        if (text.empty()) return std::nullopt;
        if (const auto offer = link_offer_from(text); !offer) return offer.error();
    }
    auto named = parsed;
    if (!named.args.contains("name")) named.args["name"] = computer_name();
    const auto made = init(named);
    return made ? std::nullopt : std::optional(made.error());
}

api::Reply restore(const Parsed& parsed) {
    const auto file = api::path_arg(parsed.args, "file");
    if (!file) return file.error();
    const auto files = restore_backup(*file, parsed.home);
    if (!files) return files.error();
    return api::Json{{"good", *files}, {"bad", 0}, {"repaired", 0}};
}

api::Reply change_passphrase_here(const Parsed& parsed) {
    if (!has_profile(parsed.home)) {
        return Error{Code::not_found, "Nobody uses Staffroom in this folder yet.",
                     "Begin with: staffroom init --name NAME"};
    }
    const auto now = passphrase_for(parsed);
    if (!now) return now.error();
    const auto named = api::maybe_text_arg(parsed.args, "new-passphrase-file");
    const auto file = named ? std::optional<std::filesystem::path>(*named) : std::nullopt;
    const auto wanted = read_passphrase(file, "New passphrase: ");
    if (!wanted && !file) {
        return Error{Code::refused, "The new passphrase is missing.", "Give it: --new-passphrase-file FILE"};
    }
    if (!wanted) return wanted.error();
    if (wanted->empty()) return empty_passphrase();
    if (!file) {
        const auto again = read_passphrase(std::nullopt, "Once more: ");
        if (!again || *again != *wanted) {
            return Error{Code::refused, "You typed two different passphrases.", "Nothing was changed. Try again."};
        }
    }
    const auto changed = change_passphrase(ProfileLayout(parsed.home).keys,
                                           *now ? std::optional<std::string_view>(**now) : std::nullopt, *wanted);
    if (!changed) return changed.error();
    // From now on the index lives in memory only.
    search::Search::remove_from(parsed.home);
    return api::Json{};
}

}  // namespace staffroom::cli
