#include "net/address.h"

#include <doctest/doctest.h>

#include <string>

using namespace staffroom::net;

TEST_CASE("addresses are literal, and printed as they are usually written") {
    const auto again = [](std::string_view text) {
        const auto address = address_from_text(text);
        return address ? address_text(*address) : std::string("refused");
    };
    for (const auto* text : {"192.168.1.7:47710", "[fe80::1%3]:47710", "[fd00::2:0:0:1]:1024", "[::1]:1", "[::]:65535",
                             "[1:2:3:4:5:6:7:8]:9", "[1:0:3:4:5:6:7:8]:9"}) {
        CHECK(again(text) == text);
    }
    CHECK(again("[FD00:0:0:0:0:0:0:1]:5000") == "[fd00::1]:5000");
    CHECK(again("[::ffff:10.0.0.1]:5000") == "10.0.0.1:5000");
    CHECK(host_from_text("::ffff:10.0.0.1") == host_from_text("10.0.0.1"));
    CHECK(host_from_text("fe80::1%eth0") == host_from_text("fe80::1"));
}

TEST_CASE("T20 whatever is no literal address is refused") {
    for (const auto* text : {"",
                             ":",
                             "1.2.3.4",
                             "1.2.3.4:",
                             "1.2.3.4:0",
                             "1.2.3.4:65536",
                             "1.2.3.4:-1",
                             "1.2.3.4:+1",
                             "1.2.3.4:01",
                             "1.2.3:1",
                             "1.2.3.4.5:1",
                             "256.1.1.1:1",
                             "01.1.1.1:1",
                             "1..1.1:1",
                             "0x7f.1.1.1:1",
                             "1.2.3.4%1:5",
                             "[1.2.3.4]:5",
                             "school.example:5000",
                             "localhost:5000",
                             "tcp://10.0.0.1:5000",
                             "ipc:///tmp/x:5000",
                             "epgm://eth0;239.1.1.1:5000",
                             "*:5000",
                             "[fe80::1%eth0]:5000",
                             "[fe80::1%0]:5000",
                             "[fe80::1%]:5000",
                             "fe80::1:5000",
                             "[1:2:3:4:5:6:7]:9",
                             "[1:2:3:4:5:6:7:8:9]:9",
                             "[1::2::3]:9",
                             "[:::]:9",
                             "[12345::]:9",
                             "[1:2:3:4:5:6:7::8]:9",
                             "[::g]:9",
                             "[::ffff:10.0.0.1%2]:9",
                             "[]:9",
                             "[:9",
                             " 1.2.3.4:5",
                             "1.2.3.4:5 "}) {
        CAPTURE(text);
        CHECK_FALSE(address_from_text(text));
    }
}

TEST_CASE("T20 what is dialled depends on who told us") {
    const auto told = [](const char* text) {
        const auto address = *address_from_text(text);
        std::string by;
        if (may_dial(address, Told::heard)) by += "heard ";
        if (may_dial(address, Told::invited)) by += "invited ";
        if (may_dial(address, Told::typed)) by += "typed";
        return by;
    };
    for (const auto* near : {"10.1.2.3:1024", "172.16.0.1:5000", "172.31.255.1:5000", "192.168.0.1:5000",
                             "169.254.7.7:5000", "[fe80::1%2]:5000", "[fd12::1]:5000", "[fc00::1]:5000"}) {
        CAPTURE(near);
        CHECK(told(near) == "heard invited typed");
    }
    for (const auto* own : {"127.0.0.1:5000", "127.9.9.9:5000", "[::1]:5000"}) {
        CAPTURE(own);
        CHECK(told(own) == "invited typed");
    }
    for (const auto* far : {"8.8.8.8:5000", "172.15.0.1:5000", "172.32.0.1:5000", "192.167.1.1:5000",
                            "[2001:db8::1]:5000", "10.1.2.3:1023", "192.168.0.1:22", "[fd12::1]:80", "127.0.0.1:80"}) {
        CAPTURE(far);
        CHECK(told(far) == "typed");
    }
    for (const auto* none : {"0.0.0.0:5000", "224.0.0.1:5000", "239.77.71.10:5000", "255.255.255.255:5000", "[::]:5000",
                             "[ff02::1%2]:5000", "[fe80::1]:5000", "[fd12::1%2]:5000"}) {
        CAPTURE(none);
        CHECK(told(none) == "");
    }
}
