// Syncthing beside us: two of its daemons on loopback, discovery, relays and reports off, as Debian packages it.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "tests/bench/report.h"

namespace staffroom::bench {

class Syncthing {
  public:
    // Nothing when the program is not installed.
    static bool is_installed() { return !said("command -v syncthing").empty(); }

    // `folder` is empty, on the disk that is measured.
    explicit Syncthing(const std::filesystem::path& folder) {
        for (std::size_t i = 0; i < 2; ++i) {
            auto& end = ends_[i];
            end.home = folder / (i == 0 ? "home here" : "home there");
            end.folder = folder / (i == 0 ? "here" : "there");
            std::filesystem::create_directories(end.folder);
            said("syncthing generate --no-default-folder --home='" + end.home.string() + "' 2>&1");
            end.id = said("syncthing --device-id --home='" + end.home.string() + "' 2>/dev/null");
            end.port = free_port();
            end.door = free_port();
        }
        for (std::size_t i = 0; i < 2; ++i) begin(ends_[i]);
        for (const auto& end : ends_) {
            if (!until([&] { return ask(end, "GET", "connections").find("\"connected\": true") != std::string::npos; },
                       60))
                stop({Code::busy, "Syncthing's daemons do not find each other.", ""});
        }
    }
    ~Syncthing() {
        for (const auto& end : ends_) {
            ::kill(end.process, SIGKILL);
            waitpid(end.process, nullptr, 0);
        }
    }
    Syncthing(const Syncthing&) = delete;
    Syncthing& operator=(const Syncthing&) = delete;

    // Seconds from the order to scan the folder, into which `source` was moved, until as many files as `files` lie under
    // their own names at the other end.
    double send(const std::filesystem::path& source, std::size_t files) {
        const auto name = source.filename();
        const auto there = ends_[1].folder / name;
        const bool is_folder = std::filesystem::is_directory(source);
        std::filesystem::copy(source, ends_[0].folder / name, std::filesystem::copy_options::recursive);
        ::sync();
        const double start = now_seconds();
        (void)ask(ends_[0], "POST", "scan");
        const auto here = [&] { return is_folder ? named_files(there) == files : std::filesystem::exists(there); };
        if (!until(here, 600)) stop({Code::busy, "Syncthing did not bring it in time.", ""});
        return now_seconds() - start;
    }

  private:
    struct End {
        std::filesystem::path home, folder;
        std::string id;
        std::uint16_t port = 0, door = 0;  // for the other end; for our questions
        pid_t process = -1;
    };

    static std::string said(const std::string& command) {
        std::string words;
        auto* pipe = ::popen(command.c_str(), "r");
        char block[4'096];
        while (pipe != nullptr && std::fgets(block, sizeof block, pipe) != nullptr) words += block;
        if (pipe != nullptr) ::pclose(pipe);
        while (!words.empty() && words.back() == '\n') words.pop_back();
        return words;
    }

    static std::uint16_t free_port() {
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            stop({Code::io, "The system gives no port.", ""});
        ::close(socket);
        return ntohs(address.sin_port);
    }

    template <class Condition>
    static bool until(const Condition& is_so, double patience_s) {
        for (const double end = now_seconds() + patience_s; now_seconds() < end;) {
            if (is_so()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return false;
    }

    // What is still being written has a name of its own, with a dot or a tilde in front.
    static std::size_t named_files(const std::filesystem::path& folder) {
        std::size_t count = 0;
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
            const auto first = entry.path().filename().string().front();
            count += first != '.' && first != '~';
        }
        return count;
    }

    void begin(End& end) {
        std::ofstream(end.home / "config.xml") << config(end);
        end.process = fork();
        if (end.process != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int none = ::open("/dev/null", O_RDWR);
        ::dup2(none, STDOUT_FILENO);
        ::dup2(none, STDERR_FILENO);
        ::setenv("STNOUPGRADE", "1", 1);
        const auto home = "--home=" + end.home.string();
        // Without a watcher over it, so that what is killed is the daemon itself.
        ::setenv("STMONITORED", "1", 1);
        ::execlp("syncthing", "syncthing", "serve", home.c_str(), "--no-browser", "--no-restart", nullptr);
        _exit(127);
    }

    std::string config(const End& own) const {
        std::string devices, members;
        for (const auto& end : ends_) {
            devices += "<device id='" + end.id + "' name='one'><address>tcp://127.0.0.1:" + std::to_string(end.port) +
                       "</address></device>";
            members += "<device id='" + end.id + "'/>";
        }
        std::string off;
        for (const auto* option : {"globalAnnounceEnabled", "localAnnounceEnabled", "relaysEnabled", "natEnabled",
                                   "startBrowser", "crashReportingEnabled"})
            off += "<" + std::string(option) + ">false</" + option + ">";
        return "<configuration version='36'><folder id='bench' path='" + own.folder.string() +
               "' type='sendreceive' rescanIntervalS='0' fsWatcherEnabled='false'>" + members + "</folder>" + devices +
               "<gui enabled='true' tls='false'><address>127.0.0.1:" + std::to_string(own.door) +
               "</address><apikey>bench</apikey></gui><options><listenAddress>tcp://127.0.0.1:" +
               std::to_string(own.port) + "</listenAddress>" + off +
               "<reconnectionIntervalS>1</reconnectionIntervalS><urAccepted>-1</urAccepted>"
               "<autoUpgradeIntervalH>0</autoUpgradeIntervalH></options></configuration>";
    }

    // The answer, with its head; nothing while nobody answers.
    static std::string ask(const End& end, const std::string& method, const std::string& what) {
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(end.door);
        std::string answer;
        if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
            const auto path = what == "scan" ? "/rest/db/scan?folder=bench" : "/rest/system/" + what;
            const auto question =
                method + " " + path + " HTTP/1.0\r\nHost: localhost\r\nX-API-Key: bench\r\nContent-Length: 0\r\n\r\n";
            char block[4'096];
            if (::write(socket, question.data(), question.size()) == std::ssize(question)) {
                for (ssize_t got = 0; (got = ::read(socket, block, sizeof block)) > 0;)
                    answer.append(block, static_cast<std::size_t>(got));
            }
        }
        ::close(socket);
        return answer;
    }

    std::array<End, 2> ends_;
};

}  // namespace staffroom::bench
