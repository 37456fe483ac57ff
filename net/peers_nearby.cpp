// Computers nearby that need not be colleagues: words are compared with them, and groups that they show are looked for.
#include <algorithm>

#include "net/peers.h"

namespace staffroom::net {

CompareSeeker* Peers::seeker_with(const LinkKey& key) {
    const auto at = std::find_if(seekers_.begin(), seekers_.end(),
                                 [&](const CompareSeeker& seeker) { return seeker.is_open() && seeker.host() == key; });
    return at == seekers_.end() ? nullptr : &*at;
}

bool Peers::hear_comparison(LinkId link, Line& line, ByteView frame, std::uint64_t now) {
    const auto kind = kind_of(frame);
    const bool about = kind == Kind::compare_commit || kind == Kind::compare_reveal;
    if (!line.dialled) {
        if (about && window_) window_->hear(link, frame, now, out_);
        if (about && !window_) out_.say(link, Answer{Outcome::closed, {}});
        return about;
    }
    auto* seeker = joining_with(line.key) == nullptr ? seeker_with(line.key) : nullptr;
    if (seeker == nullptr || (!about && kind != Kind::answer)) return about;
    if (seeker->hear(link, frame, out_)) close(link, Parting::done, false, now);
    return true;
}

void Peers::open_window(const GroupId& group, std::uint64_t ms, std::uint64_t now) {
    window_.emplace(group, here_.record, here_.record.link, now + ms);
}

void Peers::window_decided(bool same) {
    if (window_) window_->decided(same);
}

void Peers::seek_window(std::uint64_t now) {
    for (const auto& key : dialling_.keys()) {
        const bool tried = std::any_of(seekers_.begin(), seekers_.end(),
                                       [&](const CompareSeeker& seeker) { return seeker.host() == key; });
        if (tried || key == here_.record.link || link_to(key) || seekers_.size() >= tried_max) continue;
        seekers_.emplace_back(key, here_.record);
        dialling_.hurry(key, now);
    }
}

Looker* Peers::looker_with(const LinkKey& key) {
    const auto at = std::find_if(lookers_.begin(), lookers_.end(),
                                 [&](const Looker& looker) { return looker.is_open() && looker.at() == key; });
    return at == lookers_.end() ? nullptr : &*at;
}

bool Peers::hear_looking(LinkId link, Line& line, ByteView frame, std::uint64_t now) {
    if (kind_of(frame) == Kind::look && (line.session || !line.dialled)) {
        const bool soon = line.shown_at && now < *line.shown_at + Looker::answer_every_ms;
        if (soon || !message_in<Look>(frame)) return true;
        line.shown_at = now;
        out_.say(link, shown_);
        return true;
    }
    auto* looker = looker_with(line.key);
    if (kind_of(frame) != Kind::shown_groups || looker == nullptr || looker->link() != link) return false;
    looker->hear(link, frame, out_);
    const bool needed = line.session || joining_with(line.key) != nullptr || seeker_with(line.key) != nullptr;
    if (!needed) close(link, Parting::done, false, now);
    return true;
}

void Peers::look_at(const LinkKey& key, std::uint64_t now) {
    const bool asked =
        std::any_of(lookers_.begin(), lookers_.end(), [&](const Looker& looker) { return looker.at() == key; });
    if (asked || key == here_.record.link || lookers_.size() >= tried_max) return;
    lookers_.emplace_back(key);
    const auto link = link_to(key);
    if (!link) return dialling_.hurry(key, now);
    lookers_.back().opened(*link, now);
    lookers_.back().tick(now, out_);
}

void Peers::look_around(std::uint64_t now) {
    for (const auto& key : dialling_.keys()) look_at(key, now);
    for (const auto& [link, line] : lines_) {
        if (link_to(line.key) == link) look_at(line.key, now);
    }
}

bool Peers::has_looked() const {
    return !lookers_.empty() &&
           std::none_of(lookers_.begin(), lookers_.end(), [](const Looker& l) { return l.is_open(); });
}

bool Peers::has_sought() const {
    return std::none_of(seekers_.begin(), seekers_.end(), [](const CompareSeeker& seeker) { return seeker.is_open(); });
}

void Peers::stop_seeking() { seekers_.clear(); }

}  // namespace staffroom::net
