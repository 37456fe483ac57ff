#include "core/result.h"

namespace staffroom {

Error::Error() = default;
Error::Error(Code what, std::string_view sentence, std::string_view next) : code(what), say(sentence), advice(next) {}
Error::~Error() = default;
Error::Error(const Error& other) = default;
Error::Error(Error&& other) noexcept = default;
Error& Error::operator=(const Error& other) = default;
Error& Error::operator=(Error&& other) noexcept = default;

std::string in_quotes(std::string_view name) { return "“" + std::string(name) + "”"; }

const char* name_of(Code code) {
    switch (code) {
        case Code::malformed:
            return "malformed";
        case Code::too_large:
            return "too_large";
        case Code::refused:
            return "refused";
        case Code::not_found:
            return "not_found";
        case Code::busy:
            return "busy";
        case Code::io:
            return "io";
    }
    return "io";
}

}  // namespace staffroom
