#include "core/records/decide.h"

#include <algorithm>
#include <map>

#include "core/merge/order.h"
#include "core/records/view.h"

namespace staffroom {
namespace {

Error lacks_right(const FieldRule& rule, const std::string& type) {
    const std::string makes = "the person who made this " + type;
    if (rule.merge == Merge::presence) {
        return {Code::refused, "Only " + makes + ", or an organiser, can retire or restore it.",
                "Ask one of them to do it."};
    }
    if (rule.writers.has(writers::named)) {
        return {Code::refused, "Only the person this " + type + " is for can write " + in_quotes(rule.name) + ".",
                "Write a comment instead."};
    }
    if (rule.writers.has(writers::organiser)) {
        return {Code::refused, "Only an organiser can change " + in_quotes(rule.name) + " of a " + type + ".",
                "Ask an organiser of this group."};
    }
    return {Code::refused, "Only " + makes + " can change " + in_quotes(rule.name) + ".",
            "Ask them, or write a comment."};
}

// The rule of a field that the actor may write, which merges in one of these ways.
Result<const FieldRule*> writable(const RecordState& state, const Actor& actor, std::string_view field) {
    if (!state.birth || !state.exists) {
        return {Code::not_found, "This record is not here yet.", "It comes when you next meet a colleague who has it."};
    }
    if (auto may = may_write_in_group(actor); !may) return may.error();
    const auto& birth = *state.birth;
    const auto* type = find_type(birth.type);
    const auto* rule = field == presence_rule().name ? &presence_rule() : type ? type->find(field) : nullptr;
    if (!type && !rule) {
        return {Code::refused, "This record was made by a newer Staffroom and cannot be changed here.",
                "Update Staffroom on this computer."};
    }
    if (!rule) return no_such_field(*type, field);
    if (rule->fixed) {
        return {Code::refused, in_quotes(field) + " was settled when this " + birth.type + " was made.",
                "Make a new one instead."};
    }
    if (!may_write(*rule, actor.person == birth.owner, names_person(birth, actor.person), actor.role)) {
        return lacks_right(*rule, birth.type);
    }
    return rule;
}

bool is_set(const FieldRule& rule) { return rule.merge == Merge::set || rule.merge == Merge::ordered_set; }

Error is_a_text(std::string_view field) {
    return {Code::malformed, in_quotes(field) + " is a text that several people may be writing.",
            "Edit the text; Staffroom finds what you changed."};
}

std::vector<Entry> values_of(const RecordState& state, const CellKey& key) {
    const auto* cell = state.find(key);
    return cell ? cell->values : std::vector<Entry>();
}

// The greatest of `values`, as many as one op can name.
std::vector<Ref> refs_to(const std::vector<Entry>& values) {
    std::vector<Ref> refs;
    const auto skip = values.size() - std::min(values.size(), limits::replaces_count);
    for (std::size_t i = skip; i < values.size(); ++i) refs.push_back(Ref::of(values[i].at));
    std::sort(refs.begin(), refs.end());
    return refs;
}

// The op that makes a register hold `value`, or nothing when it does already.
std::optional<Op> assign(const RecordState& state, const CellKey& key, const std::optional<Value>& value) {
    const auto values = values_of(state, key);
    if (value ? values.size() == 1 && values[0].value == *value : values.empty()) return std::nullopt;
    return make_op(AssignOp{key.field, key.of, value, refs_to(values)});
}

// Puts a new element into a list and says which positions to write. A list where one has no position, which happens
// when the op that gave it is set aside, is placed anew: equal positions leave no room anywhere.
std::vector<Placed> place_among(std::vector<Position> positions, std::size_t to) {
    const auto none = [](const Position& position) { return position.digits.empty(); };
    if (std::any_of(positions.begin(), positions.end(), none)) {
        std::fill(positions.begin(), positions.end(), Position{{128}});
    }
    return place(positions, std::min(to, positions.size()));
}

// An ordered set while one decides about it: only the last position of each element is written.
class Arrangement {
  public:
    Arrangement(const RecordState& state, std::string field) : state_(state), field_(std::move(field)) {
        elements_ = elements_of(state, field_);
    }
    void take_out(const Value& value) {
        std::erase_if(elements_, [&](const Element& element) { return element.value == value; });
    }
    void put(const Value& value, std::size_t to) {
        to = std::min(to, elements_.size());
        std::vector<Position> positions;
        for (const auto& element : elements_) positions.push_back(element.position);
        elements_.insert(elements_.begin() + static_cast<std::ptrdiff_t>(to), Element{value, {}});
        for (auto& placed : place_among(std::move(positions), to)) {
            elements_[placed.index].position = placed.position;
            written_[elements_[placed.index].value] = placed.position;
        }
    }
    std::size_t size() const { return elements_.size(); }
    std::vector<Op> ops() const {
        std::vector<Op> ops;
        for (const auto& [value, position] : written_) {
            if (auto op = assign(state_, {field_, std::nullopt, value}, Value(position))) ops.push_back(std::move(*op));
        }
        return ops;
    }

  private:
    const RecordState& state_;
    std::string field_;
    std::vector<Element> elements_;
    std::map<Value, Position> written_;
};

Error too_many(const FieldRule& rule) {
    return {Code::too_large, in_quotes(rule.name) + " holds at most " + std::to_string(rule.count_max) + " entries.",
            "Remove one first."};
}

// Fixed fields sorted into the create op, or what is missing.
Result<CreateOp> make_create(const TypeRule& type, const Actor& actor, const std::vector<Input>& inputs,
                             const Nonce16& nonce) {
    CreateOp create{std::string(type.name), type.one_per_person ? Nonce16() : nonce, {}};
    for (const auto& input : inputs) {
        const auto* rule = type.find(input.field);
        if (!rule) return no_such_field(type, input.field);
        if (!rule->fixed || !input.value) continue;
        if (auto checked = check_value(*rule, *input.value); !checked) return checked.error();
        create.fixed.push_back({input.field, *input.value});
        if (input.field == type.creator_field && *input.value != Value(actor.person)) {
            return {Code::refused, "Who is " + input.field + " makes the " + create.type + " and owns it.",
                    "Ask your colleague to start it."};
        }
    }
    std::sort(create.fixed.begin(), create.fixed.end());
    create.fixed.erase(std::unique(create.fixed.begin(), create.fixed.end()), create.fixed.end());
    for (const auto& rule : type.fields) {
        const auto count = std::count_if(create.fixed.begin(), create.fixed.end(),
                                         [&](const FixedField& fixed) { return fixed.field == rule.name; });
        if (rule.fixed && count != 1) {
            return {Code::malformed,
                    "A " + create.type + " needs " + (count == 0 ? "" : "one ") + in_quotes(rule.name) + ".",
                    "Give " + std::string(rule.name) + "=… once."};
        }
    }
    return create;
}

}  // namespace

Result<> may_write_in_group(const Actor& actor) {
    if (actor.role == Role::none) {
        return {Code::refused, "You are not in this group.", "Ask an organiser for an invitation."};
    }
    if (actor.role == Role::reader) {
        return {Code::refused, "You can read in this group, not write.", "Ask an organiser to make you a member."};
    }
    if (!actor.goes_on_as) return Done{};
    constexpr std::size_t characters = 8;
    return {Code::refused, "This group goes on anew; the old one is only read.",
            "Write in the new one: " + to_text(*actor.goes_on_as).substr(0, characters)};
}

Result<> check_right(const RecordState& state, const Actor& actor, std::string_view field) {
    if (auto rule = writable(state, actor, field); !rule) return rule.error();
    return Done{};
}

Result<ContentPart> decide_create(const GroupId& group, const Actor& actor, const NewRecord& wanted,
                                  const Nonce16& nonce) {
    const auto* type = find_type(wanted.type);
    if (!type) return no_such_type(wanted.type);
    auto create = make_create(*type, actor, wanted.inputs, nonce);
    if (!create) return create.error();

    RecordState state(group, id_of_record(group, actor.person, *create));
    ContentPart part{state.id, {make_op(*create)}};
    OpContext context;
    context.person = actor.person;
    context.role = Role::member;
    apply(state, part.ops[0], context);
    assert(state.exists);

    std::vector<Input> registers, elements, texts;
    for (const auto& input : wanted.inputs) {
        const auto& rule = *type->find(input.field);
        if (rule.fixed || !input.value) continue;
        (rule.merge == Merge::text ? texts : is_set(rule) ? elements : registers).push_back(input);
    }
    // Even without fields: making a record needs the right to write here.
    if (auto may = may_write_in_group(actor); !may) return may.error();
    std::vector<Result<std::vector<Op>>> decided;
    decided.push_back(decide_set(state, actor, registers));
    decided.push_back(decide_add(state, actor, elements));
    for (const auto& input : texts) {
        const auto* words = input.value->get<std::string>();
        if (!words) return is_a_text(input.field);
        if (words->empty()) continue;
        decided.push_back(decide_edit(state, actor, input.field, {TextDraft{{}, {{0, 0, *words}}}}));
    }
    for (auto& ops : decided) {
        if (!ops) return ops.error();
        part.ops.insert(part.ops.end(), ops->begin(), ops->end());
    }
    return part;
}

Result<std::vector<Op>> decide_set(const RecordState& state, const Actor& actor, const std::vector<Input>& inputs) {
    std::vector<Op> ops;
    std::vector<CellKey> written;
    for (const auto& input : inputs) {
        const auto found = writable(state, actor, input.field);
        if (!found) return found.error();
        const auto& rule = **found;
        if (rule.merge == Merge::text) return is_a_text(input.field);
        if (is_set(rule)) {
            return {Code::malformed, in_quotes(input.field) + " holds several entries.",
                    "Add or remove one: `staffroom record add` and `staffroom record remove`."};
        }
        if (rule.answers != input.of.has_value()) {
            return {
                Code::malformed,
                in_quotes(input.field) + (rule.answers ? " needs the question that it answers." : " answers nothing."),
                "Answer on the survey's page."};
        }
        if (input.value) {
            if (auto checked = check_value(rule, *input.value); !checked) return checked.error();
        }
        CellKey key{input.field, std::nullopt, input.of};
        if (rule.merge == Merge::per_person) key.person = actor.person;
        if (std::find(written.begin(), written.end(), key) != written.end()) {
            return {Code::malformed, in_quotes(input.field) + " is given twice.", "Give it once."};
        }
        written.push_back(key);
        if (auto op = assign(state, key, input.value)) ops.push_back(std::move(*op));
    }
    return ops;
}

Result<std::vector<Op>> decide_add(const RecordState& state, const Actor& actor, const std::vector<Input>& inputs) {
    std::vector<Op> ops;
    std::map<std::string, Arrangement> ordered;
    std::map<std::string, std::vector<Value>> present;
    for (const auto& input : inputs) {
        const auto found = writable(state, actor, input.field);
        if (!found) return found.error();
        const auto& rule = **found;
        if (rule.merge == Merge::text) return is_a_text(input.field);
        if (!is_set(rule)) {
            return {Code::malformed, in_quotes(input.field) + " holds one entry.", "Set it: `staffroom record set`."};
        }
        if (!input.value) return {Code::malformed, in_quotes(input.field) + " is empty.", "Say what to add."};
        if (auto checked = check_value(rule, *input.value); !checked) return checked.error();

        const auto [values, first] = present.try_emplace(input.field);
        if (first) {
            for (const auto& element : elements_of(state, input.field)) values->second.push_back(element.value);
        }
        if (std::find(values->second.begin(), values->second.end(), *input.value) != values->second.end()) continue;
        if (values->second.size() >= rule.count_max) return too_many(rule);
        values->second.push_back(*input.value);
        ops.push_back(make_op(AssignOp{input.field, std::nullopt, input.value, {}}));
        if (rule.merge == Merge::ordered_set) {
            auto& arrangement = ordered.try_emplace(input.field, state, input.field).first->second;
            arrangement.put(*input.value, arrangement.size());
        }
    }
    for (const auto& [field, arrangement] : ordered) {
        for (auto& op : arrangement.ops()) ops.push_back(std::move(op));
    }
    return ops;
}

Result<std::vector<Op>> decide_remove(const RecordState& state, const Actor& actor, const std::vector<Input>& inputs) {
    std::vector<Op> ops;
    for (const auto& input : inputs) {
        const auto found = writable(state, actor, input.field);
        if (!found) return found.error();
        if (!is_set(**found)) {
            return {Code::malformed, in_quotes(input.field) + " holds one entry.",
                    "Clear it: `staffroom record set R " + input.field + "=`."};
        }
        auto adds = values_of(state, {input.field, std::nullopt, std::nullopt});
        std::erase_if(adds, [&](const Entry& entry) { return input.value != entry.value; });
        if (adds.empty()) {
            return {Code::not_found, in_quotes(input.field) + " does not hold this entry.",
                    "`staffroom record show` lists what it holds."};
        }
        while (!adds.empty()) {
            const auto replaced = refs_to(adds);
            ops.push_back(make_op(AssignOp{input.field, std::nullopt, std::nullopt, replaced}));
            adds.resize(adds.size() - replaced.size());
        }
    }
    return ops;
}

Result<std::vector<Op>> decide_move(const RecordState& state, const Actor& actor, const Input& element,
                                    std::size_t to) {
    const auto found = writable(state, actor, element.field);
    if (!found) return found.error();
    if ((*found)->merge != Merge::ordered_set) {
        return {Code::malformed, in_quotes(element.field) + " has no order.", "Choose a list that has one."};
    }
    const auto elements = elements_of(state, element.field);
    const auto at = std::find_if(elements.begin(), elements.end(),
                                 [&](const Element& each) { return element.value == each.value; });
    if (at == elements.end()) {
        return {Code::not_found, in_quotes(element.field) + " does not hold this entry.",
                "`staffroom record show` lists what it holds."};
    }
    Arrangement arrangement(state, element.field);
    arrangement.take_out(at->value);
    if (std::min(to, elements.size() - 1) == static_cast<std::size_t>(at - elements.begin())) return std::vector<Op>();
    arrangement.put(at->value, to);
    return arrangement.ops();
}

Result<std::vector<Op>> decide_edit(const RecordState& state, const Actor& actor, std::string_view field,
                                    const std::vector<TextDraft>& drafts) {
    const auto found = writable(state, actor, field);
    if (!found) return found.error();
    if ((*found)->merge != Merge::text) {
        return {Code::malformed, in_quotes(field) + " is not a text.", "Set it: `staffroom record set`."};
    }
    std::vector<Op> ops;
    for (const auto& draft : drafts) {
        std::size_t inserted = 0;
        for (const auto& change : draft.changes) {
            if (change.inserted.size() <= limits::insert_bytes && !is_insertable(change.inserted)) {
                return {Code::malformed, in_quotes(field) + " would hold bytes that are no letters.",
                        "Save it as UTF-8, as plain text."};
            }
            inserted += change.inserted.size();
        }
        if (inserted > limits::insert_bytes || draft.changes.size() > limits::changes_count ||
            draft.base.size() > limits::heads_count) {
            return {Code::too_large, "This is too much text for one step: 32 KiB fit.", "Save it in smaller pieces."};
        }
        EditOp edit{std::string(field), {}, draft.changes};
        for (const auto& base : draft.base) edit.base.push_back(Ref::of(base));
        std::sort(edit.base.begin(), edit.base.end());
        if (!edit.changes.empty()) ops.push_back(make_op(edit));
    }
    return ops;
}

Result<std::vector<Op>> decide_presence(const RecordState& state, const Actor& actor, bool present) {
    const std::string field(presence_rule().name);
    if (auto found = writable(state, actor, field); !found) return found.error();
    std::vector<Op> ops;
    if (present == !state.is_retired()) return ops;
    if (auto op = assign(state, {field, std::nullopt, std::nullopt}, Value(present))) ops.push_back(std::move(*op));
    return ops;
}

namespace {

// Who may put it away may erase it.
Result<> may_erase(const RecordState& state, const Actor& actor, const std::string& why) {
    const Actor eraser{actor.person, actor.role};
    if (auto found = writable(state, eraser, presence_rule().name); !found) {
        if (found.code() != Code::refused || actor.role < Role::member) return found.error();
        return {Code::refused,
                "Only the person who made this " + state.birth->type + ", or an organiser, can erase it.",
                "Ask one of them to do it."};
    }
    return why.empty() ? Result<>(Done{}) : check_title("The reason", why);
}

}  // namespace

Result<Op> decide_erase(const RecordState& state, const Actor& actor, const std::string& why) {
    if (const auto may = may_erase(state, actor, why); !may) return may.error();
    const auto* type = find_type(state.birth->type);
    if (type != nullptr && type->one_per_person) {
        return {Code::refused, "Everybody has one " + state.birth->type + " in a group: it cannot be erased.",
                "Change what it says: staffroom record set"};
    }
    return make_op(EraseOp{{state.id}, {}, why});
}

Result<Op> decide_erase_files(const RecordState& state, const Actor& actor, const std::vector<FileRef>& files,
                              const std::string& why) {
    if (const auto may = may_erase(state, actor, why); !may) return may.error();
    EraseOp erase{{}, {}, why};
    for (const auto& file : files) {
        if (!file.manifest.empty()) erase.files.push_back(file.manifest.front().id);
    }
    std::sort(erase.files.begin(), erase.files.end());
    erase.files.erase(std::unique(erase.files.begin(), erase.files.end()), erase.files.end());
    if (erase.files.size() > limits::erased_count) {
        return {Code::refused, "Those are too many files to erase at once.", "Erase the whole resource instead."};
    }
    return make_op(erase);
}

Result<std::vector<PlacedOps>> decide_place(const RecordState& state, const Actor& actor, std::string_view field,
                                            const std::vector<const RecordState*>& others, std::size_t to) {
    to = std::min(to, others.size());
    std::vector<Position> positions;
    for (const auto* other : others) {
        const auto* shown = other->shown(field);
        const auto* position = shown ? shown->value.get<Position>() : nullptr;
        positions.push_back(position ? *position : Position());
    }
    auto cards = others;
    cards.insert(cards.begin() + static_cast<std::ptrdiff_t>(to), &state);
    std::vector<PlacedOps> placed_ops;
    for (const auto& placed : place_among(std::move(positions), to)) {
        const auto& card = *cards[placed.index];
        const auto found = writable(card, actor, field);
        if (!found) return found.error();
        if ((*found)->merge != Merge::order) {
            return {Code::malformed, in_quotes(field) + " is no place on a board.", "Choose a board."};
        }
        if (auto op = assign(card, {std::string(field), std::nullopt, std::nullopt}, Value(placed.position))) {
            placed_ops.push_back({card.id, {std::move(*op)}});
        }
    }
    return placed_ops;
}

}  // namespace staffroom
