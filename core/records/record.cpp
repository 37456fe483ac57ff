#include "core/records/record.h"

#include <algorithm>
#include <utility>

#include "core/records/schema.h"

namespace staffroom {
namespace {

// Null: a field that this program does not know.
const FieldRule* rule_of(const Birth& birth, std::string_view field) {
    if (field == presence_rule().name) return &presence_rule();
    const auto* type = find_type(birth.type);
    return type ? type->find(field) : nullptr;
}

bool has_right(const Birth& birth, const FieldRule& rule, const OpContext& context) {
    return may_write(rule, context.person == birth.owner, names_person(birth, context.person), context.role);
}

bool is_well_formed(const CreateOp& create, const PersonId& creator) {
    const auto* type = find_type(create.type);
    if (!type) return !create.type.empty();
    if (type->one_per_person && !create.nonce.is_zero()) return false;
    bool creator_named = type->creator_field.empty();
    for (const auto& fixed : create.fixed) {
        const auto* rule = type->find(fixed.field);
        if (rule && (!rule->fixed || !accepts(*rule, fixed.value))) return false;
        if (fixed.field == type->creator_field) {
            if (fixed.value != Value(creator)) return false;
            creator_named = true;
        }
    }
    return creator_named;
}

// The cell that an assignment goes to, or nothing when the field cannot take it.
std::optional<CellKey> cell_of(const FieldRule* rule, const AssignOp& op, const PersonId& author) {
    CellKey key{op.field, std::nullopt, op.of};
    if (!rule) return key;
    if (rule->fixed || rule->merge == Merge::text) return std::nullopt;
    if (rule->merge == Merge::ordered_set && op.of) {
        const bool is_place = accepts(*rule, *op.of) && (!op.value || op.value->kind() == ValueKind::position);
        return is_place ? std::optional(key) : std::nullopt;
    }
    if (op.of && !rule->answers) return std::nullopt;
    if (op.value && !accepts(*rule, *op.value)) return std::nullopt;
    if (rule->merge == Merge::per_person) key.person = author;
    return key;
}

template <class List, class T>
bool insert_sorted(List& list, const T& value) {
    const auto at = std::lower_bound(list.begin(), list.end(), value);
    if (at != list.end() && *at == value) return false;
    list.insert(at, value);
    return true;
}

bool put(Cell& cell, Entry entry) {
    if (std::binary_search(cell.replaced.begin(), cell.replaced.end(), tag_of(entry.at))) return false;
    const auto at = std::lower_bound(cell.values.begin(), cell.values.end(), entry,
                                     [](const Entry& a, const Entry& b) { return a.order() < b.order(); });
    if (at != cell.values.end() && at->at == entry.at) return false;
    cell.values.insert(at, std::move(entry));
    return true;
}

bool take_out(Cell& cell, const OpRef& op) {
    const auto tag = tag_of(op);
    std::erase_if(cell.values, [&](const Entry& entry) { return tag_of(entry.at) == tag; });
    return insert_sorted(cell.replaced, tag);
}

Cell& cell_at(RecordState& state, const CellKey& key) {
    auto at = std::lower_bound(state.cells.begin(), state.cells.end(), key,
                               [](const Cell& cell, const CellKey& wanted) { return cell.key < wanted; });
    if (at == state.cells.end() || at->key != key) at = state.cells.insert(at, Cell{key, {}, {}});
    return *at;
}

bool exist(RecordState& state) { return !std::exchange(state.exists, true); }

void take_assign(RecordState& state, const Op& op, const OpContext& context, Applied& applied) {
    const auto body = read_op<AssignOp>(op);
    if (!body.ok() || context.masked) return;
    const auto* rule = rule_of(*state.birth, body->field);
    const auto key = cell_of(rule, *body, context.person);
    if (!key || !has_right(*state.birth, rule ? *rule : kept_raw(), context)) return;

    std::vector<OpRef> replaced;
    for (const auto& ref : body->replaces) {
        const auto target = ref.seen_from(context.at);
        if (!target) return;
        replaced.push_back(*target);
    }
    applied.changed |= exist(state);
    if (!body->value && replaced.empty()) return;
    auto& cell = cell_at(state, *key);
    for (const auto& target : replaced) applied.changed |= take_out(cell, target);
    if (body->value) {
        applied.changed |= put(cell, {context.depth, context.at, context.person, context.wall_ms, *body->value});
    }
}

void take_edit(RecordState& state, const Op& op, const OpContext& context, Applied& applied) {
    auto body = read_op<EditOp>(op);
    if (!body.ok()) return;
    const auto* rule = rule_of(*state.birth, body->field);
    if (rule && rule->merge != Merge::text) return;

    RoutedEdit routed;
    routed.field = body->field;
    routed.edit = {context.at, context.device, {}, std::move(body->changes)};
    routed.visible = !context.masked && has_right(*state.birth, rule ? *rule : kept_raw(), context);
    for (const auto& ref : body->base) {
        if (const auto target = ref.seen_from(context.at)) {
            routed.edit.base.push_back(*target);
        } else {
            // Ignored, but it stays in the history as an edit without changes, so nobody's later edit waits for it.
            routed.edit.changes.clear();
        }
    }
    if (routed.visible) {
        applied.changed |= exist(state);
        applied.changed |= insert_sorted(state.texts, routed.field);
    }
    applied.edits.push_back(std::move(routed));
}

void take(RecordState& state, const Op& op, const OpContext& context, Applied& applied) {
    if (op.kind == AssignOp::kind) take_assign(state, op, context, applied);
    if (op.kind == EditOp::kind) take_edit(state, op, context, applied);
}

void hold(RecordState& state, const Op& op, const OpContext& context, Applied& applied) {
    const auto order = [](const OpContext& c) { return std::pair(c.depth, c.at); };
    const auto at =
        std::lower_bound(state.held.begin(), state.held.end(), context,
                         [&](const HeldOp& held, const OpContext& c) { return order(held.context) < order(c); });
    if (at != state.held.end() && at->context.at == context.at) return;
    state.held.insert(at, HeldOp{context, op});
    applied.changed = true;
}

void take_create(RecordState& state, const Op& op, const OpContext& context, Applied& applied) {
    auto body = read_op<CreateOp>(op);
    if (!body.ok() || id_of_record(state.group, context.person, *body) != state.id) return;
    if (!is_well_formed(*body, context.person)) return;

    if (!state.birth || std::pair(context.depth, context.at) < std::pair(state.birth->depth, state.birth->at)) {
        state.birth = Birth{std::move(body->type), context.person, std::move(body->fixed),
                            context.depth,         context.at,     context.wall_ms};
        applied.changed = true;
    }
    if (!context.masked && context.role >= Role::member) applied.changed |= exist(state);
    for (const auto& held : std::exchange(state.held, {})) take(state, held.op, held.context, applied);
}

}  // namespace

bool names_person(const Birth& birth, const PersonId& person) {
    const auto* type = find_type(birth.type);
    return type && std::any_of(birth.fixed.begin(), birth.fixed.end(), [&](const FixedField& fixed) {
               const auto* rule = type->find(fixed.field);
               return rule && rule->names && fixed.value == Value(person);
           });
}

OpTag tag_of(const OpRef& op) {
    OpTag tag;
    std::copy_n(op.commit.bytes.begin(), OpTag::size, tag.bytes.begin());
    const auto index = std::uint32_t{op.part} << 16 | op.position;
    for (unsigned i = 0; i < 4; ++i) tag.bytes[i] ^= static_cast<std::uint8_t>(index >> 8 * i);
    return tag;
}

const Cell* RecordState::find(const CellKey& key) const {
    const auto at = std::lower_bound(cells.begin(), cells.end(), key,
                                     [](const Cell& cell, const CellKey& wanted) { return cell.key < wanted; });
    return at != cells.end() && at->key == key ? &*at : nullptr;
}

const Entry* RecordState::shown(std::string_view field) const {
    const auto* cell = find({std::string(field), std::nullopt, std::nullopt});
    return cell && !cell->values.empty() ? &cell->values.back() : nullptr;
}

bool RecordState::is_retired() const {
    const auto* presence = shown(presence_rule().name);
    return presence && presence->value == Value(false);
}

Applied apply(RecordState& state, const Op& op, const OpContext& context) {
    Applied applied;
    if (op.kind == CreateOp::kind) {
        take_create(state, op, context, applied);
    } else if (op.kind == AssignOp::kind || op.kind == EditOp::kind) {
        if (state.birth)
            take(state, op, context, applied);
        else
            hold(state, op, context, applied);
    }
    return applied;
}

}  // namespace staffroom
