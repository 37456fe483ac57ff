#include "app/search/markup.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#include <algorithm>

#include "app/search/extract.h"
#include "core/utf8.h"

namespace staffroom::search {

struct MarkupReader::Parser {
    Markup markup;
    std::string& words;
    std::size_t bytes_max;
    xmlParserCtxtPtr context = nullptr;
    std::size_t runs = 0;    // elements named `t` that are open
    std::size_t unseen = 0;  // likewise, of those whose words nobody sees
    bool over = false;

    bool is_full() const { return words.size() >= bytes_max; }
};

namespace {

std::string_view local_name(const xmlChar* name) {
    const std::string_view whole(reinterpret_cast<const char*>(name));
    const auto colon = whole.find(':');
    return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

// Within these a word goes on; every other tag ends one.
bool is_inside_words(std::string_view name) {
    constexpr std::string_view inside[] = {"a",        "b",      "em",   "font",   "i",   "mark", "q",    "r", "rPr",
                                           "s",        "small",  "span", "strong", "sub", "sup",  "t",    "u", "lang",
                                           "proofErr", "rFonts", "sz",   "szCs",   "bCs", "iCs",  "color"};
    return std::find(std::begin(inside), std::end(inside), name) != std::end(inside);
}
bool is_unseen(std::string_view name) { return name == "script" || name == "style" || name == "template"; }

void on_start(void* with, const xmlChar* tag, const xmlChar**) {
    auto& parser = *static_cast<MarkupReader::Parser*>(with);
    const auto name = local_name(tag);
    parser.runs += name == "t";
    parser.unseen += is_unseen(name);
    // In OpenDocument `s` is a space.
    const bool inside = is_inside_words(name) && !(name == "s" && parser.markup == Markup::xml);
    if (!inside && !parser.words.empty() && parser.words.back() != '\n') parser.words += '\n';
}

void on_end(void* with, const xmlChar* tag) {
    auto& parser = *static_cast<MarkupReader::Parser*>(with);
    const auto name = local_name(tag);
    if (name == "t" && parser.runs > 0) --parser.runs;
    if (is_unseen(name) && parser.unseen > 0) --parser.unseen;
    if (!is_inside_words(name) && !parser.words.empty() && parser.words.back() != '\n') parser.words += '\n';
}

void on_words(void* with, const xmlChar* letters, int size) {
    auto& parser = *static_cast<MarkupReader::Parser*>(with);
    if (parser.unseen > 0 || (parser.markup == Markup::xml_runs && parser.runs == 0)) return;
    const auto room = parser.bytes_max - std::min(parser.bytes_max, parser.words.size());
    parser.words.append(reinterpret_cast<const char*>(letters), std::min(room, static_cast<std::size_t>(size)));
    if (parser.is_full()) xmlStopParser(parser.context);
}

void say_nothing(void*, xmlErrorPtr) {}

}  // namespace

MarkupReader::MarkupReader(Markup markup, bool is_utf8, std::string& words, std::size_t bytes_max)
    : parser_(new Parser{markup, words, bytes_max}) {
    xmlSAXHandler listen{};
    listen.startElement = on_start;
    listen.endElement = on_end;
    listen.characters = on_words;
    listen.ignorableWhitespace = on_words;
    listen.serror = say_nothing;
    auto* with = parser_.get();
    const auto encoding = is_utf8 ? XML_CHAR_ENCODING_UTF8 : XML_CHAR_ENCODING_NONE;
    if (markup == Markup::html) {
        with->context = htmlCreatePushParserCtxt(&listen, with, nullptr, 0, nullptr, encoding);
        if (with->context) htmlCtxtUseOptions(with->context, HTML_PARSE_NONET | HTML_PARSE_RECOVER);
    } else {
        with->context = xmlCreatePushParserCtxt(&listen, with, nullptr, 0, nullptr);
        if (with->context) xmlCtxtUseOptions(with->context, XML_PARSE_NONET | XML_PARSE_RECOVER);
    }
    with->over = with->context == nullptr;
}

MarkupReader::~MarkupReader() {
    if (parser_->context == nullptr) return;
    if (parser_->context->myDoc != nullptr) xmlFreeDoc(parser_->context->myDoc);
    parser_->markup == Markup::html ? htmlFreeParserCtxt(parser_->context) : xmlFreeParserCtxt(parser_->context);
}

bool MarkupReader::take(ByteView piece) {
    constexpr std::size_t most = std::size_t{64} << 10;
    while (!piece.empty() && !parser_->over) {
        const auto some = piece.first(std::min(most, piece.size()));
        const auto* letters = reinterpret_cast<const char*>(some.data());
        const auto size = static_cast<int>(some.size());
        const int wrong = parser_->markup == Markup::html ? htmlParseChunk(parser_->context, letters, size, 0)
                                                          : xmlParseChunk(parser_->context, letters, size, 0);
        // HTML is never so wrong that nothing more comes.
        parser_->over = parser_->is_full() || (wrong != 0 && parser_->markup != Markup::html);
        piece = piece.subspan(some.size());
    }
    return !parser_->over;
}

void MarkupReader::finish() {
    if (parser_->over) return;
    parser_->over = true;
    (void)(parser_->markup == Markup::html ? htmlParseChunk(parser_->context, nullptr, 0, 1)
                                           : xmlParseChunk(parser_->context, nullptr, 0, 1));
}

std::string words_in_html(ByteView document) {
    const std::string_view text(reinterpret_cast<const char*>(document.data()), document.size());
    std::string words;
    MarkupReader reader(Markup::html, is_utf8(text), words, words_bytes_max);
    reader.take(document);
    reader.finish();
    return words_in_text(view_of(words));
}

}  // namespace staffroom::search
