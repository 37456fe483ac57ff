#include "app/chunk_writer.h"

#include "storage/cores.h"

namespace staffroom {

ChunkWriter::ChunkWriter(const Chunks& chunks, std::function<void()> wake) : chunks_(chunks), wake_(std::move(wake)) {
    for (std::size_t i = 0; i < threads; ++i) threads_.push_back(without_signals([this] { work(); }));
}

ChunkWriter::~ChunkWriter() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
}

bool ChunkWriter::has_place() {
    const std::lock_guard lock(mutex_);
    return waiting_.size() + writing_ < batches_max;
}

void ChunkWriter::put(std::vector<GivenChunk> chunks) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.size() + writing_ < batches_max; });
    waiting_.push_back(std::move(chunks));
    lock.unlock();
    changed_.notify_all();
}

bool ChunkWriter::has_caught_up() {
    const std::lock_guard lock(mutex_);
    return waiting_.empty();
}

std::optional<ChunkWriter::Written> ChunkWriter::take() {
    const std::lock_guard lock(mutex_);
    if (written_.empty()) return std::nullopt;
    std::optional<Written> written(std::move(written_.front()));
    written_.pop_front();
    return written;
}

void ChunkWriter::finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.empty() && writing_ == 0; });
}

void ChunkWriter::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        auto chunks = std::move(waiting_.front());
        waiting_.pop_front();
        ++writing_;
        lock.unlock();
        Written written;
        for (const auto& chunk : chunks) written.ids.push_back(chunk.id);
        if (auto staged = chunks_.stage(std::move(chunks))) written.staged = std::move(*staged);
        lock.lock();
        --writing_;
        written_.push_back(std::move(written));
        changed_.notify_all();
        wake_();
    }
}

}  // namespace staffroom
