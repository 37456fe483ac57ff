// What the real program keeps in memory: two daemons as a teacher starts them, on loopback, read from /proc.
//
// Counted is RssAnon, which nobody else can use: heap, stacks, LMDB's changed pages. RssFile is shown beside it: the
// program's own text and the store's mapped pages, which are the page cache's and are given back when memory runs short.
//
//     bench_memory [COUNT]      default 100,000 commits
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <thread>

#include "app/cli/print.h"
#include "app/local_door.h"
#include "tests/bench/report.h"
#include "tests/bench/school.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {

struct Resident {
    double anonymous = 0, of_files = 0, peak = 0;  // MB; the peak is of both together
};

class Daemon {
  public:
    Daemon(const std::filesystem::path& program, const std::filesystem::path& home, const std::string& peer)
        : home_(home) {
        child_ = fork();
        if (child_ == 0) {
            const int nothing = ::open("/dev/null", O_RDWR);
            for (const int stream : {0, 1}) dup2(nothing, stream);
            std::vector<std::string> words{program.string(), "--home",         home.string(), "start",
                                           "--foreground",   "--no-discovery", "--port",      "0"};
            if (!peer.empty()) words.insert(words.end(), {"--peer", peer});
            std::vector<char*> arguments;
            for (auto& word : words) arguments.push_back(word.data());
            arguments.push_back(nullptr);
            ::execv(program.c_str(), arguments.data());
            _exit(127);
        }
        for (int tries = 0; tries < 600; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            const auto reply = ask_daemon(home_ / "door", R"({"verb":"status"})");
            const auto status = reply ? cli::reply_of(*reply) : api::Reply(reply.error());
            if (!status || !status->contains("port")) continue;
            port_ = status->at("port").to_number<unsigned>();
            return;
        }
        stop({Code::busy, "The daemon did not start.", "Is the program staffroom beside this one?"});
    }
    ~Daemon() {
        ::kill(child_, SIGTERM);
        waitpid(child_, nullptr, 0);
    }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

    // Commits taken from the colleague who is connected.
    std::uint64_t taken() const {
        const auto reply = need(cli::reply_of(need(ask_daemon(home_ / "door", R"({"verb":"colleagues"})"))));
        std::uint64_t taken = 0;
        for (const auto& each : reply.at("colleagues").as_array()) {
            const auto* near = each.as_object().if_contains("taken");
            if (near != nullptr) taken += near->to_number<std::uint64_t>();
        }
        return taken;
    }

    Resident resident() const {
        std::ifstream status("/proc/" + std::to_string(child_) + "/status");
        Resident read;
        std::string word;
        while (status >> word) {
            double kilobytes = 0;
            if (word == "RssAnon:" && status >> kilobytes) read.anonymous = kilobytes / 1e3;
            if (word == "RssFile:" && status >> kilobytes) read.of_files = kilobytes / 1e3;
            if (word == "VmHWM:" && status >> kilobytes) read.peak = kilobytes / 1e3;
        }
        return read;
    }

  private:
    std::filesystem::path home_;
    pid_t child_ = -1;
    unsigned port_ = 0;
};

void rest() { std::this_thread::sleep_for(std::chrono::seconds(3)); }

void add(Report& report, const std::string& what, const Resident& most, double goal) {
    char words[32];
    std::snprintf(words, sizeof words, "<= %.0f MB", goal);
    report.add({what, most.anonymous, "MB", "RssFile beside it", most.of_files, words, most.anonymous <= goal});
}

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t commits = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 100'000;
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "staffroom";
    const Folder folder;
    {
        const auto made = write_diaries(folder, commits);
        const auto founder = need(Home::open(folder / "founder", std::nullopt));
        constexpr std::size_t together = 4'096;
        for (std::size_t first = 0; first < commits; first += together) {
            const auto at = made.frames.begin() + static_cast<std::ptrdiff_t>(first);
            const auto end = at + static_cast<std::ptrdiff_t>(std::min(together, commits - first));
            need(founder->replica().ingest(made.group, {at, end}));
        }
        new_home(folder / "newcomer", "Chima");
    }
    Report report;
    const auto many = std::to_string(commits) + " commits";
    {
        const Daemon alone(program, folder / "newcomer", "");
        rest();
        add(report, "resident, idle, nothing in it", alone.resident(), 20);
    }
    const Daemon giver(program, folder / "founder", "");
    rest();
    add(report, "resident, " + many + " held, idle", giver.resident(), 60);
    const Daemon taker(program, folder / "colleague", giver.address());
    Resident most, most_of_giver;
    const auto note = [](Resident& kept, const Resident& now) {
        if (now.anonymous > kept.anonymous) kept = now;
    };
    for (std::size_t sample = 0; sample % 50 != 0 || taker.taken() < commits; ++sample) {
        note(most, taker.resident());
        note(most_of_giver, giver.resident());
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    add(report, "resident, taking " + many + " from a colleague, most", most, 200);
    add(report, "resident, giving them, most", most_of_giver, 200);
    rest();
    const auto after = taker.resident();
    add(report, "resident, " + many + " taken, idle again", after, 60);
    report.add({"resident with mapped files, most ever (VmHWM)", after.peak, "MB", "of it mapped files now",
                after.of_files, "", true});
    return report.finish();
}
