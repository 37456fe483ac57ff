// The page's door, spoken with over its socket by whoever behaves well, badly or not at all.
#include "app/page/door.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

#include "tests/disposable.h"

using namespace staffroom;

namespace {

// A program on this computer that opens the port.
class Caller {
  public:
    explicit Caller(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    ~Caller() { ::close(socket_); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    // False once the door does not listen to us any more.
    bool say(const std::string& words) const {
        std::size_t said = 0;
        while (said < words.size()) {
            const auto count = ::send(socket_, words.data() + said, words.size() - said, MSG_NOSIGNAL);
            if (count <= 0) return false;
            said += static_cast<std::size_t>(count);
        }
        return true;
    }
    // Until `end` has come or the door hangs up. A bound for a hang.
    std::string hear(const std::string& end) const {
        std::string heard;
        char buffer[4096];
        pollfd readable{socket_, POLLIN, 0};
        while (heard.find(end) == std::string::npos && ::poll(&readable, 1, 30'000) == 1) {
            const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
            if (count <= 0) break;
            heard.append(buffer, static_cast<std::size_t>(count));
        }
        return heard;
    }
    bool is_connected() const { return connected_; }

  private:
    int socket_;
    bool connected_ = false;
};

// A door behind which everything is echoed, and the page that is let in.
struct Opened {
    const Disposable folder;
    std::string film;  // of some megabytes
    std::atomic<int> uploads = 0;
    std::unique_ptr<page::Door> door;
    std::string cookie, token, key;

    Opened() {
        for (int i = 0; film.size() < 3'000'000; ++i) film += std::to_string(i) + ' ';
        page::Door::Behind behind;
        behind.api = [](const std::string& body, const LocalDoor::Answer& answer) { answer("heard " + body); };
        behind.folder = folder.path();
        behind.upload = [this](const page::Uploaded& file, const LocalDoor::Answer& answer) {
            ++uploads;
            std::ifstream bytes(file.path, std::ios::binary);
            const std::string content(std::istreambuf_iterator<char>(bytes), {});
            answer("got " + file.name + " for " + file.group + " " + (content == film ? "whole" : "broken"));
        };
        behind.piece = [this](const page::FileAsked&, std::uint64_t offset, std::size_t most,
                              const page::Door::GivePiece& give) {
            const auto bytes = film.substr(offset, most);
            give(api::FilePiece{"film.bin", film.size(), copy_of(view_of(bytes))});
        };
        auto opened = page::Door::open(0, std::move(behind));
        REQUIRE(opened.ok());
        door = std::move(*opened);
        const auto answer = swap(code_of(door->address()));
        cookie = between(answer, "Set-Cookie: ", ";");
        token = between(answer, "\"token\":\"", "\"");
        key = between(answer, "\"key\":\"", "\"");
        REQUIRE_FALSE(cookie.empty());
        REQUIRE_FALSE(token.empty());
        REQUIRE_FALSE(key.empty());
    }

    static std::string between(const std::string& text, const std::string& from, const std::string& to) {
        const auto begin = text.find(from);
        if (begin == std::string::npos) return "";
        const auto end = text.find(to, begin + from.size());
        return text.substr(begin + from.size(), end - begin - from.size());
    }
    static std::string code_of(const std::string& address) { return address.substr(address.find("#launch=") + 8); }
    std::string host() const { return "127.0.0.1:" + std::to_string(door->port()); }
    std::string head(const std::string& line, const std::string& more = "") const {
        return line + " HTTP/1.1\r\nHost: " + host() + "\r\nOrigin: http://" + host() + "\r\n" + more;
    }
    std::string json(const std::string& body) const {
        return "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    std::string own() const { return "Cookie: " + cookie + "\r\nX-Staffroom-Token: " + token + "\r\n"; }
    // One request on a connection of its own, and the whole answer.
    std::string ask(const std::string& request) const {
        const Caller caller(door->port());
        const auto closing = request.find("\r\n") + 2;
        (void)caller.say(request.substr(0, closing) + "Connection: close\r\n" + request.substr(closing));
        return caller.hear("no such end");
    }
    std::string swap(const std::string& code) const {
        return ask(head("POST /session") + json(R"({"launch":")" + code + "\"}"));
    }
    std::string api(const std::string& body) const { return ask(head("POST /api", own()) + json(body)); }
};

bool is(const std::string& answer, int status) {
    return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

}  // namespace

TEST_CASE("a page that swapped its launch code asks like the command line") {
    const Opened opened;
    const auto answer = opened.api("{}");
    CHECK(is(answer, 200));
    CHECK(answer.ends_with("\r\n\r\nheard {}"));
    CHECK(answer.find("Content-Security-Policy: default-src 'none'; script-src 'self';") != std::string::npos);
    CHECK(answer.find("X-Content-Type-Options: nosniff") != std::string::npos);
    CHECK(answer.find("Referrer-Policy: no-referrer") != std::string::npos);
    CHECK(answer.find("Access-Control") == std::string::npos);
}

TEST_CASE("W12 a launch code that was used, and one that never was, are refused; the cookie is out of scripts' reach") {
    const Opened opened;
    const auto code = Opened::code_of(opened.door->address());
    const auto first = opened.swap(code);
    CHECK(is(first, 200));
    CHECK(first.find("; HttpOnly; SameSite=Strict; Path=/") != std::string::npos);
    CHECK(is(opened.swap(code), 401));
    CHECK(is(opened.swap("aaaaaaaaaaaaaaaaaaaaaaaaaa"), 401));
    CHECK(is(opened.ask(opened.head("POST /session") + opened.json("no json")), 401));
}

TEST_CASE("W01 W02 W03 W04 over the socket: the status says which, and the answer is one document") {
    const Opened opened;
    const auto body = opened.json("{}");
    const auto foreign = "POST /api HTTP/1.1\r\nHost: evil.com\r\n" + opened.own() + body;
    CHECK(is(opened.ask(foreign), 403));
    CHECK(is(opened.ask("GET / HTTP/1.1\r\nHost: " + opened.host() + "\r\nHost: evil.com\r\n\r\n"), 403));
    CHECK(is(opened.ask("POST /api HTTP/1.1\r\nHost: " + opened.host() + "\r\nOrigin: http://evil.com\r\n" +
                        opened.own() + body),
             403));
    CHECK(is(
        opened.ask(opened.head("POST /api", opened.own() + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}")),
        415));
    CHECK(is(opened.ask(opened.head("GET /api", opened.own()) + "\r\n"), 405));
    const auto nobody = opened.ask(opened.head("POST /api") + body);
    CHECK(is(nobody, 401));
    CHECK(nobody.find(R"({"ok":false,"error":{"code":"refused","say":")") != std::string::npos);
    CHECK(is(opened.ask(opened.head("POST /api", "Cookie: " + opened.cookie + "\r\n") + body), 401));
}

TEST_CASE("W10 paths out of the page lead nowhere") {
    const Opened opened;
    for (const auto* path :
         {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/nothing", "/assets/..%2f..%2fetc%2fpasswd"}) {
        CHECK_MESSAGE(is(opened.ask(opened.head(std::string("GET ") + path) + "\r\n"), 404), path);
    }
}

TEST_CASE("W11 a socket of events needs our origin and the session, and then says where the numbers stand") {
    const Opened opened;
    const auto upgrade = [&](const std::string& origin, const std::string& token) {
        return "GET /events HTTP/1.1\r\nHost: " + opened.host() + "\r\nOrigin: " + origin +
               "\r\nCookie: " + opened.cookie +
               "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: staffroom, " +
               token + "\r\n\r\n";
    };
    const auto own = "http://" + opened.host();
    const auto answer_to = [&](const std::string& words, const std::string& end) {
        const Caller caller(opened.door->port());
        (void)caller.say(words);
        return caller.hear(end);
    };
    CHECK(is(answer_to(upgrade("http://evil.com", opened.token), "}}"), 403));
    CHECK(is(answer_to(upgrade(own, "no-token"), "}}"), 401));
    CHECK(is(answer_to(opened.head("GET /events", opened.own()) + "\r\n", "}}"), 426));
    opened.door->tell(R"({"kind":"locked","locked":true})");
    opened.door->tell(R"({"kind":"locked","locked":false})");
    const Caller caller(opened.door->port());
    REQUIRE(caller.say(upgrade(own, opened.token)));
    const auto hello = caller.hear("false}");
    CHECK(is(hello, 101));
    CHECK(hello.find("Sec-WebSocket-Protocol: staffroom\r\n") != std::string::npos);
    CHECK(hello.find(R"({"n":2,"kind":"hello","run":")") != std::string::npos);
    opened.door->tell(R"({"kind":"groups"})");
    opened.door->tell(R"({"kind":"colleagues"})");
    const auto events = caller.hear("colleagues\"}");
    CHECK(events.find(R"({"n":3,"kind":"groups"})") != std::string::npos);
    CHECK(events.find(R"({"n":4,"kind":"colleagues"})") != std::string::npos);
}

TEST_CASE("W09 too long a head, too large a body: said, not read; nobody else notices") {
    const Opened opened;
    const auto long_head = opened.ask(opened.head("GET /", "X-Long: " + std::string(20'000, 'x') + "\r\n\r\n"));
    CHECK(is(long_head, 431));
    const auto claims = [&](const std::string& path, const std::string& length) {
        return opened.ask(opened.head("POST " + path, opened.own()) +
                          "Content-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n");
    };
    CHECK(is(claims("/api", "1073741824"), 413));
    CHECK(is(claims("/session", "5000"), 413));
    CHECK(is(claims("/api", "99999999999999999999999999"), 400));
    CHECK(is(opened.ask("nonsense\r\n\r\n"), 400));
    // By the chunk, so that no length tells it beforehand.
    const Caller caller(opened.door->port());
    REQUIRE(caller.say(opened.head("POST /session") +
                       "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const auto chunk = "400\r\n" + std::string(1024, ' ') + "\r\n";
    for (int i = 0; i < 8; ++i) (void)caller.say(chunk);
    CHECK(is(caller.hear("\r\n\r\n"), 413));
    CHECK(is(opened.api("{}"), 200));
}

TEST_CASE("W09 two hundred connections that never finish their head take no place from the page") {
    const Opened opened;
    std::vector<std::unique_ptr<Caller>> slow;
    for (int i = 0; i < 200; ++i) {
        slow.push_back(std::make_unique<Caller>(opened.door->port()));
        REQUIRE(slow.back()->is_connected());
        (void)slow.back()->say("GET / HTTP/1.1\r\nX-Slow: ");
        if (i % 20 == 0) CHECK(is(opened.api("{}"), 200));
    }
    CHECK(is(opened.api("{}"), 200));
}

TEST_CASE("a file comes in whole, or not at all") {
    const Opened opened;
    const auto head = [&](std::size_t length) {
        return opened.head("POST /upload/Science?name=film.bin",
                           opened.own() + "Content-Type: application/octet-stream\r\nContent-Length: " +
                               std::to_string(length) + "\r\n\r\n");
    };
    CHECK(opened.ask(head(opened.film.size()) + opened.film).ends_with("got film.bin for Science whole"));
    CHECK(opened.ask(head(0)).ends_with("got film.bin for Science broken"));
    CHECK(opened.uploads == 2);
    {
        const Caller caller(opened.door->port());
        REQUIRE(caller.say(head(opened.film.size()) + opened.film.substr(0, 2'000'000)));
    }
    CHECK(is(opened.api("{}"), 200));
    CHECK(opened.uploads == 2);
    CHECK(std::filesystem::is_empty(opened.folder.path()));
    CHECK(is(opened.ask(
                 opened.head("POST /upload/Science", opened.own() + "Content-Type: application/octet-stream\r\n\r\n")),
             411));
}

TEST_CASE("a file goes out in pieces and in ranges") {
    const Opened opened;
    const auto get = [&](const std::string& more) {
        return opened.ask(
            opened.head("GET /file/abc/0?key=" + opened.key, "Cookie: " + opened.cookie + "\r\n" + more + "\r\n"));
    };
    const auto whole = get("");
    CHECK(is(whole, 200));
    CHECK(whole.ends_with("\r\n\r\n" + opened.film));
    const auto part = get("Range: bytes=1000000-1999999\r\n");
    CHECK(is(part, 206));
    CHECK(part.ends_with("\r\n\r\n" + opened.film.substr(1'000'000, 1'000'000)));
    CHECK(is(get("Range: bytes=99999999-\r\n"), 416));
}

TEST_CASE("a reader that is too slow loses events, and sees it by the numbers; the others lose none") {
    const Opened opened;
    const auto listener = [&] {
        auto caller = std::make_unique<Caller>(opened.door->port());
        (void)caller->say("GET /events HTTP/1.1\r\nHost: " + opened.host() + "\r\nOrigin: http://" + opened.host() +
                          "\r\nCookie: " + opened.cookie +
                          "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: staffroom, " +
                          opened.token + "\r\n\r\n");
        CHECK(caller->hear("hello").find("hello") != std::string::npos);
        return caller;
    };
    const auto slow = listener();
    const std::string padding(100'000, 'x');
    for (int i = 0; i < 500; ++i) opened.door->tell("{\"kind\":\"test\",\"padding\":\"" + padding + "\"}");
    const auto quick = listener();
    opened.door->tell(R"({"kind":"last"})");
    CHECK(quick->hear("last\"}").find("{\"n\":501,\"kind\":\"last\"}") != std::string::npos);
    // Of 50 MB at most 16 wait for the slow one, beside what the system holds.
    bool hears_again = false;
    for (int i = 0; i < 1'000 && !hears_again; ++i) {
        opened.door->tell(R"({"kind":"more"})");
        const auto heard = slow->hear("\"}");
        REQUIRE_FALSE(heard.empty());
        CHECK(heard.find("{\"n\":500,") == std::string::npos);
        hears_again = heard.find(",\"kind\":\"more\"") != std::string::npos;
    }
    CHECK(hears_again);
}

TEST_CASE("W13 a port that somebody has already is not fought for: another one is taken, and told") {
    const Opened first;
    auto second = page::Door::open(first.door->port(),
                                   {[](const std::string&, const LocalDoor::Answer& answer) { answer("x"); }});
    REQUIRE(second.ok());
    CHECK((*second)->port() != first.door->port());
    CHECK((*second)->address().starts_with("http://127.0.0.1:" + std::to_string((*second)->port()) + "/#launch="));
}

TEST_CASE("several requests on one connection are answered in turn") {
    const Opened opened;
    const Caller caller(opened.door->port());
    for (int i = 0; i < 3; ++i) {
        const auto body = std::to_string(i);
        REQUIRE(caller.say(opened.head("POST /api", opened.own()) + opened.json(body)));
        CHECK(caller.hear("heard " + body).find("heard " + body) != std::string::npos);
    }
}
