#include "net/reconcile.h"

namespace staffroom::net {
namespace {
constexpr std::uint64_t answer_pause_ms = 1'000;  // before a turn is repeated; twice as long each time
constexpr std::uint64_t answer_pause_ms_max = 4'000;
constexpr std::uint64_t closing_pause_ms = 100;  // before closing anew, likewise
constexpr std::uint64_t closing_pause_ms_max = 2'000;
constexpr std::uint64_t patience_ms = 30'000;  // without any progress
constexpr unsigned broken_attempts_max = 3;
constexpr unsigned unequal_attempts_max = 2;
constexpr unsigned cut_attempts_max = 16;
constexpr unsigned idle_turns_max = 3;
constexpr std::uint64_t turns_max = 2 * limits::reconcile_rounds - 1;  // the number of the last
constexpr std::size_t items_bytes = limits::reconcile_bytes - 64;  // of a frame; the rest is what stands around them

Error error(Code code, std::string say) {
    return {code, std::move(say), "Check that both computers run the same version of Staffroom."};
}
Error not_understood() { return error(Code::malformed, "That computer sent something this one does not understand."); }
Error without_end() { return error(Code::refused, "Comparing work with that computer came to no end."); }
Error silent() { return {Code::busy, "That computer stopped answering.", "It is tried again by itself."}; }
Error promises_broken() {
    return {Code::refused, "That computer named work that it then did not hand over.",
            "It is tried again later; meanwhile the work may come from another colleague."};
}
}  // namespace

ShortKey reconcile_key(const ReconcileTopic& topic, std::uint64_t attempt) {
    Bytes rest{static_cast<std::uint8_t>(topic.kind)};
    append_be64(rest, attempt);
    ShortKey key;
    blake2b(key.bytes, {},
            {view_of("staffroom-reconcile"), topic.dialler_nonce.view(), topic.listener_nonce.view(),
             topic.dialler.view(), topic.listener.view(), topic.group.view(), rest});
    return key;
}

void Reconciler::start(const TreeStore& set, std::uint64_t now_ms) {
    assert(role_ == Role::asks);
    if (state_ == State::talking || state_ == State::failed) return;
    unequal_attempts_ = cut_attempts_ = broken_attempts_ = 0;
    begin(set, now_ms);
}

void Reconciler::begin(const TreeStore& set, std::uint64_t now_ms) {
    const auto top = tree_top(set);
    if (!top) return fail(top.error());
    state_ = State::talking;
    ++number_;
    attempt_.emplace(Attempt{.comparison = RangeComparison(reconcile_key(topic_, number_)), .expected = 1});
    moved_at_ms_ = now_ms;
    say({encode(ReconcileBody{number_, 0, Opening{top->count, top->fingerprint}})}, now_ms, answer_pause_ms);
}

void Reconciler::receive(const TreeStore& set, ByteView body, std::uint64_t now_ms) {
    if (state_ == State::failed) return;
    auto decoded = decode<ReconcileBody>(body);
    if (!decoded) return fail(Parting::protocol, not_understood());
    auto& message = *decoded;

    const bool opens = std::holds_alternative<Opening>(message.says);
    const bool from_asker = message.turn % 2 == 0;
    if (from_asker != (role_ == Role::answers) || opens != (message.turn == 0))
        return fail(Parting::protocol, not_understood());
    if (opens && message.attempt > number_) return open(set, message.attempt, std::get<Opening>(message.says));
    if (!attempt_ || message.attempt != number_ || state_ == State::different) return;

    const bool again = message.turn + 2 == attempt_->expected;
    if (message.turn != attempt_->expected && !again) return;
    if (const auto* closing = std::get_if<Closing>(&message.says)) {
        if (!again) attempt_->expected += 2;
        return take_closing(set, *closing, now_ms);
    }
    if (!again) return collect(set, std::get<Ranges>(std::move(message.says)), now_ms);
    // Our answer was lost, or theirs was doubled on its way. Once per turn repeated is enough.
    const auto* part = std::get_if<Ranges>(&message.says);
    if (role_ == Role::answers && (part == nullptr || part->part == 0)) unsent_ = said_.size();
}

void Reconciler::open(const TreeStore& set, std::uint64_t number, const Opening& opening) {
    if (awaited() > 0 && ++broken_attempts_ >= broken_attempts_max) return fail(Parting::promises, promises_broken());
    number_ = number;
    attempt_.emplace(Attempt{.comparison = RangeComparison(reconcile_key(topic_, number_)), .expected = 2});
    TreeReader reader(set);
    const auto top = reader.under(Prefix());
    if (!top) return fail(top.error());
    attempt_->their_root = opening.root;
    if (top->fingerprint == opening.root) return say_closing(set, 0);
    state_ = State::talking;
    auto items = attempt_->comparison.open(reader, opening.count);
    if (!items) return fail(items.error());
    say(std::move(*items), 0);
}

void Reconciler::collect(const TreeStore& set, Ranges part, std::uint64_t now_ms) {
    if (attempt_->expected > turns_max) return fail(Parting::protocol, without_end());
    auto& parts = attempt_->parts;
    const auto position = part.part;
    if (!parts.emplace(position, std::move(part)).second) return;
    moved_at_ms_ = now_ms;
    const auto& last = parts.rbegin()->second;
    if (last.last && parts.size() == std::size_t{last.part} + 1) take_turn(set, now_ms);
}

void Reconciler::take_turn(const TreeStore& set, std::uint64_t now_ms) {
    auto& attempt = *attempt_;
    const bool they_have_more = attempt.parts.rbegin()->second.more;
    std::vector<RangeItem> items;
    for (auto& [position, part] : attempt.parts) {
        attempt.promised = std::max(attempt.promised, part.pushing);
        if (!items.empty() && !part.items.empty() && !may_follow(items.back(), part.items.front().range))
            return fail(Parting::protocol, not_understood());
        std::move(part.items.begin(), part.items.end(), std::back_inserter(items));
    }
    attempt.parts.clear();
    attempt.expected += 2;

    TreeReader reader(set);
    if (auto taken = attempt.comparison.take(reader, items); !taken) return fail(taken.error());
    attempt.idle_turns = attempt.comparison.progress() != attempt.progress_seen ? 0 : attempt.idle_turns + 1;
    attempt.progress_seen = attempt.comparison.progress();
    if (attempt.idle_turns > idle_turns_max) return fail(Parting::silent, without_end());

    if (role_ == Role::asks && attempt.expected > turns_max) {
        attempt.cut = true;
        attempt.comparison.cut();
        return say_closing(set, now_ms);
    }
    auto answer = attempt.comparison.answer(reader);
    if (!answer) return fail(answer.error());
    const bool nothing_left = answer->empty() && !they_have_more && !attempt.comparison.has_more();
    if (role_ == Role::asks && nothing_left) return say_closing(set, now_ms);
    say(std::move(*answer), now_ms);
}

void Reconciler::take_closing(const TreeStore& set, const Closing& closing, std::uint64_t now_ms) {
    const auto top = tree_top(set);
    if (!top) return fail(top.error());
    auto& attempt = *attempt_;
    attempt.promised = std::max(attempt.promised, closing.pushing);
    if (std::exchange(attempt.their_awaited, closing.awaited) != closing.awaited) moved_at_ms_ = now_ms;
    attempt.answered = true;
    attempt.their_root = closing.root;
    if (role_ == Role::answers) return say_closing(set, now_ms);
    if (state_ == State::equal) return;
    if (top->fingerprint == closing.root) {
        // The other side has to know it too.
        return closing.equal ? be_equal() : say_closing(set, now_ms);
    }
    if (awaited() == 0 && closing.awaited == 0) return end_attempt(set, true, now_ms);
    speak_at_ms_ = now_ms + pause_ms_;
}

void Reconciler::settled(const TreeStore& set, std::size_t commits, std::uint64_t now_ms) {
    if (!attempt_ || state_ != State::talking || commits == 0) return;
    attempt_->settled += commits;
    attempt_->idle_turns = 0;
    moved_at_ms_ = now_ms;
    if (role_ == Role::answers) broken_attempts_ = 0;
    // All is here: say so, instead of waiting to be asked.
    if (attempt_->closing && awaited() == 0 && (role_ == Role::answers || attempt_->answered)) say_closing(set, now_ms);
}

void Reconciler::tick(const TreeStore& set, std::uint64_t now_ms) {
    const auto deadline = deadline_ms();
    if (!deadline || now_ms < *deadline) return;
    auto& attempt = *attempt_;
    if (now_ms - moved_at_ms_ >= patience_ms) {
        if (!attempt.answered) return fail(Parting::silent, silent());
        return end_attempt(set, false, now_ms);
    }
    const auto pause = std::min(2 * pause_ms_, attempt.closing ? closing_pause_ms_max : answer_pause_ms_max);
    if (attempt.closing) {
        say_closing(set, now_ms);
    } else {
        unsent_ = said_.size();
    }
    pause_ms_ = pause;
    speak_at_ms_ = now_ms + pause;
}

std::optional<std::uint64_t> Reconciler::deadline_ms() const {
    if (role_ != Role::asks || state_ != State::talking) return std::nullopt;
    return std::min(speak_at_ms_, moved_at_ms_ + patience_ms);
}

std::optional<Bytes> Reconciler::poll() {
    if (unsent_ == 0) return std::nullopt;
    return said_[said_.size() - unsent_--];
}

Result<std::vector<CommitKey>> Reconciler::take_pushes(const TreeStore& set, std::size_t most) {
    if (!has_pushes()) return std::vector<CommitKey>();
    return attempt_->comparison.take_pushes(set, most);
}

void Reconciler::end_attempt(const TreeStore& set, bool promises_kept, std::uint64_t now_ms) {
    const auto& attempt = *attempt_;
    if (!promises_kept) {
        if (++broken_attempts_ >= broken_attempts_max) return fail(Parting::promises, promises_broken());
    } else if (attempt.cut && attempt.settled + attempt.comparison.pushed_count() > 0) {
        if (++cut_attempts_ >= cut_attempts_max) return fail(Parting::protocol, without_end());
    } else if (attempt.cut) {
        return fail(Parting::protocol, without_end());
    } else if (++unequal_attempts_ >= unequal_attempts_max) {
        state_ = State::different;
        return;
    }
    begin(set, now_ms);
}

void Reconciler::say(std::vector<RangeItem> items, std::uint64_t now_ms) {
    std::vector<Ranges> parts(1);
    std::size_t size = 0;
    Prefix before;
    for (auto& item : items) {
        auto bytes = encoded_size(item, before);
        if (size + bytes > items_bytes || parts.back().items.size() == limits::reconcile_items) {
            // Only somebody who broke the rules can make us want more than a turn holds.
            if (parts.size() == limits::reconcile_frames) break;
            parts.emplace_back();
            bytes = encoded_size(item, Prefix());
            size = 0;
        }
        size += bytes;
        before = item.range;
        parts.back().items.push_back(std::move(item));
    }
    std::vector<Bytes> frames;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i].part = static_cast<std::uint8_t>(i);
        parts[i].last = i + 1 == parts.size();
        parts[i].more = attempt_->comparison.has_more();
        parts[i].pushing = attempt_->comparison.pushed_count();
        frames.push_back(encode(ReconcileBody{number_, attempt_->expected - 1, std::move(parts[i])}));
    }
    say(std::move(frames), now_ms, answer_pause_ms);
}

void Reconciler::say_closing(const TreeStore& set, std::uint64_t now_ms) {
    const auto top = tree_top(set);
    if (!top) return fail(top.error());
    const bool equal = top->fingerprint == attempt_->their_root;
    if (role_ == Role::answers && equal) be_equal();
    attempt_->closing = true;
    const Closing closing{top->count, top->fingerprint, equal, attempt_->comparison.pushed_count(), awaited()};
    say({encode(ReconcileBody{number_, attempt_->expected - 1, closing})}, now_ms, closing_pause_ms);
}

void Reconciler::say(std::vector<Bytes> frames, std::uint64_t now_ms, std::uint64_t pause_ms) {
    said_ = std::move(frames);
    unsent_ = said_.size();
    attempt_->answered = false;
    pause_ms_ = pause_ms;
    speak_at_ms_ = now_ms + pause_ms;
}

void Reconciler::be_equal() {
    state_ = State::equal;
    attempt_->parts.clear();
    attempt_->comparison = RangeComparison(reconcile_key(topic_, number_));
}

void Reconciler::fail(Parting why, Error error) {
    state_ = State::failed;
    failure_ = {why, std::move(error)};
    attempt_.reset();
    said_.clear();
    unsent_ = 0;
}

void Reconciler::fail(const Error& error) {
    fail(error.code == Code::malformed ? Parting::protocol : Parting::done, error);
}

}  // namespace staffroom::net
