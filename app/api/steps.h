// Long work in short steps. A verb that may take more than a moment is a coroutine: between two steps it gives way, the
// node serves colleagues and other commands, and then goes on with it.
//
//     Steps<FileRef> take_in(Desk& desk, GroupId group, std::string path) {
//         …
//         while (!intake->is_done()) {
//             if (auto stepped = intake->step(…); !stepped) co_return stepped.error();
//             co_yield Progress{"bytes", intake->bytes_done(), intake->bytes_total()};
//         }
//         co_return intake->file();
//     }
//
// Rules:
//  - a step is one batch on the disk, or some tens of milliseconds of work: a colleague hangs up after 30 s of silence,
//    and whoever types waits for the step;
//  - anything may have changed after a step: what was read before it (a Group, a RecordState) is read again;
//  - parameters are values, or live as long as the node: a reference to a caller's temporary would dangle;
//  - work that is dropped half way (the command was interrupted, the program stops) ends as if it returned there: what
//    must not stay behind belongs to an object with a destructor.
// One piece of work waits for another: auto file = co_await take_in(…); No `?:` may stand within what is awaited: gcc 12
// destroys its temporaries twice.
#pragma once

#include <coroutine>
#include <optional>

#include "app/api/verb.h"

namespace staffroom::api {

// Some steps at a time: each turn of the node's loop costs something too.
inline constexpr std::uint64_t slice_ms = 20;

template <class T = Done>
class Steps {
  public:
    struct promise_type;
    using Handle = std::coroutine_handle<promise_type>;

    Steps(Steps&& other) noexcept : work_(std::exchange(other.work_, {})) {}
    Steps& operator=(Steps&&) = delete;
    ~Steps() {
        if (work_) work_.destroy();
    }

    // Does one step, of this or of what it waits for. Needs !is_done(). Throws what the work throws, and is over then.
    void step() {
        auto& course = work_.promise().own;
        if (!course.innermost) course.innermost = work_;
        course.innermost.resume();
    }
    bool is_done() const { return work_.done(); }
    // After the latest step.
    const Progress& progress() const { return work_.promise().own.progress; }
    // Needs is_done(); once.
    Result<T> result() { return std::move(*work_.promise().result); }

    bool await_ready() const { return false; }
    template <class Caller>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Caller> caller) {
        auto& promise = work_.promise();
        promise.caller = caller;
        promise.course = caller.promise().course;
        promise.course->innermost = work_;
        return work_;
    }
    Result<T> await_resume() { return result(); }

  private:
    explicit Steps(Handle work) : work_(work) {}
    Handle work_;
};

// What a piece of work and all that it waits for have in common.
struct Course {
    std::coroutine_handle<> innermost;
    Progress progress;
};

template <class T>
struct Steps<T>::promise_type {
    Course own;
    Course* course = &own;
    std::coroutine_handle<> caller;
    std::optional<Result<T>> result;

    struct ToCaller {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle work) const noexcept {
            const auto& promise = work.promise();
            if (!promise.caller) return std::noop_coroutine();
            promise.course->innermost = promise.caller;
            return promise.caller;
        }
        void await_resume() const noexcept {}
    };

    Steps get_return_object() { return Steps(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() const { return {}; }
    ToCaller final_suspend() const noexcept { return {}; }
    std::suspend_always yield_value(Progress progress) {
        course->progress = progress;
        return {};
    }
    void return_value(Result<T> value) { result.emplace(std::move(value)); }
    void unhandled_exception() { throw; }
};

// All at once: for work that is known to be short.
template <class T>
Result<T> at_once(Steps<T> steps) {
    while (!steps.is_done()) steps.step();
    return steps.result();
}

std::unique_ptr<Errand> errand_of(Steps<Json> steps);

// For the tables of verbs: {"verify", nullptr, in_steps<verify>}.
template <Steps<Json> (*work)(Desk& desk, Json args)>
std::unique_ptr<Errand> in_steps(Desk& desk, const Json& args) {
    return errand_of(work(desk, args));
}

}  // namespace staffroom::api
