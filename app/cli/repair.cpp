#include "app/cli/repair.h"

#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/repair.h"

namespace staffroom::cli {

api::Reply repair_here(const Parsed& parsed, const std::optional<std::string>& passphrase) {
    const auto done = repair(parsed.home, passphrase, {api::flag_arg(parsed.args, "rebuild")});
    if (!done) return done.error();
    const auto& mended = done->mended;
    api::Json reply{{"good", done->good},
                    {"bad", done->bad},
                    {"repaired", done->repaired},
                    {"rebuilt", done->groups_rebuilt},
                    {"erased", mended.values_erased},
                    {"commits_wanted", mended.commits_lost},
                    {"commits_waiting", mended.commits_waiting},
                    {"parts_wanted", mended.parts_lost},
                    {"chunks_wanted", mended.chunks_lost},
                    {"chunks_adopted", mended.chunks_adopted},
                    {"secrets_lost", mended.secrets_lost}};
    if (done->salvaged) {
        reply["saved"] = done->salvaged->saved + done->salvaged->found_again;
        reply["kept"] = done->salvaged->kept.string();
    }
    return reply;
}

}  // namespace staffroom::cli
