#include "app/cli/reception.h"

#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/page.h"
#include "app/cli/print.h"

namespace staffroom::cli {
namespace {

constexpr std::size_t languages_max = 16;

// What comes through a door is {"verb", "args"}, and "by_itself": true from a program that nobody told to ask, an "id"
// from whoever will ask how far it is, and the "language" of a page; what is not is refused like anything else.
std::optional<Asked> read_asked(const std::string& body, LocalDoor::Answer answer) {
    const auto object = api::object_in(body);
    const auto* verb = object ? object->if_contains("verb") : nullptr;
    const auto* args = object ? object->if_contains("args") : nullptr;
    if (verb == nullptr || !verb->is_string() || (args != nullptr && !args->is_object())) {
        answer(document_of(Error{Code::malformed, "This request is not a verb with its arguments.",
                                 "Send {\"verb\": …, \"args\": {…}} in UTF-8."}));
        return std::nullopt;
    }
    return Asked{std::string(verb->get_string()),    args ? args->get_object() : api::Json{},
                 api::text_arg(*object, "id"),       api::flag_arg(*object, "by_itself"),
                 api::text_arg(*object, "language"), std::move(answer)};
}

}  // namespace

void Reception::take(const std::string& body, LocalDoor::Answer answer) {
    auto asked = read_asked(body, std::move(answer));
    if (!asked) return;
    const std::lock_guard lock(mutex_);
    asked->answer = translating(std::move(asked->answer), asked->language);
    if (asked->verb == "open") {
        if (page_) return asked->answer(document_of(api::Json{{"page", page_()}}));
        return asked->answer(
            document_of(Error{Code::not_found, "This Staffroom has no page.", "Use its commands: staffroom help"}));
    }
    hand_on(std::move(*asked));
}

void Reception::take_upload(const page::Uploaded& file, LocalDoor::Answer answer) {
    auto args = api::upload_args(file.args, file.group, file.name, file.path);
    if (!args) return answer(document_of(args.error()));
    const std::lock_guard lock(mutex_);
    const auto* verb = args->contains("resource") ? "resource update" : "resource add";
    hand_on({verb, std::move(*args), file.id, false, {}, translating(std::move(answer), last_language_)});
}

void Reception::give_piece(const page::FileAsked& asked, std::uint64_t offset, std::size_t most,
                           page::Door::GivePiece give) {
    const std::lock_guard lock(mutex_);
    if (node_ == nullptr) return give(profile_locked());
    node_->visit([this, asked, offset, most, give = std::move(give)](api::Desk* desk) {
        if (desk == nullptr) pieces_.forget();
        give(desk ? pieces_.read(*desk, asked.record, asked.index, offset, most) : profile_locked());
    });
}

void Reception::take_place(const api::TabPlace& place) {
    const std::lock_guard lock(mutex_);
    if (node_ == nullptr) return;
    node_->visit([place](api::Desk* desk) {
        if (desk != nullptr) desk->network.notes().placed(place);
    });
}

void Reception::close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    node_ = nullptr;
    while (auto asked = gate_.take()) asked->answer(document_of(being_stopped()));
}

void Reception::hand_on(Asked asked) {
    if (is_closed_) return asked.answer(document_of(being_stopped()));
    node_ == nullptr ? gate_.put(std::move(asked)) : submit(std::move(asked));
}

void Reception::give_to(Node* node) {
    const std::lock_guard lock(mutex_);
    node_ = node;
    if (node_ == nullptr) return;
    while (auto asked = gate_.take()) submit(std::move(*asked));
}

LocalDoor::Answer Reception::translating(LocalDoor::Answer answer, const std::string& language) {
    if (language.empty()) return answer;
    last_language_ = language;
    auto said = said_in(language);
    answer.give = [give = std::move(answer.give), said](std::string body) {
        // Within a colleague's words the quotation marks of a name are escaped.
        const bool says = body.find(R"("say":)") != std::string::npos;
        give(says ? document_of(said->of(reply_of(body))) : std::move(body));
    };
    return answer;
}

std::shared_ptr<const api::Said> Reception::said_in(const std::string& language) {
    if (said_.size() > languages_max) said_.clear();
    auto& said = said_[language];
    if (!said) said = std::make_shared<const api::Said>(api::said_in(language, home_));
    return said;
}

std::string Reception::translated(std::string event) {
    if (event.find(R"("error":{)") == std::string::npos) return event;
    const auto object = api::object_in(event);
    if (!object || !object->contains("error")) return event;
    const std::lock_guard lock(mutex_);
    return boost::json::serialize(*said_in(last_language_)->of(api::Reply(*object)));
}

void Reception::show_page(std::function<std::string()> address) {
    const std::lock_guard lock(mutex_);
    page_ = std::move(address);
}

void Reception::submit(Asked asked) {
    auto answer = [to = asked.answer](api::Reply reply) { to(document_of(reply)); };
    auto is_given_up = [gone = asked.answer.asker_gone] { return gone->load(); };
    node_->submit({std::move(asked.verb), std::move(asked.args), std::move(answer), std::move(asked.id),
                   std::move(is_given_up), asked.by_itself});
}

}  // namespace staffroom::cli
