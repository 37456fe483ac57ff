#include "app/api/records.h"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "app/given_versions.h"
#include "app/home.h"
#include "app/network.h"
#include "core/members/changes.h"
#include "core/merge/difference.h"

namespace staffroom::api {

Actor actor_in(Desk& desk, const GroupId& group) {
    const auto me = desk.home.identity().person();
    const auto* held = desk.home.replica().group(group);
    const auto* successor = desk.home.replica().successor_of(group);
    return {me, held ? held->members.role_of(desk.home.identity().device()) : Role::none,
            successor ? std::optional(successor->id) : std::nullopt};
}

Result<> may_write(Desk& desk, const GroupId& group) { return may_write_in_group(actor_in(desk, group)); }

Result<const Group*> group_to_let_into(Desk& desk, const Json& args) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found;
    if ((*found)->genesis.kind == GroupKind::pair) {
        return {Code::refused, "This is between the two of you: nobody else can be let in.",
                "Found a group for three or more: staffroom group new"};
    }
    if (const auto may = may_write(desk, (*found)->id); !may) return may.error();
    if (const auto may = may_organise((*found)->members, desk.home.identity().device()); !may) return may.error();
    return found;
}

Resolver resolver_for(Desk& desk, const GroupId& group, FilesByPath files) {
    const auto* held = desk.home.replica().group(group);
    Resolver resolver;
    resolver.person = [&desk, held](std::string_view named) -> Result<PersonId> {
        if (named == "me") return desk.home.identity().person();
        return find_person(*held, std::string(named));
    };
    resolver.record = [&desk, group](std::string_view named) -> Result<RecordRef> {
        const auto found = find_record(desk.home.replica(), std::string(named));
        if (!found) return found.error();
        return RecordRef{found->state.id, found->group == group ? std::nullopt : std::optional(found->group)};
    };
    resolver.file = [files = std::move(files)](std::string_view path) -> Result<FileRef> {
        const auto found = files.find(path);
        if (found == files.end())
            return {Code::not_found, "There is no file " + in_quotes(path) + ".", "Check the path."};
        return found->second;
    };
    return resolver;
}

RecordView view_in(Desk& desk, const FoundRecord& found) {
    return *view_of(found.state, [&](std::string_view field) { return words_of(desk, found, std::string(field)); });
}

boost::json::value json_of(const Value& value) {
    if (const auto* file = value.get<FileRef>()) {
        return Json{{"name", file->name}, {"size", file->size}, {"media_type", file->media_type}};
    }
    return std::visit([](const auto& plain) { return boost::json::value(plain); }, plain_of(value));
}

Json json_of(const RecordView& view) {
    Json fields, also;
    for (const auto& field : view.fields) {
        if (field.merge == Merge::text) {
            fields[field.name] = field.words;
            continue;
        }
        if (field.merge == Merge::presence) continue;
        const bool one = field.merge == Merge::register_ || field.merge == Merge::order;
        boost::json::array values;
        for (const auto& each : field.values) {
            if (field.merge == Merge::per_person) {
                Json answer{{"person", to_text(each.by)}, {"value", json_of(each.value)}};
                if (each.of) answer["of"] = json_of(*each.of);
                values.push_back(std::move(answer));
            } else {
                values.push_back(json_of(each.value));
            }
        }
        if (one && !values.empty()) {
            fields[field.name] = values.front();
        } else if (!one) {
            fields[field.name] = std::move(values);
        }
        if (field.also.empty()) continue;
        boost::json::array others;
        for (const auto& each : field.also) others.push_back(json_of(each.value));
        also[field.name] = std::move(others);
    }
    return Json{{"id", to_text(view.id)},        {"type", view.type},       {"owner", to_text(view.owner)},
                {"created_ms", view.created_ms}, {"retired", view.retired}, {"fields", std::move(fields)},
                {"also", std::move(also)}};
}

namespace {

Result<Ingested> written(Desk& desk, const GroupId& group, const std::vector<ContentPart>& parts) {
    if (desk.home.profile().room() == Room::none) {
        return {Code::refused, "Disk full.", "Free some space, then try again. Nothing is lost."};
    }
    auto written = desk.home.replica().write(group, parts);
    if (written) desk.network.wrote(group, *written);
    return written;
}

// As a text holds it.
Result<std::string> text_from(const std::string& words) {
    auto clean = clean_text(words);
    if (!is_utf8(clean)) return {Code::malformed, "These words hold bytes that are no letters.", "Save them as UTF-8."};
    return clean;
}

}  // namespace

Result<> write(Desk& desk, const GroupId& group, const std::vector<ContentPart>& parts) {
    if (const auto done = written(desk, group, parts); !done) return done.error();
    return Done{};
}

Result<> write(Desk& desk, const FoundRecord& found, const Result<std::vector<Op>>& ops) {
    if (!ops) return ops.error();
    if (ops->empty()) return Done{};
    return write(desk, found.group, {{found.state.id, *ops}});
}

Steps<RecordId> make_in_steps(Desk& desk, GroupId group, NewRecord wanted) {
    // Words beyond one edit's bound are written on in edits of their own.
    const auto* type = find_type(wanted.type);
    std::vector<std::pair<std::string, std::string>> long_texts;
    for (auto& input : wanted.inputs) {
        const auto* rule = type ? type->find(input.field) : nullptr;
        const auto* words = input.value ? input.value->get<std::string>() : nullptr;
        if (rule == nullptr || rule->merge != Merge::text || words == nullptr) continue;
        auto clean = text_from(*words);
        if (!clean) co_return clean.error();
        if (clean->size() <= limits::insert_bytes / 4) {
            input.value = Value(std::move(*clean));
        } else {
            long_texts.emplace_back(input.field, std::move(*clean));
            input.value.reset();
        }
    }
    std::erase_if(wanted.inputs, [&](const Input& input) {
        return std::any_of(long_texts.begin(), long_texts.end(),
                           [&](const auto& each) { return each.first == input.field; });
    });
    const auto nonce = type != nullptr && type->one_per_person ? Nonce16{} : random_id<Nonce16>();
    const auto part = decide_create(group, actor_in(desk, group), wanted, nonce);
    if (!part) co_return part.error();
    if (const auto written = write(desk, group, {*part}); !written) co_return written.error();
    for (const auto& [field, words] : long_texts) {
        const FoundRecord found{group, *desk.home.replica().record(group, part->record)};
        const auto put = co_await put_words(desk, found, field, words);
        if (!put) co_return put.error();
    }
    co_return part->record;
}

void give(Desk& desk, const FoundRecord& note, const std::vector<OpRef>& version) {
    const auto* held = desk.home.replica().group(note.group);
    GivenVersions(desk.home.profile().store()).give(held->number, note.state.id, version);
}

std::string words_of(Desk& desk, const FoundRecord& found, const std::string& field) {
    const auto text = desk.home.replica().text(found.group, found.state.id, field);
    return text ? text->text() : "";
}

Result<std::vector<OpRef>> write_changes(Desk& desk, const FoundRecord& found, const std::string& field,
                                         std::span<const TextChange> changes, std::vector<OpRef> version) {
    const auto text = desk.home.replica().text(found.group, found.state.id, field);
    if (!text) return text.error();
    const auto drafts = text->version() == version ? text->draft(changes) : text->draft(changes, version);
    if (!drafts) return drafts.error();
    const auto ops = decide_edit(found.state, actor_in(desk, found.group), field, *drafts);
    if (!ops) return ops.error();
    const auto done = written(desk, found.group, {{found.state.id, *ops}});
    if (!done) return done.error();
    const auto now = desk.home.replica().text(found.group, found.state.id, field);
    if (!now) return now.error();
    if (ops->size() == 1) version.clear();
    for (const auto& commit : done->report.fresh) {
        for (std::size_t i = 0; i < ops->size(); ++i) {
            const OpRef edit{commit, 0, static_cast<std::uint16_t>(i)};
            if (now->has(edit)) version.push_back(edit);
        }
    }
    std::sort(version.begin(), version.end());
    return version;
}

Steps<Put> put_words(Desk& desk, FoundRecord found, std::string field, std::string words,
                     std::optional<std::vector<OpRef>> base) {
    const auto wanted = text_from(words);
    if (!wanted) co_return wanted.error();
    auto text = desk.home.replica().text(found.group, found.state.id, field);
    if (!text) co_return text.error();
    auto version = base.value_or(text->version());
    const auto before = base ? text->text_at(version) : text->text();
    if (!before) co_return before.error();
    const auto changes = difference(*before, *wanted);
    // One edit holds as many changes as fit a commit; the next is made on the version that it makes.
    for (std::size_t next = 0; next < changes.size();) {
        std::vector<TextChange> some;
        for (std::size_t bytes = 0; next < changes.size(); ++next) {
            bytes += changes[next].inserted.size() + 12;
            if (bytes > limits::insert_bytes && !some.empty()) break;
            some.push_back(changes[next]);
        }
        auto made = write_changes(desk, found, field, some, std::move(version));
        if (!made) co_return made.error();
        version = std::move(*made);
        if (next < changes.size()) co_yield Progress{"changes", next, changes.size()};
    }
    text = desk.home.replica().text(found.group, found.state.id, field);
    if (!text) co_return text.error();
    co_return Put{!changes.empty(), text->version()};
}

std::string person_name(Desk& desk, const GroupId& group, const PersonId& person) {
    const auto* held = desk.home.replica().group(group);
    const auto* card = held ? held->members.card_of(person) : nullptr;
    return card ? card->first.name : to_text(person).substr(0, 8);
}

}  // namespace staffroom::api
