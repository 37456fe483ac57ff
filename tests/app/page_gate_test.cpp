// Who passes the page's gate, judged from the head of a request.
#include "app/page/gate.h"

#include <doctest/doctest.h>

#include "app/page/built.h"

using namespace staffroom;
using namespace staffroom::page;

namespace {

constexpr std::uint16_t port = 4321;

// The page as the browser sends it, within a session.
struct Page {
    Sessions sessions;
    Session session = *sessions.swap(sessions.launch_code(0), 0);
    std::string cookies = "other=1; staffroom-4321=" + session.cookie;

    Head get(const std::string& target) const {
        Head head{"GET", target, "127.0.0.1:4321", "", std::nullopt, "same-origin", cookies, "", false};
        return head;
    }
    Head post(const std::string& target) const {
        auto head = get(target);
        head.method = "POST";
        head.origin = "http://127.0.0.1:4321";
        head.content_type = target.starts_with("/upload") ? "application/octet-stream" : "application/json";
        head.token = session.token;
        return head;
    }
    Head events() const {
        auto head = get("/events");
        head.origin = "http://127.0.0.1:4321";
        head.token = token_in_protocols("staffroom, " + session.token);
        head.is_upgrade = true;
        return head;
    }
    // 200: admitted.
    unsigned status(const Head& head) const {
        const auto judged = judge(head, port, sessions);
        const auto* refused = std::get_if<Refused>(&judged);
        return refused ? refused->status : 200;
    }
};

}  // namespace

TEST_CASE("the page passes with what the browser and its session give it") {
    const Page page;
    CHECK(page.status(page.get("/")) == 200);
    CHECK(page.status(page.post("/session")) == 200);
    CHECK(page.status(page.post("/api")) == 200);
    CHECK(page.status(page.post("/upload/abc?name=a.txt")) == 200);
    CHECK(page.status(page.get("/file/abc/0?key=" + page.session.key)) == 200);
    CHECK(page.status(page.events()) == 200);
    auto with_charset = page.post("/api");
    with_charset.content_type = "application/json; charset=utf-8";
    CHECK(page.status(with_charset) == 200);
}

TEST_CASE("W01 a name that a foreign page made point to this computer is refused, whatever else fits") {
    const Page page;
    for (const auto* host :
         {"evil.com", "evil.com:4321", "localhost:4321", "127.0.0.1", "127.0.0.1:4322", "127.0.0.1:43210",
          "127.0.0.1:4321.evil.com", "127.1:4321", "[::1]:4321", "0.0.0.0:4321", "", "127.0.0.1:4321 "}) {
        for (auto head :
             {page.get("/"), page.post("/api"), page.events(), page.get("/file/a/0?key=" + page.session.key)}) {
            head.host = host;
            CHECK_MESSAGE(page.status(head) == 403, host);
        }
    }
}

TEST_CASE("W02 what another site's page sends is refused: by its origin, by where it comes from, by its type") {
    const Page page;
    for (const auto* origin : {"http://evil.com", "null", "http://127.0.0.1:4322", "https://127.0.0.1:4321",
                               "http://127.0.0.1", "http://127.0.0.1:4321.evil.com", ""}) {
        auto head = page.post("/api");
        head.origin = origin;
        CHECK_MESSAGE(page.status(head) == 403, origin);
    }
    auto silent = page.post("/api");
    silent.origin.reset();
    CHECK(page.status(silent) == 403);
    for (const auto* site : {"cross-site", "same-site", "none"}) {
        auto head = page.post("/session");
        head.fetch_site = site;
        CHECK_MESSAGE(page.status(head) == 403, site);
    }
    for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
                             "text/plain; application/json"}) {
        auto head = page.post("/api");
        head.content_type = type;
        CHECK_MESSAGE(page.status(head) == 415, type);
    }
    auto typed = page.get("/");
    typed.fetch_site = "none";
    CHECK(page.status(typed) == 200);
    typed.fetch_site = "cross-site";
    CHECK(page.status(typed) == 403);
}

TEST_CASE("W03 nothing is changed by a GET, and nothing is got by a POST") {
    const Page page;
    for (const auto* path : {"/api", "/session", "/upload/abc"}) {
        for (const auto* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "post"}) {
            auto head = page.post(path);
            head.method = method;
            CHECK_MESSAGE(page.status(head) == 405, method << path);
        }
    }
    CHECK(page.status(page.post("/")) == 405);
    CHECK(page.status(page.post("/file/abc/0?key=" + page.session.key)) == 405);
}

TEST_CASE("W04 no token, an old one, another session's, or the cookie alone: 401") {
    const Page page;
    auto other_page = [&] {
        Sessions elsewhere;
        return *elsewhere.swap(elsewhere.launch_code(0), 0);
    }();
    for (const auto& token :
         {std::string(), other_page.token, page.session.cookie, page.session.key, page.session.token + "a"}) {
        auto head = page.post("/api");
        head.token = token;
        CHECK(page.status(head) == 401);
        auto events = page.events();
        events.token = token;
        CHECK(page.status(events) == 401);
    }
    for (const auto& cookies :
         {std::string(), "staffroom-4322=" + page.session.cookie, "staffroom-4321=" + other_page.cookie}) {
        auto head = page.post("/api");
        head.cookies = cookies;
        CHECK(page.status(head) == 401);
        auto file = page.get("/file/abc/0?key=" + page.session.key);
        file.cookies = cookies;
        CHECK(page.status(file) == 401);
    }
    CHECK(page.status(page.get("/file/abc/0")) == 401);
    CHECK(page.status(page.get("/file/abc/0?key=" + page.session.token)) == 401);
}

TEST_CASE("W10 the built page is what stands in its table, to the letter") {
    for (const auto* path : {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/./index.html",
                             "//index.html", "/index.html/", "/assets/", "/assets/../index.html", "/index.html%00",
                             "index.html", "", "/etc/passwd", "/..\\..\\etc\\passwd"}) {
        CHECK_MESSAGE(built_file(path) == nullptr, path);
    }
    if (!built_files().empty()) CHECK(built_file("/") != nullptr);
}

TEST_CASE("W11 a socket of events from another origin, or from none, is refused") {
    const Page page;
    for (const auto* origin : {"http://evil.com", "null", "http://localhost:4321"}) {
        auto head = page.events();
        head.origin = origin;
        CHECK(page.status(head) == 403);
    }
    auto silent = page.events();
    silent.origin.reset();
    CHECK(page.status(silent) == 403);
}

TEST_CASE("W12 a launch code is good once, and for a minute") {
    Sessions sessions;
    const auto code = sessions.launch_code(1'000);
    CHECK_FALSE(sessions.swap("", 1'000));
    CHECK_FALSE(sessions.swap(code + "a", 1'000));
    CHECK(sessions.swap(code, 60'999));
    CHECK_FALSE(sessions.swap(code, 60'999));
    const auto late = sessions.launch_code(1'000);
    CHECK_FALSE(sessions.swap(late, 61'000));
    CHECK_FALSE(sessions.swap(late, 1'000));
}

TEST_CASE("of many launch codes and sessions the oldest go") {
    Sessions sessions;
    const auto first = sessions.launch_code(0);
    for (std::size_t i = 0; i < launches_max; ++i) (void)sessions.launch_code(0);
    CHECK_FALSE(sessions.swap(first, 0));
    const auto oldest = *sessions.swap(sessions.launch_code(0), 0);
    CHECK(sessions.has_token(oldest.cookie, oldest.token));
    for (std::size_t i = 0; i < sessions_max; ++i) CHECK(sessions.swap(sessions.launch_code(0), 0));
    CHECK_FALSE(sessions.has_token(oldest.cookie, oldest.token));
}

TEST_CASE("what stands in an address is read as written, or not at all") {
    CHECK(percent_decoded("a%20b%C3%A9") == "a b\xC3\xA9");
    for (const auto* wrong : {"%", "%2", "%zz", "a%-1b", "%+1"}) CHECK_FALSE(percent_decoded(wrong));
    const Page page;
    const auto judged = judge(page.post("/upload/My%20group?name=a%26b.txt&args=%7B%7D&flag"), port, page.sessions);
    const auto* admitted = std::get_if<Admitted>(&judged);
    REQUIRE(admitted);
    CHECK(admitted->path == "My group");
    CHECK(admitted->query.at("name") == "a&b.txt");
    CHECK(admitted->query.at("args") == "{}");
    CHECK(admitted->query.at("flag").empty());
    CHECK(page.status(page.post("/upload/a?name=%")) == 400);
}

TEST_CASE("one range of a file is given; none, several or nonsense is the whole file") {
    const auto is = [](const std::optional<ByteRange>& range, std::uint64_t from, std::uint64_t to) {
        return range && range->from == from && range->to == to;
    };
    CHECK(is(range_in("bytes=0-9", 100), 0, 9));
    CHECK(is(range_in("bytes=90-", 100), 90, 99));
    CHECK(is(range_in("bytes=90-1000", 100), 90, 99));
    CHECK(is(range_in("bytes=-10", 100), 90, 99));
    CHECK(is(range_in("bytes=-1000", 100), 0, 99));
    for (const auto* outside : {"bytes=100-", "bytes=9-8", "bytes=-0"}) {
        const auto range = range_in(outside, 100);
        CHECK_MESSAGE((range && range->from > range->to), outside);
    }
    for (const auto* none :
         {"", "bytes=", "bytes=a-b", "bytes=0-1,5-6", "lines=0-9", "bytes=--5", "bytes=-", "bytes=5"}) {
        CHECK_MESSAGE(!range_in(none, 100), none);
    }
}
