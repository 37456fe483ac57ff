// Two sets of keys and the conversation between them, in one thread: for tests and benchmarks of net/reconcile.
#pragma once

#include <functional>

#include "net/reconcile.h"
#include "tests/flat_tree_store.h"

namespace staffroom::net {

inline ReconcileTopic some_topic() {
    ReconcileTopic topic;
    topic.dialler_nonce.bytes.fill(1);
    topic.listener_nonce.bytes.fill(2);
    topic.dialler.bytes.fill(3);
    topic.listener.bytes.fill(4);
    topic.group.bytes.fill(5);
    topic.kind = CommitKind::content;
    return topic;
}

struct ReconcilePair {
    struct Side {
        FlatTreeStore set;
        Reconciler talk;
        std::size_t frames = 0, bytes = 0;  // said
        std::size_t turns = 0;
        std::vector<CommitKey> pushed;

        explicit Side(Reconciler::Role role) : talk(some_topic(), role) {}
    };

    Side asks{Reconciler::Role::asks}, answers{Reconciler::Role::answers};
    std::uint64_t now_ms = 1'000;
    // What the network and the session between do to a frame on its way; true: it arrives.
    std::function<bool(Side& from, Bytes& frame)> carry = [](Side&, Bytes&) { return true; };
    // Whether pushed commits arrive; those that do are in table and tree at once.
    std::function<bool(Side& from, const CommitKey&)> deliver = [](Side&, const CommitKey&) { return true; };

    // Says what one side has to say to the other, and hands over what it pushes. True when there was something.
    bool carry_from(Side& from, Side& to) {
        bool any = false;
        while (auto frame = from.talk.poll()) {
            any = true;
            ++from.frames;
            from.bytes += frame->size();
            if (carry(from, *frame)) to.talk.receive(to.set, *frame, now_ms);
        }
        if (any) ++from.turns;
        while (from.talk.has_pushes()) {
            any = true;
            auto keys = from.talk.take_pushes(from.set, 1'000);
            if (!keys) return any;
            std::erase_if(*keys, [&](const CommitKey& key) { return !deliver(from, key); });
            from.pushed.insert(from.pushed.end(), keys->begin(), keys->end());
            if (!to.set.add(*keys)) return any;
            to.talk.settled(to.set, keys->size(), now_ms);
        }
        return any;
    }

    // Until nobody has anything to say any more, ever. Time jumps from deadline to deadline.
    void run(std::size_t steps_max = 100'000) {
        asks.talk.start(asks.set, now_ms);
        while (steps_max-- > 0) {
            const bool moved = carry_from(asks, answers) | carry_from(answers, asks);
            if (moved) continue;
            const auto deadline = asks.talk.deadline_ms();
            if (!deadline) return;
            now_ms = std::max(now_ms, *deadline);
            asks.talk.tick(asks.set, now_ms);
        }
    }
    std::size_t bytes() const { return asks.bytes + answers.bytes; }
    std::size_t messages() const { return asks.turns + answers.turns; }
    bool is_equal() const {
        return asks.talk.state() == Reconciler::State::equal && answers.talk.state() == Reconciler::State::equal &&
               asks.set.all_keys() == answers.set.all_keys();
    }
};

}  // namespace staffroom::net
