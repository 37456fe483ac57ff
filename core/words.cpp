#include "core/words.h"

#include <algorithm>
#include <array>

namespace staffroom {
namespace {

constexpr std::array<std::string_view, 256> words = {
    "acorn",   "album",   "almond",  "angel",    "ankle",   "apple",    "apron",    "arrow",    "atlas",   "attic",
    "autumn",  "bacon",   "badge",   "bagel",    "bamboo",  "banana",   "basket",   "beach",    "bean",    "beetle",
    "bell",    "berry",   "bird",    "biscuit",  "blanket", "bone",     "book",     "bottle",   "bowl",    "branch",
    "bread",   "brick",   "bridge",  "broom",    "brush",   "bucket",   "butter",   "cabin",    "cactus",  "cake",
    "camel",   "candle",  "canoe",   "carpet",   "carrot",  "castle",   "chair",    "chalk",    "cheese",  "cherry",
    "chess",   "city",    "clay",    "clock",    "cloud",   "clover",   "coat",     "cocoa",    "coffee",  "coin",
    "comet",   "copper",  "coral",   "cotton",   "crayon",  "cream",    "cricket",  "crown",    "cup",     "curtain",
    "daisy",   "dance",   "desert",  "desk",     "diamond", "dinner",   "doctor",   "dolphin",  "donkey",  "door",
    "dragon",  "drum",    "duck",    "eagle",    "earth",   "elbow",    "elephant", "engine",   "evening", "fabric",
    "family",  "farm",    "fence",   "fern",     "field",   "finger",   "fire",     "fish",     "flag",    "flower",
    "flute",   "forest",  "fork",    "fountain", "frog",    "fruit",    "galaxy",   "garden",   "garlic",  "gate",
    "giant",   "giraffe", "glass",   "glove",    "gold",    "goose",    "grape",    "guitar",   "hammer",  "harvest",
    "heart",   "helmet",  "hill",    "honey",    "hotel",   "house",    "insect",   "island",   "jacket",  "jungle",
    "kettle",  "key",     "king",    "kitchen",  "kite",    "kiwi",     "ladder",   "lamp",     "lantern", "laptop",
    "laundry", "leaf",    "lemon",   "letter",   "library", "lion",     "lizard",   "lunch",    "magnet",  "mango",
    "maple",   "marble",  "market",  "meadow",   "melon",   "metal",    "milk",     "mirror",   "moon",    "morning",
    "museum",  "music",   "needle",  "nest",     "night",   "notebook", "ocean",    "olive",    "onion",   "orange",
    "orchid",  "otter",   "paint",   "panda",    "paper",   "pasta",    "pencil",   "penguin",  "pepper",  "piano",
    "picnic",  "pillow",  "pilot",   "pizza",    "planet",  "plum",     "pocket",   "pond",     "potato",  "pumpkin",
    "puzzle",  "queen",   "rabbit",  "radio",    "rice",    "river",    "robot",    "roof",     "rose",    "ruby",
    "saddle",  "salad",   "salt",    "sand",     "school",  "shell",    "ship",     "shoe",     "silver",  "sister",
    "sky",     "snow",    "sock",    "soup",     "spider",  "spoon",    "square",   "star",     "stone",   "storm",
    "sugar",   "summer",  "sun",     "swan",     "table",   "tent",     "thread",   "tiger",    "toast",   "tomato",
    "tower",   "train",   "tree",    "truck",    "tulip",   "tunnel",   "turtle",   "umbrella", "valley",  "velvet",
    "village", "violin",  "volcano", "wagon",    "wall",    "walnut",   "water",    "whale",    "wheel",   "window",
    "winter",  "wolf",    "wood",    "yacht",    "zebra",   "zipper",
};

constexpr std::size_t checksum_bytes = 2;
constexpr std::size_t sheet_words = RecoverySecret::size + checksum_bytes;

Bytes checksum_of(ByteView secret) {
    Bytes sum(checksum_bytes);
    blake2b(sum, {}, {view_of("staffroom-sheet-v1"), secret});
    return sum;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Runs of letters; whatever else people write between words is no word. Bytes of other alphabets belong to one, so that
// such a word is said to be unknown.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> found;
    bool inside = false;
    for (const char c : text) {
        const bool belongs = is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
        if (belongs && !inside) found.emplace_back();
        if (belongs) found.back().push_back(c);
        inside = belongs;
    }
    return found;
}

Error wrong_sheet(std::string say) {
    return {Code::malformed, std::move(say),
            "Compare with the sheet word by word; the first four letters of each are enough."};
}

}  // namespace

std::string_view word_of(std::uint8_t byte) { return words[byte]; }

std::optional<std::uint8_t> byte_of(std::string_view word) {
    constexpr std::size_t enough = 4;
    std::string lower(word);
    for (auto& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto place = std::lower_bound(words.begin(), words.end(), lower);
    if (place == words.end()) return std::nullopt;
    const bool meant = *place == lower || (lower.size() >= enough && place->starts_with(lower));
    return meant ? std::optional(static_cast<std::uint8_t>(place - words.begin())) : std::nullopt;
}

std::string words_of(ByteView bytes) {
    std::string line;
    for (const auto byte : bytes) {
        if (!line.empty()) line += ' ';
        line += word_of(byte);
    }
    return line;
}

std::string compared_words(const Hash& agreed) { return words_of(agreed.view().first(6)); }

RecoverySecret new_recovery_secret() { return random_secret<RecoverySecret>(); }

SigningSeed recovery_seed(const RecoverySecret& secret) {
    SigningSeed seed;
    blake2b(seed.bytes, secret.view(), {view_of("staffroom-recovery-v1")});
    return seed;
}

std::string sheet_of(const RecoverySecret& secret) {
    return words_of(secret.view()) + ' ' + words_of(checksum_of(secret.view()));
}

Result<RecoverySecret> secret_from_sheet(std::string_view text) {
    constexpr std::size_t most = 4096;  // far more than any sheet
    const auto typed = split(text.substr(0, most));
    Bytes bytes;
    for (std::size_t i = 0; i < typed.size() && i < sheet_words; ++i) {
        const auto byte = byte_of(typed[i]);
        if (!byte)
            return wrong_sheet("Word " + std::to_string(i + 1) + " is none of the words that such a sheet uses.");
        bytes.push_back(*byte);
    }
    if (typed.size() != sheet_words) {
        return wrong_sheet("A recovery sheet has " + std::to_string(sheet_words) + " words, these are " +
                           std::to_string(typed.size()) + ".");
    }
    const auto secret = ByteView(bytes).first(RecoverySecret::size);
    if (!std::ranges::equal(checksum_of(secret), ByteView(bytes).last(checksum_bytes))) {
        return wrong_sheet("One of these words is not the one on the sheet, or two are in the wrong order.");
    }
    return *RecoverySecret::from(secret);
}

}  // namespace staffroom
