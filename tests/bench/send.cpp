// A large file from one daemon to a colleague's, over loopback: added here, arrived and durable there. Beside it, in the
// same run: as many bytes through the encrypted transport alone, and a plain copy of the file, made durable.
//
// And many small files, added as one folder. Syncthing, where it is installed, brings the same files over loopback beside
// us, scanning included. Processor time tells what is left to gain on a computer that does other things meanwhile.
//
//     bench_send [MEGABYTES] [FILES] [RUNS]      default 1024, 10,000 of 2 KiB, 1 run
#include <zmq.h>

#include "tests/bench/daemons.h"
#include "tests/bench/durable_copy.h"
#include "tests/bench/syncthing.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {

struct Spent {
    double seconds = 0, processor = 0;  // by the clock; by all threads of both ends together
};

// One process sends chunks' worth of messages, the other receives them: the transport with nothing behind it.
Spent curve(std::size_t megabytes) {
    constexpr std::size_t message = limits::chunk_bytes;
    char server_key[41], server_secret[41], key[41], secret[41];
    need_system(zmq_curve_keypair(server_key, server_secret) == 0 && zmq_curve_keypair(key, secret) == 0);
    int port_pipe[2];
    need_system(pipe(port_pipe) == 0);
    const auto count = megabytes * megabyte / message;
    const auto child = fork();
    void* context = zmq_ctx_new();
    void* socket = zmq_socket(context, ZMQ_DEALER);
    const int most = 64;
    zmq_setsockopt(socket, child == 0 ? ZMQ_SNDHWM : ZMQ_RCVHWM, &most, sizeof most);
    char endpoint[64]{};
    if (child == 0) {
        zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_key, sizeof server_key);
        zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, key, sizeof key);
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, sizeof secret);
        need_system(::read(port_pipe[0], endpoint, sizeof endpoint) > 0 && zmq_connect(socket, endpoint) == 0);
        const Bytes bytes(message, 7);
        for (std::size_t i = 0; i < count; ++i)
            need_system(zmq_send(socket, bytes.data(), bytes.size(), 0) == std::ssize(bytes));
        char last = 0;  // all of it has arrived
        zmq_recv(socket, &last, 1, 0);
        _exit(0);
    }
    const int yes = 1;
    zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &yes, sizeof yes);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, server_secret, sizeof server_secret);
    std::size_t size = sizeof endpoint;
    need_system(zmq_bind(socket, "tcp://127.0.0.1:*") == 0 &&
                zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0 &&
                ::write(port_pipe[1], endpoint, size) == static_cast<ssize_t>(size));
    Bytes bytes(message);
    double start = 0, processor = 0;
    for (std::size_t i = 0; i < count; ++i) {
        need_system(zmq_recv(socket, bytes.data(), bytes.size(), 0) == std::ssize(bytes));
        if (i == 0) start = now_seconds(), processor = processor_seconds(getpid()) + processor_seconds(child);
    }
    const double seconds = now_seconds() - start;
    processor = processor_seconds(getpid()) + processor_seconds(child) - processor;
    zmq_send(socket, "", 1, 0);
    waitpid(child, nullptr, 0);
    ::close(port_pipe[0]);
    ::close(port_pipe[1]);
    zmq_close(socket);
    zmq_ctx_term(context);
    return {seconds, processor};
}

struct Sent {
    Spent added, arrived;
};

// `chunks` in all, or 0: until nothing is lacking that is known of.
Sent send(const Folder& folder, const std::string& run, const std::filesystem::path& source, std::uint64_t chunks) {
    const auto group = two_homes(folder / ("here" + run), folder / ("there" + run));
    const ColleagueDaemon there(folder / ("there" + run));
    OwnDaemon here(folder / ("here" + run));
    ::sync();  // what others left to be written is not counted
    there.dial(here.port());
    here.ask("record new", {{"group", to_text(group)}, {"type", "task"}, {"fields", {"title=-"}}});
    const auto met = there.wait_for([](const ColleagueDaemon::News& news) { return news.commits > 0; });
    const auto processor = [&] { return processor_seconds(getpid()) + processor_seconds(there.process()); };
    const Spent start{now_seconds(), processor()};
    here.ask("resource add", {{"group", to_text(group)}, {"source", source.string()}});
    const Spent added{now_seconds(), processor()};
    // The manifest comes first and names the chunks, so nothing is lacking for a moment before it is there.
    bool lacked = false;
    const auto all = there.wait_for([&](const ColleagueDaemon::News& news) {
        lacked = lacked || news.lacks_chunks;
        return lacked && news.commits > met.commits && !news.lacks_chunks && news.chunks >= chunks;
    });
    return {{added.seconds - start.seconds, added.processor - start.processor},
            {all.when - added.seconds, processor() - added.processor}};
}

void write_small_files(const std::filesystem::path& folder, std::size_t count) {
    std::filesystem::create_directories(folder);
    Bytes words(2'048);
    for (std::size_t i = 0; i < count; ++i) {
        random_bytes(words);
        const auto file = folder / ("worksheet " + std::to_string(i) + ".txt");
        const int out = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
        need_system(::write(out, words.data(), words.size()) == std::ssize(words));
        ::close(out);
    }
}

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t megabytes = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 1'024;
    const std::size_t files = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 10'000;
    const std::size_t runs = count > 3 ? std::strtoul(arguments[3], nullptr, 10) : 1;
    const Folder folder;
    const auto file = folder / "film.bin";
    write_durably(file, megabytes, {});
    write_small_files(folder / "worksheets", files);
    const bool beside = Syncthing::is_installed();
    std::vector<double> curves, copy, added, arrived, both, small, their_large, their_small;
    std::vector<double> curves_spent, added_spent, arrived_spent, small_spent;
    const auto rate = [&](double seconds) { return static_cast<double>(megabytes) * 1.048576 / seconds; };
    const auto a_gigabyte = [&](double seconds) { return 1'000 / rate(seconds); };
    for (std::size_t run = 0; run < runs; ++run) {
        const auto name = std::to_string(run);
        ::sync();
        const auto floor = curve(megabytes);
        curves.push_back(rate(floor.seconds));
        curves_spent.push_back(a_gigabyte(floor.processor));
        const auto sent = apart([&] { return send(folder, name, file, 0); });
        added.push_back(rate(sent.added.seconds));
        added_spent.push_back(a_gigabyte(sent.added.processor));
        arrived.push_back(rate(sent.arrived.seconds));
        arrived_spent.push_back(a_gigabyte(sent.arrived.processor));
        both.push_back(rate(sent.added.seconds + sent.arrived.seconds));
        copy.push_back(rate(write_durably(folder / "copy.bin", megabytes, file)));
        const auto few =  // each with its manifest
            apart([&] { return send(folder, "few" + name, folder / "worksheets", 2 * files); });
        small.push_back(static_cast<double>(files) / (few.added.seconds + few.arrived.seconds));
        small_spent.push_back((few.added.processor + few.arrived.processor) / static_cast<double>(files) * 1e6);
        if (!beside) continue;
        const auto theirs = folder / ("syncthing" + name);
        std::filesystem::create_directories(theirs);
        {
            Syncthing syncthing(theirs);
            their_large.push_back(rate(syncthing.send(file, 1)));
            their_small.push_back(static_cast<double>(files) / syncthing.send(folder / "worksheets", files));
        }
    }
    Report report;
    const auto what = "send " + std::to_string(megabytes) + " MiB";
    const double ours = median(arrived), floor = median(curves);
    report.add({what + " between two daemons", ours, "MB/s", "CURVE on loopback", floor, ">= 60 % of it",
                ours >= 0.6 * floor});
    report.add({what + ", processor while it arrives", median(arrived_spent), "s/GB", "CURVE on loopback",
                median(curves_spent), "", true});
    report.add({what + ", processor while it is added", median(added_spent), "s/GB", "", 0, "", true});
    report.add({what + ", added here", median(added), "MB/s", "plain copy, fsync", median(copy), "", true});
    const auto few = "send " + std::to_string(files) + " files of 2 KiB, added and arrived";
    if (beside) {
        report.add({what + ", added and arrived", median(both), "MB/s", "Syncthing, with its scan", median(their_large),
                    ">= 1.4 x it", median(both) >= 1.4 * median(their_large)});
        report.add({few, median(small), "/s", "Syncthing, with its scan", median(their_small), ">= 40 x it",
                    median(small) >= 40 * median(their_small)});
    } else {
        std::fprintf(stderr, "Syncthing is not installed (package syncthing): skipped; beside a copy instead.\n");
        report.add({what + ", added and arrived", median(both), "MB/s", "plain copy, fsync", median(copy), "", true});
        report.add({few, median(small), "/s", "", 0, "", true});
    }
    report.add({few + ", processor", median(small_spent), "us/file", "", 0, "", true});
    return report.finish();
}
