// Bytes as words that people read, print, type and read aloud to each other.
//
// 256 words, one a byte: short, everyday, no two one letter apart, no two with the same first four letters (so four are
// enough to type), in the order of the alphabet. The list never changes: sheets that lie in drawers are written with it.
#pragma once

#include <string>
#include <string_view>

#include "core/crypto.h"
#include "core/result.h"

namespace staffroom {

std::string_view word_of(std::uint8_t byte);
// Upper or lower case; all of the word or at least its first four letters.
std::optional<std::uint8_t> byte_of(std::string_view word);

// One word a byte, with single blanks.
std::string words_of(ByteView bytes);

// What both screens show when two computers pair without an invitation: six words of a hash over what both said. An
// attacker who had to commit before he saw the other side's number guesses them once in 2^48.
std::string compared_words(const Hash& agreed);

// --- the recovery sheet

// A RecoverySecret is 128 random bits. Whoever holds the sheet may link a new computer to the person
// and revoke any other (core/persons.h), so it is printed and never stored.
RecoverySecret new_recovery_secret();
// BLAKE2b-256(secret, "staffroom-recovery-v1"), the seed of the Ed25519 key that the person's genesis names.
SigningSeed recovery_seed(const RecoverySecret& secret);

// 18 words: the secret, then two words of checksum (BLAKE2b), so that a wrong word or two exchanged ones are noticed but
// once in 65,536. The sheet's QR code holds the same line.
std::string sheet_of(const RecoverySecret& secret);
// Case, commas, line ends and the numbers of the words are forgiven. Errors: malformed; says which word is unknown, or
// how many are missing, or that one of them is not what the sheet says.
Result<RecoverySecret> secret_from_sheet(std::string_view words);

}  // namespace staffroom
