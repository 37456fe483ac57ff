// A school to measure with: profiles on the real disk, and colleagues without one, whose commits are made from their
// keys alone, as fast as they can be signed. What cannot be made ends the program with the sentence a teacher would
// read.
#pragma once

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/home.h"
#include "core/records/ops.h"
#include "storage/commit_log.h"
#include "storage/disk.h"

namespace staffroom::bench {

[[noreturn]] inline void stop(const Error& error) {
    std::fprintf(stderr, "%s %s\n", error.say.c_str(), error.advice.c_str());
    std::exit(1);
}
template <class T>
T need(Result<T> result) {
    if (!result) stop(result.error());
    return std::move(*result);
}
inline void need(const Result<>& result) {
    if (!result) stop(result.error());
}

// A new folder, gone afterwards. Nothing in it is deleted before: for minutes after many deletions ext4 looks long for a place
// for the next file, near to where they were. So it is told, too, that folders in the outer one have nothing in common, or the
// next benchmark would be measured with what this one leaves behind.
class Folder {
  public:
    explicit Folder(const std::filesystem::path& parent = std::filesystem::temp_directory_path())
        : outer_(parent / ("staffroom-bench-" + to_hex(random_id<Nonce16>().view()))),
          path_(outer_ / to_hex(random_id<Nonce16>().view())) {
        std::filesystem::create_directories(outer_);
        const Descriptor folder(::open(outer_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        int flags = 0;  // other file systems know none, and need none
        if (::ioctl(folder.number(), FS_IOC_GETFLAGS, &flags) == 0) {
            flags |= FS_TOPDIR_FL;
            (void)::ioctl(folder.number(), FS_IOC_SETFLAGS, &flags);
        }
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(outer_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path outer_, path_;
};

// Gives the disk back what the files of a folder hold, and deletes none of them.
inline void empty(const std::filesystem::path& folder) {
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
        if (each.is_regular_file()) std::filesystem::resize_file(each.path(), 0);
    }
}

// Bytes that the files of a folder occupy.
inline std::uint64_t disk_bytes(const std::filesystem::path& folder) {
    std::uint64_t bytes = 0;
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
        if (each.is_regular_file()) bytes += each.file_size();
    }
    return bytes;
}

inline std::unique_ptr<Home> new_home(const std::filesystem::path& folder, const std::string& name) {
    return need(Home::create(folder, {name, ""}, std::nullopt));
}

// A colleague's device, without a profile.
struct Colleague {
    explicit Colleague(const std::string& name) : secrets(new_device()), record(make_device_record(secrets, name)) {
        card = {make_person(secrets, std::nullopt), record, {}};
    }
    DeviceSecrets secrets;
    DeviceRecord record;
    PersonCard card;
};

// Twenty; their cards are added to `cards`.
inline std::vector<Colleague> twenty_colleagues(std::vector<PersonCard>& cards) {
    std::vector<Colleague> colleagues;
    for (int i = 0; i < 20; ++i) colleagues.emplace_back("Colleague " + std::to_string(i));
    for (const auto& each : colleagues) cards.push_back(each.card);
    return colleagues;
}

// A group in the founder's home, with an epoch key, that the owners of these cards are members of.
inline GroupId found_school(Home& founder, const std::vector<PersonCard>& cards) {
    auto& replica = founder.replica();
    const auto group = need(replica.found(GroupKind::school, "Hill School", NewcomersRead::all));
    CreateOp create{"task", random_id<Nonce16>(), {}};
    const auto record = id_of_record(group, founder.identity().person(), create);
    need(replica.write(group, {{record, {make_op(create)}}}));
    std::vector<Op> ops{make_op(PersonsOp{cards})};
    for (const auto& card : cards) {
        AddOp add;
        add.who = id_of(card.genesis);
        ops.push_back(make_op(add));
    }
    need(replica.write_control(group, ops));
    return group;
}

inline std::vector<CommitFrame> frames_of(Home& home, const GroupId& group, CommitKind kind) {
    std::vector<CommitFrame> frames;
    const auto local = home.replica().group(group)->local();
    need(home.profile().store().read([&](ReadTxn& txn) -> Result<> {
        commit_log::each(txn, local.number, kind, [&](const CommitKey& key) {
            frames.push_back(*commit_log::frame(txn, local, id_of(key)));
            return true;
        });
        return Done{};
    }));
    return frames;
}

// What a meeting would bring first: the group, its members and keys, and what the founder wrote.
inline void enter(Home& newcomer, Home& founder, const GroupId& group) {
    need(newcomer.replica().adopt(need(founder.replica().welcome_to(group))));
    for (const auto kind : all_kinds) need(newcomer.replica().ingest(group, frames_of(founder, group, kind)));
}

inline AssignOp title(std::string words, std::vector<Ref> replaces) {
    return {"title", std::nullopt, Value(std::move(words)), std::move(replaces)};
}

// `count` commits, one after the other, on top of what the founder has: the colleagues take turns; each makes a task
// and then gives it another title, nine times, before the next task.
inline std::vector<CommitFrame> diary(Home& founder, const GroupId& group, const std::vector<Colleague>& colleagues,
                                      std::size_t count) {
    struct Hand {
        SigningKey key;
        RunId run;
        RecordId record;
        OpRef shown;
    };
    std::vector<Hand> hands;
    for (const auto& each : colleagues) hands.push_back({SigningKey(each.secrets.signing), random_id<RunId>(), {}, {}});
    const auto& log = founder.replica().log();
    const auto& [epoch, epoch_key] = *founder.replica().group(group)->held.begin();
    Draft draft;
    draft.group = group;
    draft.epoch = epoch;
    draft.parents = log.heads(group, CommitKind::content);
    draft.auth = log.heads(group, CommitKind::control);
    draft.depth = 1;
    for (const auto& frame : frames_of(founder, group, CommitKind::content)) {
        draft.depth = std::max(draft.depth, need(read_commit(frame.commit)).header.depth + 1);
    }
    std::vector<CommitFrame> frames;
    for (std::size_t i = 0; i < count; ++i, ++draft.depth) {
        auto& hand = hands[i % hands.size()];
        const auto turn = i / hands.size();
        draft.run = hand.run;
        draft.wall_ms = Home::wall_ms() + i;
        ContentPart part;
        const auto words = "Copy worksheet " + std::to_string(i) + " for class 7b";
        if (turn % 10 == 0) {
            CreateOp create{"task", random_id<Nonce16>(), {}};
            hand.record = id_of_record(group, id_of(colleagues[i % hands.size()].card.genesis), create);
            part.ops = {make_op(create), make_op(title(words, {}))};
        } else {
            part.ops = {make_op(title(words, {Ref::of(hand.shown)}))};
        }
        part.record = hand.record;
        draft.parts = {encode(part)};
        auto composed = need(compose(draft, &epoch_key, hand.key));
        hand.shown = {composed.commit.id, 0, static_cast<std::uint16_t>(part.ops.size() - 1)};
        draft.parents = {composed.commit.id};
        frames.push_back(std::move(composed.frame));
    }
    return frames;
}

// A new group of Amina's in `folder`/founder: what 20 colleagues wrote there, and Birk's empty copy in `folder`/colleague.
struct Diaries {
    std::unique_ptr<Home> colleague;
    GroupId group;
    std::vector<CommitFrame> frames;
};
inline Diaries write_diaries(const Folder& folder, std::size_t commits) {
    auto founder = new_home(folder / "founder", "Amina");
    Diaries made{new_home(folder / "colleague", "Birk"), {}, {}};
    std::vector<PersonCard> cards{made.colleague->identity().card};
    const auto colleagues = twenty_colleagues(cards);
    made.group = found_school(*founder, cards);
    enter(*made.colleague, *founder, made.group);
    made.frames = diary(*founder, made.group, colleagues, commits);
    return made;
}

// As a colleague's frames would bring them: `bytes` a batch.
inline std::vector<std::vector<CommitFrame>> batches_of(const std::vector<CommitFrame>& frames, std::size_t bytes) {
    std::vector<std::vector<CommitFrame>> batches(1);
    std::size_t filled = 0;
    for (const auto& frame : frames) {
        if (filled + frame.size() > bytes && !batches.back().empty()) {
            batches.emplace_back();
            filled = 0;
        }
        filled += frame.size();
        batches.back().push_back(frame);
    }
    return batches;
}

}  // namespace staffroom::bench
