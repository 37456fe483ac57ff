#include "core/merge/text.h"

#include "core/merge/text_codec.h"
#include "tests/fuzz/targets.h"
#include "tests/text_story.h"

namespace staffroom::fuzz {
namespace {

constexpr std::size_t writers = 3;
constexpr std::size_t most_edits = 40;

// Zeros after the end.
class Feed {
  public:
    explicit Feed(ByteView bytes) : bytes_(bytes) {}
    bool ended() const { return at_ >= bytes_.size(); }
    std::uint8_t byte() { return ended() ? std::uint8_t{0} : bytes_[at_++]; }
    std::string some(std::size_t count) {
        std::string out;
        for (; count > 0 && !ended(); --count) out += static_cast<char>(byte());
        return out;
    }

  private:
    ByteView bytes_;
    std::size_t at_ = 0;
};

}  // namespace

void text(ByteView input) {
    Feed feed(input);
    std::vector<TextEdit> edits;
    std::vector<bool> visible;
    std::array<std::vector<OpRef>, writers> at;
    NaiveText naive;
    Text merged;
    while (!feed.ended() && edits.size() < most_edits) {
        // who | whom they met before | hidden | how many changes
        const auto head = feed.byte();
        const auto who = head % 4u % writers;
        if (head & 4)
            for (const auto& met : at[(who + 1 + (head >> 3 & 1)) % writers])
                if (std::find(at[who].begin(), at[who].end(), met) == at[who].end()) at[who].push_back(met);
        TextEdit one{
            ref(static_cast<std::uint32_t>(edits.size())), writer(static_cast<std::uint32_t>(who)), at[who], {}};
        for (unsigned left = head >> 6; left > 0; --left) {
            TextChange change{feed.byte(), 0, {}};
            const auto sizes = feed.byte();
            change.deleted = sizes >> 4;
            change.inserted = feed.some(sizes & 15);
            one.changes.push_back(std::move(change));
        }
        const bool shown = (head & 0x30) != 0x30;
        const bool counts = naive.add(one, shown);
        law((merged.add(one, shown) == Text::Taken::added) == counts, "an edit counts where its twin says so");
        law(merged.text() == naive.text(), "the text is its twin's");
        at[who] = {one.id};
        edits.push_back(std::move(one));
        visible.push_back(shown);
    }
    Text backwards;  // all wait for the first
    for (std::size_t i = edits.size(); i-- > 0;) backwards.add(edits[i], visible[i]);
    law(backwards.text() == merged.text() && backwards.waiting() == 0, "another order of arrival gives the same text");
    const auto loaded = Text::load(merged.save());
    law(loaded.ok() && loaded->text() == backwards.text(), "what is saved is loaded");
    law(*loaded->text_at(at[0]) == naive.text(naive.reach(at[0])), "an older version is its twin's");
}

void snapshot(ByteView input) {
    if (input.size() < 2) return;
    ShownText shown;
    shown.edits = 1u + (input[0] | input[1] << 8) % 5000u;
    shown.heads.push_back({shown.edits - 1, ref(1)});
    shown.text = "what is shown";
    auto loaded = Text::load(encode_snapshot(shown, input.subspan(2)));
    law(loaded.ok(), "what is shown is read alone");
    const auto taken = loaded->add(edit(900, 1, {}, {{0, 0, "concurrent"}}));
    if (loaded->damaged()) {
        law(taken == Text::Taken::damaged && loaded->text() == "what is shown", "damage leaves what is shown");
        return;
    }
    (void)loaded->text_at(loaded->version());
    (void)loaded->blame();
    (void)loaded->draft(std::vector<TextChange>{{0, loaded->length(), "all"}});
    loaded->set_visible(loaded->history().front().edit, false);
    law(Text::load(loaded->save()).ok(), "what is saved is loaded");
}

}  // namespace staffroom::fuzz
