// The laws of merging, for any merge type given as values and functions. A history is a list of ops that were made
// somewhere; replicas apply them in different orders and must show the same.
//
//     const std::vector<Op> history = {...};
//     CHECK_EQ(laws::order_breach(history, [] { return State{}; }, [](State& s, const Op& op) { apply(s, op); },
//                                 [](const State& s) { return shown(s); }),
//              "");
//
// Every order of a small history is tried, so seven ops are 5,040 replicas; keep histories at eight or fewer and make
// many of them, with values that tie. `show` gives whatever must be equal: a value with ==.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace staffroom::laws {

using Order = std::vector<std::size_t>;  // positions in the history

struct OrderOptions {
    // True when op `first` must be applied before op `then` everywhere, since `then` was made by somebody who knew it.
    // Without it any order may arrive.
    std::function<bool(std::size_t first, std::size_t then)> before;
    // Whether an op delivered twice, at once or at the very end, changes nothing.
    bool idempotent = false;
};

inline std::string text_of_order(const Order& order) {
    std::string text;
    for (const auto at : order) text += (text.empty() ? "" : " ") + std::to_string(at);
    return text;
}

inline bool obeys(const Order& order, const OrderOptions& options) {
    if (!options.before) return true;
    for (std::size_t i = 0; i < order.size(); ++i) {
        for (std::size_t j = i + 1; j < order.size(); ++j) {
            if (options.before(order[j], order[i])) return false;
        }
    }
    return true;
}

// Calls `visit(order)` for every order of `count` ops that `options.before` allows.
template <class Visit>
void each_order(std::size_t count, const OrderOptions& options, Visit visit) {
    Order order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
        if (obeys(order, options)) visit(order);
    } while (std::next_permutation(order.begin(), order.end()));
}

// Commutes and associates: every allowed order ends in the same state. With `idempotent`, every op delivered a second
// time, at once or at the end, changes nothing either. The first breach in words, or nothing.
template <class Op, class Fresh, class Apply, class Show>
std::string order_breach(const std::vector<Op>& history, Fresh fresh, Apply apply, Show show,
                         const OrderOptions& options = {}) {
    using Shown = decltype(show(fresh()));
    std::vector<Shown> expected;
    std::string breach;
    const auto replay = [&](const Order& order) {
        auto state = fresh();
        for (const auto at : order) apply(state, history[at]);
        return show(state);
    };
    each_order(history.size(), options, [&](const Order& order) {
        if (!breach.empty()) return;
        auto shown = replay(order);
        if (expected.empty())
            expected.push_back(std::move(shown));
        else if (!(shown == expected.front()))
            breach = "the order " + text_of_order(order) + " shows something else";
        if (!options.idempotent) return;
        for (std::size_t i = 0; i < order.size() && breach.empty(); ++i) {
            Order at_once = order, at_the_end = order;
            at_once.insert(at_once.begin() + static_cast<std::ptrdiff_t>(i), order[i]);
            at_the_end.push_back(order[i]);
            for (const auto& twice : {at_once, at_the_end}) {
                if (!(replay(twice) == expected.front())) {
                    breach = "delivered twice, " + text_of_order(twice) + " shows something else";
                }
            }
        }
    });
    return breach;
}

// For states merged whole: join commutes, associates and is idempotent on every pair and triple of `states`.
template <class State, class Join, class Show>
std::string join_breach(const std::vector<State>& states, Join join, Show show) {
    const auto joined = [&](State a, const State& b) {
        join(a, b);
        return a;
    };
    const auto named = [](const char* law, std::initializer_list<std::size_t> at) {
        return law + (" on states " + text_of_order(Order(at)));
    };
    for (std::size_t a = 0; a < states.size(); ++a) {
        if (!(show(joined(states[a], states[a])) == show(states[a]))) return named("not idempotent", {a});
        for (std::size_t b = 0; b < states.size(); ++b) {
            const State ab = joined(states[a], states[b]);
            if (!(show(ab) == show(joined(states[b], states[a])))) return named("does not commute", {a, b});
            if (!(show(joined(ab, states[b])) == show(ab))) return named("not idempotent", {a, b});
            for (std::size_t c = 0; c < states.size(); ++c) {
                if (!(show(joined(ab, states[c])) == show(joined(states[a], joined(states[b], states[c]))))) {
                    return named("does not associate", {a, b, c});
                }
            }
        }
    }
    return {};
}

}  // namespace staffroom::laws
