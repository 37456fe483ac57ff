// What people type when one does not know what they will: at random places, words of every script, taken back, cut out,
// put elsewhere; all of it again from one number.
import { ask, text_in, until } from './browser.mjs';

export function dice(seed) {
    let state = seed >>> 0;
    const next = () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
    const below = (count) => Math.floor(next() * count);
    return { below, of: (list) => list[below(list.length)] };
}
const words = [
    ...['chalk ', 'é', 'e\u0301', 'n\u0303o', 'a\u0323\u0302\u0301', 'ẹ̀kọ́ ', '\n', '\n- ', '# ', '**'],
    ...['👩‍🏫', '👍🏽', '🇹🇿', '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}', '😀', '1️⃣', '𝒳', '𠮷'],
    ...['مرحبا ', 'שָׁלוֹם ', 'السَّلامُ ', '\u200f', 'नमस्ते ', 'क्षि', 'ไก่ ', '한글', 'ع\u200dه', '中文'],
];
const moves = [
    'ArrowLeft',
    'ArrowRight',
    'ArrowUp',
    'ArrowDown',
    'Home',
    'End',
    'Control+Home',
    'Control+End',
    'Control+ArrowLeft',
];
const deeds = [
    'Backspace',
    'Backspace',
    'Delete',
    'Control+Backspace',
    'Enter',
    'Control+z',
    'Control+y',
    'Shift+Control+ArrowLeft',
];

// `count` times something, with pauses of up to `most` ms.
export async function type_at_random(page, seed, count, most = 60) {
    const { below, of } = dice(seed);
    for (let turn = 0; turn < count; ++turn) {
        const what = below(10);
        // As an input method and a paste do: the whole word at once.
        if (what < 6) await page.keyboard.insertText(of(words));
        else if (what < 8) await page.keyboard.press(of(moves));
        else await page.keyboard.press(of(deeds));
        const pause = below(4) ? 0 : below(most);
        if (pause) await page.waitForTimeout(pause);
    }
}

// A program on this computer changes the note meanwhile, as the command line does.
export async function change_beside(page, note, count) {
    for (let change = 0; change < count; ++change) {
        await page.waitForTimeout(150);
        const { text, version } = await ask(page, 'note show', { note });
        await ask(page, 'note edit', { note, text: `${text}${change}𝒳\u0301\n`, base: version });
    }
}

// The tab and the daemon of each say the same in the end; gives what.
export async function all_equal(pages, note) {
    let texts;
    await until(
        async () => {
            texts = [];
            for (const page of pages) texts.push(await text_in(page), (await ask(page, 'note show', { note })).text);
            return texts.every((each) => each === texts[0]) && texts[0].length > 0;
        },
        'all are equal',
        600,
    ).catch((failed) => {
        throw new Error(`${failed.message}\n${texts.map((each) => JSON.stringify(each).slice(0, 600)).join('\n')}`);
    });
    if (!texts[0].isWellFormed()) throw new Error(`half a letter: ${texts[0]}`);
    return texts[0];
}
