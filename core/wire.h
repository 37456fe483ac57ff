// The one encoding of everything that is hashed, crosses a trust line or lies on disk.
//
// A struct is described once by `template <class A> void serialize(A& ar) { ar(a, b, capped<32>(list)); }` and goes
// through the archive pair below. Rules:
//  - integers are unsigned little-endian base-128 varints in their shortest form; bool is one byte, 0 or 1;
//  - ids are their bytes; enums need choice(e), strings text<Max>(s), byte strings blob<Max>(b), lists capped<Max>(v)
//    or sorted<Max>(v) (strictly ascending), optionals maybe(o). A bare enum, string or vector does not compile;
//    a large blob that goes on as it came is SharedBytes;
//  - a length is checked against its maximum and against the bytes left before anything is allocated, and lists grow as
//    their elements are read, so nine hostile bytes cannot ask for gigabytes;
//  - the first failure sticks: everything read after it is empty;
//  - decode() consumes every byte and accepts exactly what encode() writes, so equal values have equal bytes;
//  - no type here may contain itself, so depth is bounded by the program text (16 at the most).
// cereal's own binary archives and container headers are never used: they allocate first and check never.
#pragma once

#include <cereal/cereal.hpp>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/shared_bytes.h"
#include "core/utf8.h"

namespace staffroom {

class Writer : public cereal::OutputArchive<Writer, cereal::AllowEmptyClassElision> {
  public:
    Writer() : OutputArchive(this) { bytes.reserve(usual_bytes); }

    void write_varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
        bytes.push_back(static_cast<std::uint8_t>(value));
    }

    Bytes bytes;

  private:
    static constexpr std::size_t usual_bytes = 128;  // most are shorter: one allocation in place of seven
};

class Reader : public cereal::InputArchive<Reader, cereal::AllowEmptyClassElision> {
  public:
    // With a keeper (core/shared_bytes.h), what is read as SharedBytes stays part of the source; else it is a copy.
    explicit Reader(ByteView source, std::shared_ptr<const void> keeper = {})
        : InputArchive(this), source_(source), keeper_(std::move(keeper)) {}

    bool failed() const { return failed_; }
    void fail() {
        failed_ = true;
        source_ = {};
    }
    std::size_t left() const { return source_.size(); }

    // The next `count` bytes, or fails and gives none.
    ByteView take(std::size_t count) {
        if (count > source_.size()) return fail(), ByteView{};
        const auto taken = source_.first(count);
        source_ = source_.subspan(count);
        return taken;
    }

    SharedBytes take_shared(std::size_t count) {
        const auto taken = take(count);
        return keeper_ ? SharedBytes(taken, keeper_) : SharedBytes(copy_of(taken));
    }

    std::uint64_t read_varint(std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto next = take(1);
            if (next.empty()) return 0;
            const std::uint64_t digit = next[0] & 0x7F;
            if (shift == 63 && digit > 1) break;
            value |= digit << shift;
            if ((next[0] & 0x80) == 0) {
                if ((digit == 0 && shift > 0) || value > max) break;
                return value;
            }
        }
        return fail(), 0;
    }

    // A length of things that take at least one byte each.
    std::size_t read_length(std::size_t max) {
        const auto length = read_varint(max);
        if (length > left()) fail();
        return failed_ ? 0 : static_cast<std::size_t>(length);
    }

  private:
    ByteView source_;
    std::shared_ptr<const void> keeper_;
    bool failed_ = false;
};

template <class A>
constexpr bool is_reader = std::is_same_v<A, Reader>;

// Enums on the wire say where they end: `constexpr Kind last_value(Kind) { return Kind::key; }` beside the enum.
template <class E>
struct Choice {
    E& value;
};
template <std::size_t Max, class T, bool Ascending>
struct List {
    std::vector<T>& values;
};
template <std::size_t Max>
struct Utf8Text {
    std::string& value;
};
template <std::size_t Max, class B>
struct Blob {
    B& value;
};
template <class T>
struct Maybe {
    std::optional<T>& value;
};

template <class E>
Choice<E> choice(E& value) {
    return {value};
}
template <std::size_t Max, class T>
List<Max, T, false> capped(std::vector<T>& values) {
    return {values};
}
template <std::size_t Max, class T>
List<Max, T, true> sorted(std::vector<T>& values) {
    return {values};
}
template <std::size_t Max>  // bytes of UTF-8
Utf8Text<Max> text(std::string& value) {
    return {value};
}
template <std::size_t Max>
Blob<Max, Bytes> blob(Bytes& value) {
    return {value};
}
template <std::size_t Max>
Blob<Max, SharedBytes> blob(SharedBytes& value) {
    return {value};
}
template <class T>
Maybe<T> maybe(std::optional<T>& value) {
    return {value};
}

template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const T& value) {
    static_assert(std::is_unsigned_v<T>, "the wire knows unsigned integers only");
    ar.write_varint(value);
}
template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, T& value) {
    static_assert(std::is_unsigned_v<T>, "the wire knows unsigned integers only");
    value = static_cast<T>(ar.read_varint(std::numeric_limits<T>::max()));
}
template <class T, std::enable_if_t<std::is_enum_v<T>, int> = 0>
void CEREAL_SAVE_FUNCTION_NAME(Writer&, const T&) = delete;
template <class T, std::enable_if_t<std::is_enum_v<T>, int> = 0>
void CEREAL_LOAD_FUNCTION_NAME(Reader&, T&) = delete;

template <class Tag, std::size_t N>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const Id<Tag, N>& id) {
    append(ar.bytes, id.view());
}
template <class Tag, std::size_t N>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, Id<Tag, N>& id) {
    const auto taken = ar.take(N);
    if (!ar.failed()) std::copy(taken.begin(), taken.end(), id.bytes.begin());
}

template <class E>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const Choice<E>& choice) {
    ar.write_varint(static_cast<std::uint64_t>(choice.value));
}
template <class E>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, Choice<E>& choice) {
    choice.value = static_cast<E>(ar.read_varint(static_cast<std::uint64_t>(last_value(E{}))));
}

template <std::size_t Max, class T, bool Ascending>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const List<Max, T, Ascending>& list) {
    assert(list.values.size() <= Max);
    ar.write_varint(list.values.size());
    for (auto& value : list.values) ar(value);
}
template <std::size_t Max, class T, bool Ascending>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, List<Max, T, Ascending>& list) {
    list.values.clear();
    const auto length = ar.read_length(Max);
    for (std::size_t i = 0; i < length && !ar.failed(); ++i) {
        T value{};
        ar(value);
        if constexpr (Ascending) {
            if (!ar.failed() && i > 0 && !(list.values.back() < value)) ar.fail();
        }
        list.values.push_back(std::move(value));
    }
    if (ar.failed()) list.values.clear();
}

template <std::size_t Max>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const Utf8Text<Max>& text) {
    assert(text.value.size() <= Max && is_utf8(text.value));
    ar.write_varint(text.value.size());
    append(ar.bytes, view_of(text.value));
}
template <std::size_t Max>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, Utf8Text<Max>& text) {
    text.value = text_of(ar.take(ar.read_length(Max)));
    if (!is_utf8(text.value)) ar.fail();
    if (ar.failed()) text.value.clear();
}

template <std::size_t Max, class B>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const Blob<Max, B>& blob) {
    assert(blob.value.size() <= Max);
    ar.write_varint(blob.value.size());
    append(ar.bytes, blob.value);
}
template <std::size_t Max>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, Blob<Max, Bytes>& blob) {
    blob.value = copy_of(ar.take(ar.read_length(Max)));
}
template <std::size_t Max>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, Blob<Max, SharedBytes>& blob) {
    blob.value = ar.take_shared(ar.read_length(Max));
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const Maybe<T>& maybe) {
    ar(maybe.value.has_value());
    if (maybe.value) ar(*maybe.value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, Maybe<T>& maybe) {
    bool present = false;
    ar(present);
    maybe.value.reset();
    if (present) ar(maybe.value.emplace());
    if (ar.failed()) maybe.value.reset();
}

inline void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const OpRef& ref) { ar(ref.commit, ref.part, ref.position); }
inline void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, OpRef& ref) { ar(ref.commit, ref.part, ref.position); }

template <class T>
Bytes encode(const T& value) {
    Writer ar;
    ar(value);
    return std::move(ar.bytes);
}

// Error: malformed, whatever is wrong. Cost: linear in bytes.size(); allocates at most a small multiple of it.
template <class T>
Result<T> decode(ByteView bytes, std::shared_ptr<const void> keeper = {}) {
    Reader ar(bytes, std::move(keeper));
    T value{};
    ar(value);
    if (ar.failed() || ar.left() != 0) return {Code::malformed, "These bytes are damaged."};
    return value;
}

}  // namespace staffroom
