#include "core/merge/text_codec.h"

#include <doctest/doctest.h>

#include "core/merge/range_coder.h"
#include "tests/decoder_laws.h"
#include "tests/text_story.h"

namespace staffroom {
namespace {

Text some_text() {
    TextStory story(7);
    const auto history = story.history(20, true);
    Text text;
    for (std::size_t i = 0; i < history.edits.size(); ++i) text.add(history.edits[i], history.visible[i]);
    return text;
}

TEST_CASE("a stored text that is cut, longer or has any bit flipped is refused") {
    const auto breach = laws::decoder_breach(
        some_text().save(), [](ByteView bytes) { return Text::load(bytes); },
        [](const Text& text) { return const_cast<Text&>(text).save(); });
    CHECK_EQ(breach, "");
}

TEST_CASE("an empty text is stored too") {
    auto loaded = Text::load(Text().save());
    REQUIRE(loaded.ok());
    CHECK_EQ(loaded->text(), "");
    CHECK_EQ(loaded->add(edit(0, 1, {}, {{0, 0, "a"}})), Text::Taken::added);
}

// The checksum aside: a disk that lies well.
TEST_CASE("a history whose damage no checksum shows is refused or is some text, and harms nothing") {
    Text text = some_text();
    const auto edits = static_cast<EditIndex>(text.edits());
    const auto bytes = text.save();
    const auto good = decode_snapshot(bytes);
    REQUIRE(good.ok());
    const Bytes history = copy_of(good->history);
    REQUIRE(decode_history(history, edits).ok());
    for (std::size_t length = 0; length < history.size(); ++length)
        CHECK_FALSE(decode_history(ByteView(history).first(length), edits).ok());

    std::size_t decoded = 0;
    for (std::size_t bit = 0; bit < history.size() * 8; bit += 3) {
        Bytes bad = history;
        bad[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
        auto loaded = Text::load(encode_snapshot(good->shown, bad));
        REQUIRE(loaded.ok());
        const auto shown = loaded->text();
        const auto taken = loaded->add(edit(900, 1, {0}, {{0, 0, "concurrent"}}));
        if (loaded->damaged()) {
            CHECK_EQ(taken, Text::Taken::damaged);
            CHECK_EQ(loaded->text(), shown);
            CHECK(loaded->blame().empty());
            CHECK_EQ(loaded->text_at({}).code(), Code::malformed);
            CHECK(loaded->save().empty());
            continue;
        }
        ++decoded;
        (void)loaded->text_at(loaded->version());
        (void)loaded->blame();
        (void)loaded->draft(std::vector<TextChange>{{0, loaded->length(), "all"}});
        loaded->set_visible(ref(3), false);
        loaded->add(edit(901, 2, {900}, {{0, 5, "x"}}));
        (void)loaded->save();
    }
    CHECK(decoded > 0);  // ids and authors are free to be anything
}

TEST_CASE("a head or a hidden edit that is not in the history is refused") {
    const auto bytes = some_text().save();
    const auto good = decode_snapshot(bytes);
    REQUIRE(good.ok());
    auto shown = good->shown;
    shown.heads.back().edit = shown.edits;
    CHECK_FALSE(Text::load(encode_snapshot(shown, good->history)).ok());
    shown = good->shown;
    shown.hidden.push_back(shown.edits);
    CHECK_FALSE(Text::load(encode_snapshot(shown, good->history)).ok());
    shown = good->shown;
    shown.heads.clear();
    CHECK_FALSE(Text::load(encode_snapshot(shown, good->history)).ok());
}

TEST_CASE("integers of any size come back from the range coder") {
    const std::vector<std::uint32_t> values = {0, 1, 2, 3, 255, 65'535, 1u << 31, 0xFFFFFFFF, 7, 7, 7, 0};
    RangeEncoder out;
    IntegerEncoder encoder(out);
    LearntInteger model;
    for (const auto value : values) model.code(encoder, value);
    const auto bytes = out.finish();
    RangeDecoder in(bytes);
    IntegerDecoder decoder(in);
    LearntInteger again;
    for (const auto value : values) CHECK_EQ(again.code(decoder, 0), value);
    CHECK(in.ended());
    again.code(decoder, 0);
    for (int i = 0; i < 100; ++i) again.code(decoder, 0);
    CHECK(in.overrun());
}

TEST_CASE("text of every kind comes back from its packing, in fewer and fewer blocks") {
    PackedText packed;
    std::string all;
    TextStory story(3);
    for (int round = 0; round < 30; ++round) {
        std::string more;
        for (auto left = story.below(200); left > 0; --left) more += TextStory::words()[story.below(10)];
        CHECK_EQ(packed.append(more), all.size());
        all += more;
        packed.pack();
        CHECK_EQ(packed.view(0, packed.size()), all);
        CHECK_LE(packed.blocks().size(), 16);
    }
    for (const auto& bad : TextStory::bad_words()) CHECK_EQ(unpack_text(pack_text(bad)), bad);
}

TEST_CASE("a passage that is pasted again costs next to nothing, and damage to where it stood harms nothing") {
    TextStory story(5);
    std::string passage;
    while (passage.size() < 3000) passage += TextStory::words()[story.below(10)];
    const auto once = pack_text(passage);
    std::string text = passage;
    for (const auto from : {0U, 700U, 2000U}) text += passage.substr(from) + "and ";
    text += std::string(50'000, 'a');  // each byte a copy of the one before
    const auto block = pack_text(text);
    CHECK(block.copies);
    CHECK_LT(block.packed.size(), once.packed.size() + 100);
    CHECK_EQ(unpack_text(block), text);
    for (std::size_t bit = 0; bit < 8 * std::min<std::size_t>(60, block.packed.size()); ++bit) {
        auto bad = block;
        bad.packed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
        CHECK_EQ(unpack_text(bad).size(), text.size());
    }
}

}  // namespace
}  // namespace staffroom
