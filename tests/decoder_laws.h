// What every decoder of bytes from outside obeys, checked from one valid value:
//  - encoding and decoding give the same bytes;
//  - every strict prefix is refused, and so is every extension by one byte;
//  - every single-bit flip is refused or is the encoding of another value: decoding and encoding it gives the flipped
//    bytes, so no two spellings of one value are accepted (which would give one thing two ids);
//  - a varint of 2^32-1 or 2^63 put in the place of any byte, hence of any length, is refused or is another value's
//    encoding, and no decoding asks for more than 1 MiB of memory (counted under AddressSanitizer only).
//
//     TEST_CASE("O01 O02 O03 O05 a welcome is decoded exactly or not at all") { check_decoder(some_welcome()); }
//
// Choose values with every list filled and every optional present, and small: the cost is about 300 decodings a byte.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/bytes.h"
#include "core/wire.h"

#ifdef __SANITIZE_ADDRESS__
// Exported by the sanitizer's library; gcc ships no header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                                         void (*)(const volatile void*));
#endif

namespace staffroom::laws {

// Bytes asked of the allocator since reset(), freed or not. Always 0 without AddressSanitizer.
class Allocated {
  public:
    static void reset() {
#ifdef __SANITIZE_ADDRESS__
        static const int installed = __sanitizer_install_malloc_and_free_hooks(
            [](const volatile void*, std::size_t size) { total_ += size; }, [](const volatile void*) {});
        (void)installed;
#endif
        total_ = 0;
    }
    static std::size_t total() { return total_; }

  private:
    static inline std::size_t total_ = 0;
};

inline Bytes varint_of(std::uint64_t value) {
    Writer ar;
    ar.write_varint(value);
    return ar.bytes;
}

// The first law that is broken, in words, or nothing. `decoder(ByteView) -> Result<V>`, `encoder(const V&) -> Bytes`:
// for decoders that are more than decode<T>, such as one that also checks a signature.
template <class Decoder, class Encoder>
std::string decoder_breach(const Bytes& valid, Decoder decoder, Encoder encoder) {
    constexpr std::size_t most_memory = 1 << 20;

    {
        const auto same = decoder(ByteView(valid));
        if (!same.ok()) return "a valid encoding is refused: " + same.error().say;
        if (encoder(same.value()) != valid) return "encoding again gives other bytes: " + to_hex(encoder(same.value()));
    }

    const auto refused = [&](const Bytes& bytes) {
        Allocated::reset();
        return !decoder(ByteView(bytes)).ok() && Allocated::total() <= most_memory;
    };
    const auto refused_or_canonical = [&](const Bytes& bytes) {
        Allocated::reset();
        const auto decoded = decoder(ByteView(bytes));
        if (Allocated::total() > most_memory) return false;
        return !decoded.ok() || encoder(decoded.value()) == bytes;
    };

    for (std::size_t length = 0; length < valid.size(); ++length) {
        const Bytes prefix(valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(length));
        if (!refused(prefix)) return "accepted: the first " + std::to_string(length) + " bytes of " + to_hex(valid);
    }
    Bytes longer = valid;
    longer.push_back(0);
    for (unsigned extra = 0; extra < 256; ++extra) {
        longer.back() = static_cast<std::uint8_t>(extra);
        if (!refused(longer)) return "accepted with a byte more: " + to_hex(longer);
    }
    for (std::size_t bit = 0; bit < valid.size() * 8; ++bit) {
        Bytes flipped = valid;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        if (!refused_or_canonical(flipped)) {
            return "accepted but not canonical, or too much memory: bit " + std::to_string(bit) + " of " +
                   to_hex(valid);
        }
    }
    for (const std::uint64_t length : {(std::uint64_t{1} << 32) - 1, std::uint64_t{1} << 63}) {
        for (std::size_t at = 0; at < valid.size(); ++at) {
            Bytes huge(valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(at));
            append(huge, varint_of(length));
            append(huge, ByteView(valid).subspan(at + 1));
            if (!refused_or_canonical(huge)) {
                return "accepted but not canonical, or too much memory: " + std::to_string(length) + " at byte " +
                       std::to_string(at) + " of " + to_hex(valid);
            }
        }
    }
    return {};
}

template <class T>
void check_decoder(const T& value) {
    CHECK_EQ(decoder_breach(
                 encode(value), [](ByteView bytes) { return decode<T>(bytes); }, [](const T& t) { return encode(t); }),
             "");
}

}  // namespace staffroom::laws
