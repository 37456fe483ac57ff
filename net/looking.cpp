#include "net/looking.h"

#include <algorithm>

namespace staffroom::net {

void Looker::opened(LinkId link, std::uint64_t now) {
    link_ = link;
    next_ = now;
    until_ = now + link_ms;
}

void Looker::closed(LinkId link) {
    if (link_ == link) link_.reset();
}

void Looker::hear(LinkId link, ByteView frame, Outbox& out) {
    if (link_ != link || !open_) return;
    open_ = false;
    auto shown = message_in<ShownGroups>(frame);
    if (shown) out.act(GroupsShown{at_, std::move(shown->groups)});
}

std::optional<LinkId> Looker::tick(std::uint64_t now, Outbox& out) {
    if (!link_) return std::nullopt;
    if (now >= until_) return std::exchange(link_, std::nullopt);
    if (now < next_) return std::nullopt;
    next_ = now + again_ms;
    out.say(*link_, Look{});
    return std::nullopt;
}

}  // namespace staffroom::net
