#include "net/courier/part.h"

#include <algorithm>

namespace staffroom::net::courier {
namespace {

constexpr std::array<std::uint8_t, 4> file_mark = {'S', 't', 'f', 'C'};
constexpr std::size_t name_letters = 16;
constexpr std::string_view name_end = ".stf";

PartTag tag_of(PartHeader header, const SymmetricKey& tag_key) {
    Writer body;
    header.serialize_body(body);
    PartTag tag;
    blake2b(tag.bytes, tag_key.view(), {view_of("staffroom-courier"), body.bytes});
    return tag;
}

Bytes place(const Nonce16& salt, std::uint64_t offset) {
    auto bytes = copy_of(salt.view());
    append_be64(bytes, offset);
    return bytes;
}

Error damaged() { return {Code::malformed, "A part of the courier's is damaged.", "Carry it once more."}; }

}  // namespace

Giver giver_of(const SymmetricKey& tag_key, const DeviceId& device) {
    Giver giver;
    blake2b(giver.bytes, tag_key.view(), {view_of("staffroom-courier-giver"), device.view()});
    return giver;
}

PartHeader make_header(PartKind kind, const SymmetricKey& tag_key, const DeviceId& device, std::uint64_t serial,
                       std::uint32_t number) {
    PartHeader header;
    header.kind = kind;
    header.salt = random_id<Nonce16>();
    for (std::size_t i = 0; i < 4; ++i) header.salt.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    header.giver = giver_of(tag_key, device);
    header.serial = serial;
    header.tag = tag_of(header, tag_key);
    return header;
}

bool is_of(const PartHeader& header, const SymmetricKey& tag_key) { return header.tag == tag_of(header, tag_key); }

Bytes front_of(const PartHeader& header) {
    const auto body = encode(header);
    auto bytes = copy_of(file_mark);
    bytes.push_back(static_cast<std::uint8_t>(body.size()));
    append(bytes, body);
    return bytes;
}

Result<Front> read_front(ByteView begin) {
    constexpr std::size_t before = file_mark.size() + 1;
    if (begin.size() < before + 1 || !std::equal(file_mark.begin(), file_mark.end(), begin.begin())) return damaged();
    const std::size_t length = begin[file_mark.size()];
    if (begin[before] > part_version) {
        return Error{Code::refused, "A part was made by a newer version of Staffroom.", "Update Staffroom here."};
    }
    if (begin.size() < before + length) return damaged();
    const auto header = decode<PartHeader>(begin.subspan(before, length));
    if (!header || header->version == 0) return damaged();
    return Front{*header, before + length};
}

std::string name_of(const PartHeader& header) {
    Id<struct NameTag, 10> hash;
    const bool receipt = header.kind == PartKind::receipt;
    blake2b(hash.bytes, {},
            {view_of(receipt ? "staffroom-receipt" : "staffroom-part"),
             receipt ? header.giver.view() : ByteView(front_of(header))});
    return to_text(hash) + std::string(name_end);
}

bool is_part_name(std::string_view name) {
    if (name.size() != name_letters + name_end.size() || !name.ends_with(name_end)) return false;
    return from_base32(name.substr(0, name_letters)).has_value();
}

Bytes head_of(const BoxHead& head, const Nonce16& salt, std::uint64_t offset) {
    auto bytes = copy_of(box_mark);
    bytes.push_back(static_cast<std::uint8_t>(head.kind));
    append_be32(bytes, head.size);
    Id<struct SumTag, 8> sum;
    blake2b(sum.bytes, {}, {view_of("staffroom-box"), place(salt, offset), bytes});
    append(bytes, sum.view());
    return bytes;
}

std::optional<BoxHead> read_head(ByteView bytes, const Nonce16& salt, std::uint64_t offset) {
    if (bytes.size() != head_bytes || !std::equal(box_mark.begin(), box_mark.end(), bytes.begin())) return std::nullopt;
    if (bytes[4] > static_cast<std::uint8_t>(BoxKind::chunk)) return std::nullopt;
    const BoxHead head{static_cast<BoxKind>(bytes[4]), read_be32(bytes.subspan(5))};
    if (head.size > box_bytes_max || !std::ranges::equal(head_of(head, salt, offset), bytes)) return std::nullopt;
    return head;
}

Bytes seal_load(const Load& load, const SymmetricKey& envelope_key, const Nonce16& salt, std::uint64_t offset) {
    const auto nonce = random_id<Nonce24>();
    auto payload = copy_of(nonce.view());
    append(payload, seal(envelope_key, nonce, place(salt, offset), encode(load)));
    assert(payload.size() <= box_bytes_max);
    return payload;
}

Result<Load> open_load(ByteView payload, const SymmetricKey& envelope_key, const Nonce16& salt, std::uint64_t offset) {
    if (payload.size() < Nonce24::size) return damaged();
    const auto plain = unseal(envelope_key, *Nonce24::from(payload.first(Nonce24::size)), place(salt, offset),
                              payload.subspan(Nonce24::size));
    if (!plain) return damaged();
    return decode<Load>(*plain);
}

Bytes PartWriter::front() {
    auto bytes = front_of(header_);
    offset_ += bytes.size();
    return bytes;
}

Bytes PartWriter::box(BoxKind kind, std::initializer_list<ByteView> payload) {
    std::size_t size = 0;
    for (const auto piece : payload) size += piece.size();
    auto bytes = head_of({kind, static_cast<std::uint32_t>(size)}, header_.salt, offset_);
    bytes.reserve(bytes.size() + size);
    for (const auto piece : payload) append(bytes, piece);
    offset_ += bytes.size();
    return bytes;
}

Bytes PartWriter::load(const Load& load) {
    return box(BoxKind::load, {seal_load(load, envelope_key_, header_.salt, offset_)});
}

Bytes PartWriter::chunk(const ChunkId& id, ByteView sealed) { return box(BoxKind::chunk, {id.view(), sealed}); }

Bytes PartWriter::end() { return box(BoxKind::end, {}); }

}  // namespace staffroom::net::courier
