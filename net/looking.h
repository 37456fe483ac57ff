// Groups that show themselves: a stranger looks at a lobby and is told of those that its owner chose to show, by name and
// purpose and the name of who shows it, and nothing else. To come in they ask (AskClaim), and an organiser says yes or no.
// A colleague of another group looks over the link that is there already.
#pragma once

#include "net/outbox.h"

namespace staffroom::net {

// The stranger's side, towards one computer.
class Looker {
  public:
    static constexpr std::uint64_t answer_every_ms = 1'000;  // on one link: what it costs to answer is worth more
    static constexpr std::uint64_t again_ms = 2'000, link_ms = 10'000;

    explicit Looker(const LinkKey& at) : at_(at) {}

    const LinkKey& at() const { return at_; }
    // Not answered yet.
    bool is_open() const { return open_; }
    std::optional<LinkId> link() const { return link_; }
    void opened(LinkId link, std::uint64_t now);
    void hear(LinkId link, ByteView frame, Outbox& out);
    void closed(LinkId link);
    // Gives a link that brought no answer.
    std::optional<LinkId> tick(std::uint64_t now, Outbox& out);
    std::uint64_t deadline() const { return link_ ? std::min(next_, until_) : never_ms; }

  private:
    LinkKey at_;
    bool open_ = true;
    std::optional<LinkId> link_;
    std::uint64_t next_ = 0, until_ = 0;
};

}  // namespace staffroom::net
