#include "app/courier/passing.h"

#include <algorithm>

namespace staffroom::courier {
namespace {

constexpr std::size_t block_bytes = 1 << 20;

}  // namespace

Result<Packets> packets_in(Stick& stick, std::vector<std::string>& strange) {
    const auto listed = stick.list();
    if (!listed) return listed.error();
    strange.insert(strange.end(), listed->refused.begin(), listed->refused.end());
    Packets packets;
    for (const auto& name : listed->parts) {
        const auto source = stick.open(name);
        if (!source && source.code() == Code::io) return source.error();
        const auto reader = source ? format::PartReader::open(**source) : Result<format::PartReader>(source.error());
        if (!reader && reader.code() == Code::io) return reader.error();
        // A part under another's name could take that one's place.
        if (reader && format::name_of(reader->header()) == name) {
            packets[name] = {reader->header(), (*source)->size()};
        } else {
            strange.push_back(name);
        }
    }
    return packets;
}

std::optional<std::vector<std::string>> make_way(const Packets& bag, const Packet& fresh) {
    std::uint64_t of_giver = fresh.size, in_all = fresh.size;
    std::vector<std::pair<std::uint64_t, std::string>> older;
    for (const auto& [name, packet] : bag) {
        in_all += packet.size;
        if (packet.header.giver != fresh.header.giver) continue;
        of_giver += packet.size;
        if (packet.header.serial < fresh.header.serial) older.emplace_back(packet.header.serial, name);
    }
    std::sort(older.begin(), older.end());
    std::vector<std::string> go;
    for (const auto& [serial, name] : older) {
        if (of_giver <= giver_bytes_max && in_all <= bag_bytes_max) break;
        const auto size = bag.at(name).size;
        of_giver -= size;
        in_all -= size;
        go.push_back(name);
    }
    if (of_giver > giver_bytes_max || in_all > bag_bytes_max) return std::nullopt;
    return go;
}

bool is_news(const Packets& there, const std::string& name, const Packet& packet) {
    const auto found = there.find(name);
    if (found == there.end()) return true;
    return packet.header.kind == format::PartKind::receipt && packet.header.serial > found->second.header.serial;
}

Result<Copying> Copying::begin(Stick& from, Stick& to, const std::string& name) {
    auto source = from.open(name);
    if (!source) return source.error();
    auto reader = format::PartReader::open(**source);
    if (!reader) return reader.error();
    format::PartCheck check(std::move(*reader));
    return Copying(std::move(*source), std::move(check), to, name);
}

Result<bool> Copying::step() {
    if (closing_) return to_->keep();
    if (!source_->is_ready()) return false;
    if (check_) {
        const auto whole = check_->step();
        if (!whole) return whole.error();
        if (!*whole) return false;
        check_.reset();
        if (auto begun = to_->begin(name_); !begun) return begun.error();
        return false;
    }
    if (!to_->is_ready()) return false;
    const auto block = source_->read(offset_, block_bytes);
    if (!block) return to_->drop(), block.error();
    if (!block->empty()) {
        offset_ += block->size();
        if (auto written = to_->write(*block); !written) return to_->drop(), written.error();
        return false;
    }
    closing_ = true;
    return false;
}

}  // namespace staffroom::courier
