#include "core/commit.h"

#include <algorithm>

namespace staffroom {
namespace {

// For writing only. A copy of the header with all its parts for each of them would be work in the square of their number.
struct SealedTo {
    const CommitHeader& header;
    template <class A>
    void serialize(A& ar) {
        const_cast<CommitHeader&>(header).serialize_sealed_to(ar);
    }
};

Bytes associated_data(Bytes sealed_to, std::size_t index) {
    append_be32(sealed_to, static_cast<std::uint32_t>(index));
    return sealed_to;
}

constexpr std::string_view commit_domain = "staffroom-commit-v1";

Bytes signed_bytes(ByteView header_bytes) {
    Bytes bytes = copy_of(view_of(commit_domain));
    append(bytes, header_bytes);
    return bytes;
}

bool shape_fits(const CommitHeader& header) {
    if (header.version == 0 || header.depth == 0) return false;
    switch (header.kind) {
        case CommitKind::control:
            return !header.parents.empty() && header.auth.empty() && header.epoch.is_zero();
        case CommitKind::key:
            return header.parents.empty() && !header.auth.empty() && header.seen.empty() && header.epoch.is_zero();
        case CommitKind::content:
            return !header.auth.empty() && header.seen.empty() && !header.epoch.is_zero();
    }
    return false;
}

std::size_t size_with_parts(std::size_t commit_size, const std::vector<PartRef>& parts) {
    std::size_t total = commit_size;
    for (const auto& part : parts) total += part.size;
    return total;
}

std::vector<CommitId> ascending(std::vector<CommitId> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

Error too_large() { return {Code::too_large, "That is too much for one change.", "Save it in smaller steps."}; }

}  // namespace

std::size_t CommitFrame::size() const {
    std::size_t total = commit.size();
    for (const auto& part : parts) total += part ? part->size() : 0;
    return total;
}

Result<Commit> read_commit(ByteView bytes) {
    if (bytes.size() > limits::commit_bytes) return too_large();
    const Error damaged{Code::malformed, "A change is damaged.", "It is fetched again from a colleague."};
    if (bytes.size() <= Signature::size) return damaged;
    const auto header_bytes = bytes.first(bytes.size() - Signature::size);
    auto header = decode<CommitHeader>(header_bytes);
    if (!header || !shape_fits(*header)) return damaged;
    if (size_with_parts(bytes.size(), header->parts) > limits::commit_bytes) return too_large();
    return Commit{hash_of<CommitId>(commit_domain, header_bytes), std::move(*header), copy_of(bytes)};
}

bool has_signature(const Commit& commit) {
    return verify(commit.header.author.view(), signed_bytes(commit.header_bytes()), commit.signature());
}

bool is_part(const CommitHeader& header, std::size_t index, ByteView part) {
    return index < header.parts.size() && header.parts[index].size == part.size() &&
           header.parts[index].hash == hash_of<Hash>("", part);
}

Result<Composed> compose(const Draft& draft, const SymmetricKey* epoch_key, const SigningKey& author,
                         const ForEach& for_each_part) {
    const auto is_too_large = [](const Bytes& plain) { return plain.size() > limits::commit_bytes; };
    if (draft.parts.size() > limits::parts_count || std::ranges::any_of(draft.parts, is_too_large)) return too_large();
    CommitHeader header;
    header.group = draft.group;
    header.kind = draft.kind;
    header.author = author.public_key<DeviceId>();
    header.run = draft.run;
    header.depth = draft.depth;
    header.parents = ascending(draft.parents);
    header.auth = ascending(draft.auth);
    header.seen = ascending(draft.seen);
    header.wall_ms = draft.wall_ms;
    header.epoch = draft.epoch;
    assert(shape_fits(header) && header.parents.size() <= limits::heads_count &&
           header.auth.size() <= limits::heads_count && header.seen.size() <= limits::heads_count);

    Composed made;
    const auto sealed_to = encode(SealedTo{header});
    Bytes nonces(draft.kind == CommitKind::content ? draft.parts.size() * Nonce24::size : 0);
    random_bytes(nonces);  // one question to the system
    header.parts.resize(draft.parts.size());
    made.frame.parts.resize(draft.parts.size());
    for_each_part(draft.parts.size(), [&](std::size_t index) {
        const auto& plain = draft.parts[index];
        Bytes part;
        if (draft.kind == CommitKind::content) {
            assert(epoch_key != nullptr);
            const auto nonce = *Nonce24::from(ByteView(nonces).subspan(index * Nonce24::size, Nonce24::size));
            part.reserve(Nonce24::size + plain.size() + seal_overhead);
            append(part, nonce.view());
            append_sealed(part, *epoch_key, nonce, associated_data(sealed_to, index), plain);
        } else {
            part = plain;
        }
        header.parts[index] = {hash_of<Hash>("", part), static_cast<std::uint32_t>(part.size())};
        made.frame.parts[index] = std::move(part);
    });
    Bytes bytes = encode(header);
    const auto id = hash_of<CommitId>(commit_domain, bytes);
    append(bytes, author.sign(signed_bytes(bytes)).view());
    if (size_with_parts(bytes.size(), header.parts) > limits::commit_bytes) return too_large();
    made.frame.commit = bytes;
    made.commit = {id, std::move(header), std::move(bytes)};
    return made;
}

std::optional<Bytes> open_part(const CommitHeader& header, std::size_t index, ByteView part,
                               const SymmetricKey& epoch_key) {
    if (part.size() < Nonce24::size) return std::nullopt;
    return unseal(epoch_key, *Nonce24::from(part.first(Nonce24::size)),
                  associated_data(encode(SealedTo{header}), index), part.subspan(Nonce24::size));
}

EpochId epoch_id(const GroupId& group, const SymmetricKey& epoch_key) {
    EpochId id;
    blake2b(id.bytes, {}, {view_of("staffroom-epoch"), group.view(), epoch_key.view()});
    return id;
}

}  // namespace staffroom
