// The words between the tags of HTML and XML, read in pieces and never as a whole. The only door to libxml2. Entities
// are not expanded, nothing is fetched, and what is nested deeper than the library's own bound ends the reading.
#pragma once

#include <memory>
#include <string>

#include "core/bytes.h"

namespace staffroom::search {

enum class Markup {
    html,
    xml,      // all words: OpenDocument, XHTML
    xml_runs  // words within elements named `t`: Office Open XML, which has other things between its tags
};

class MarkupReader {
  public:
    // Appends to `words`, which lives as long, until it holds `bytes_max`. `is_utf8`: whatever the document says.
    MarkupReader(Markup markup, bool is_utf8, std::string& words, std::size_t bytes_max);
    ~MarkupReader();
    MarkupReader(const MarkupReader&) = delete;
    MarkupReader& operator=(const MarkupReader&) = delete;

    // False: there is nothing more to be had from it.
    bool take(ByteView piece);
    void finish();

    struct Parser;

  private:
    std::unique_ptr<Parser> parser_;
};

}  // namespace staffroom::search
