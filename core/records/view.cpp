#include "core/records/view.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace staffroom {
namespace {

ShownValue shown_value(const Entry& entry, const std::optional<Value>& of = {}) {
    return {entry.value, entry.by, entry.wall_ms, of};
}

// The greatest value of a cell is shown, the others beside it.
void show_register(const Cell& cell, FieldView& view) {
    if (cell.values.empty()) return;
    view.values.push_back(shown_value(cell.values.back(), cell.key.of));
    auto left = limits::replaces_count - 1;
    for (auto entry = cell.values.rbegin() + 1; entry != cell.values.rend() && left > 0; ++entry, --left) {
        view.also.push_back(shown_value(*entry, cell.key.of));
    }
}

// Each value once, by its first add.
std::vector<ShownValue> distinct(const Cell& cell) {
    std::vector<ShownValue> values;
    std::map<Value, bool> met;
    for (const auto& entry : cell.values) {
        if (met.emplace(entry.value, true).second) values.push_back(shown_value(entry, cell.key.of));
    }
    return values;
}

void show_ordered(const RecordState& state, const Cell& set, FieldView& view) {
    auto values = distinct(set);
    for (const auto& element : elements_of(state, set.key.field)) {
        const auto at = std::find_if(values.begin(), values.end(),
                                     [&](const ShownValue& value) { return value.value == element.value; });
        view.values.push_back(*at);
    }
}

void show_cell(const RecordState& state, const Cell& cell, FieldView& view) {
    switch (view.merge) {
        case Merge::register_:
        case Merge::order:
        case Merge::per_person:
        case Merge::presence:
            return show_register(cell, view);
        case Merge::ordered_set:
            if (!cell.key.of) show_ordered(state, cell, view);
            return;
        case Merge::set:
        case Merge::text:
            for (auto& value : distinct(cell)) view.values.push_back(std::move(value));
            return;
    }
}

}  // namespace

const FieldView* RecordView::find(std::string_view field) const {
    const auto at =
        std::find_if(fields.begin(), fields.end(), [&](const FieldView& view) { return view.name == field; });
    return at == fields.end() ? nullptr : &*at;
}

std::optional<RecordView> view_of(const RecordState& state, const TextOf& text_of) {
    if (!state.birth || !state.exists) return std::nullopt;
    const auto& birth = *state.birth;
    RecordView record{state.id, birth.type, birth.owner, birth.wall_ms, state.is_retired(), {}};

    // Schema order first, then the names of a newer program as they come, which is sorted.
    const auto* type = find_type(birth.type);
    if (type) {
        for (const auto& rule : type->fields)
            record.fields.push_back({std::string(rule.name), rule.merge, true, {}, {}, {}});
    }
    const auto field = [&](const std::string& name) -> FieldView& {
        for (auto& view : record.fields) {
            if (view.name == name) return view;
        }
        return record.fields.emplace_back(FieldView{name, Merge::set, false, {}, {}, {}});
    };
    for (const auto& fixed : birth.fixed) field(fixed.field).values.push_back({fixed.value, birth.owner, 0, {}});
    for (const auto& cell : state.cells) {
        if (cell.key.field == presence_rule().name) continue;
        show_cell(state, cell, field(cell.key.field));
    }
    for (const auto& name : state.texts) {
        auto& view = field(name);
        view.words = text_of ? text_of(name) : std::string();
        if (!view.known && view.values.empty()) view.merge = Merge::text;
    }
    std::erase_if(record.fields, [](const FieldView& view) { return view.values.empty() && view.words.empty(); });
    return record;
}

std::string title_of(const RecordState& state) {
    for (const auto field : {"title", "name", "what", "question", "focus", "quote", "measure", "criteria"}) {
        const auto* entry = state.shown(field);
        if (const auto* words = entry ? entry->value.get<std::string>() : nullptr) return *words;
    }
    return {};
}

std::optional<RecordRef> about_of(const RecordState& state) {
    for (const auto field : {"target", "thread", "resource", "meeting", "agreement", "plan"}) {
        for (const auto& fixed : state.birth->fixed) {
            const auto* ref = fixed.field == field ? fixed.value.get<RecordRef>() : nullptr;
            if (ref != nullptr) return *ref;
        }
        const auto* shown = state.shown(field);
        const auto* ref = shown != nullptr ? shown->value.get<RecordRef>() : nullptr;
        if (ref != nullptr) return *ref;
    }
    return std::nullopt;
}

std::vector<Element> elements_of(const RecordState& state, std::string_view field) {
    std::vector<Element> elements;
    const auto* set = state.find({std::string(field), std::nullopt, std::nullopt});
    if (!set) return elements;
    for (const auto& shown : distinct(*set)) {
        const auto* place = state.find({std::string(field), std::nullopt, shown.value});
        const auto* position = place && !place->values.empty() ? place->values.back().value.get<Position>() : nullptr;
        elements.push_back({shown.value, position ? *position : Position()});
    }
    std::sort(elements.begin(), elements.end(), [](const Element& a, const Element& b) {
        const bool a_last = a.position.digits.empty(), b_last = b.position.digits.empty();
        if (a_last != b_last) return b_last;
        return std::tie(a.position, a.value) < std::tie(b.position, b.value);
    });
    return elements;
}

Plain plain_of(const Value& value) {
    struct Spell {
        Plain operator()(const std::string& words) const { return words; }
        Plain operator()(std::uint64_t number) const { return number; }
        Plain operator()(bool yes) const { return yes; }
        Plain operator()(const PersonId& person) const { return to_text(person); }
        Plain operator()(const RecordRef& ref) const { return to_text(ref.record); }
        Plain operator()(const Link& link) const { return link.url; }
        Plain operator()(const TextRange& range) const {
            const auto end = [](const TextRange::End& at) {
                return to_text(at.edit.commit) + "." + std::to_string(at.edit.part) + "." +
                       std::to_string(at.edit.position) + "+" + std::to_string(at.nth);
            };
            return range.field + ":" + end(range.first) + ".." + end(range.last);
        }
        Plain operator()(const FileRef& file) const { return file.name; }
        Plain operator()(const Position& position) const { return to_hex(position.digits); }
    };
    return std::visit(Spell{}, value.held);
}

std::optional<TextRange> range_from(std::string_view words) {
    // What stands before the next `sign`, which is taken away with it.
    const auto until = [&words](std::string_view sign) {
        const auto at = words.find(sign);
        const auto part = words.substr(0, at);
        words.remove_prefix(at == words.npos ? words.size() : at + sign.size());
        return part;
    };
    const auto number = [](std::string_view digits, auto& into) {
        const auto* end = digits.data() + digits.size();
        const auto read = std::from_chars(digits.data(), end, into);
        return read.ec == std::errc() && read.ptr == end && !digits.empty();
    };
    const auto end = [&](std::string_view sign, TextRange::End& into) {
        const auto commit = id_from_text<CommitId>(until("."));
        if (!commit) return false;
        into.edit.commit = *commit;
        return number(until("."), into.edit.part) && number(until("+"), into.edit.position) &&
               number(until(sign), into.nth);
    };
    TextRange range;
    range.field = until(":");
    if (!end("..", range.first) || !end("\n", range.last)) return std::nullopt;
    return range;
}

}  // namespace staffroom
