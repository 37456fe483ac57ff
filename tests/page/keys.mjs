// A person who has a keyboard and nothing else: goes on by Tab until the wanted thing has the focus, and looks at each
// stop on the way: it can be seen that it has the focus, and nothing lies over it.
import { must } from './browser.mjs';

// Runs in the page, with the elements that are looked for.
function look(wanted) {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    if (!at || at === document.body) return { nowhere: true };
    const words = (
        at.getAttribute('aria-label') ||
        at.labels?.[0]?.textContent ||
        at.textContent ||
        at.title ||
        ''
    ).trim();
    const name = `${at.localName} “${words.replace(/\s+/g, ' ').slice(0, 40)}”`;
    const found = wanted.includes(at);
    // The title of a screen or dialog is where one begins to read, and is no stop of the Tab key.
    if (at.tabIndex < 0) return { found, name };
    const has_ring = (each) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
        return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || (each !== at && /inset/.test(boxShadow));
    };
    const around = [];
    for (let each = at; each && around.length < 5; each = each.parentElement ?? each.getRootNode().host)
        around.push(each);
    if (!around.some(has_ring)) return { found, name, offence: 'one cannot see that it has the focus' };
    const seen = at.matches('.unseen') ? (at.closest('label') ?? at) : at;
    const { left, right, top, bottom } = seen.getBoundingClientRect();
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
    const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
    const root = seen.getRootNode();
    const over = root.elementFromPoint(x, y);
    const is_seen = over && (seen.contains(over) || over.contains(seen) || over.closest?.('label')?.contains(seen));
    if (!is_seen)
        return {
            found,
            name,
            offence: `it is not in sight: ${Math.round(x)},${Math.round(y)} is ${over?.localName ?? 'outside'}`,
        };
    const rect = seen.getBoundingClientRect();
    const place = [rect.left, rect.top + scrollY, rect.right, rect.bottom + scrollY];
    // The first stop is known again when the round is over.
    const numbers = (window.stops ??= new Map());
    if (!numbers.has(at)) numbers.set(at, numbers.size + 1);
    return { found, name, number: numbers.get(at), place: at.closest('main') ? place : null };
}

export class Keys {
    constructor(page, who) {
        this.page = page;
        this.who = who;
        this.offences = new Set();
        page.on('filechooser', () => {}); // asked for from the beginning: later it might come too late
    }
    async press(...keys) {
        for (const key of keys) await this.page.keyboard.press(key);
    }
    async type(words) {
        await this.page.keyboard.type(words);
    }
    async is_at(wanted) {
        let stop = await wanted.evaluateAll(look);
        // What is being laid out anew is nowhere for a moment.
        for (let tries = 0; stop.offence && tries < 3; ++tries) {
            await this.page.waitForTimeout(100);
            stop = await wanted.evaluateAll(look);
        }
        if (stop.offence)
            this.offences.add(`${this.who} at ${stop.name} on ${new URL(this.page.url()).hash}: ${stop.offence}`);
        return stop;
    }
    // On by Tab, or by `key`, until one of `wanted` (a locator) has the focus.
    async to(wanted, { key = 'Tab', most = 150 } = {}) {
        await wanted.first().waitFor({ state: 'attached' });
        const stops = [];
        for (let presses = 0; presses <= most; ++presses) {
            const stop = await this.is_at(wanted);
            if (stop.found) return;
            stops.push(stop.nowhere ? '-' : stop.name);
            await this.press(key);
        }
        must(false, `${this.who} never comes to ${wanted}: ${stops.slice(0, 60).join(', ')}`);
    }
    async on(wanted, key = 'Enter', options) {
        await this.to(wanted, options);
        await this.press(key);
    }
    async write(field, words) {
        await this.to(field);
        await this.type(words);
    }
    button(name, exact = true) {
        return this.page.getByRole('button', { name, exact });
    }
    link(name) {
        return this.page.getByRole('link', { name });
    }
    field(name, exact = false) {
        return this.page.getByLabel(name, { exact });
    }
    // Everything is found by a few letters.
    async go(words, option = words) {
        await this.press('Control+k');
        await this.type(words);
        const shown = this.page.getByRole('option', { name: option }).first();
        await shown.waitFor();
        for (let presses = 0; (await shown.getAttribute('aria-selected')) !== 'true'; ++presses) {
            must(presses < 30, `the arrows never come to ${option}`);
            await this.press('ArrowDown');
        }
        await this.press('Enter');
        await this.page.locator('main h1').first().waitFor();
    }
    // The button at the focus opens a chooser of files.
    async choose_file(wanted, file) {
        await this.to(wanted);
        const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), this.press('Enter')]);
        await chooser.setFiles(file);
    }
    // Where the focus is, once what was done has been done.
    async rests_at(wanted, words) {
        for (let tries = 0; !(await this.is_at(wanted)).found; ++tries) {
            must(tries < 40, `${words}; the focus is at ${(await this.is_at(wanted)).name ?? 'nothing'}`);
            await this.page.waitForTimeout(50);
        }
    }
    // All stops of a screen, from where the focus is until it is there again: they follow each other as one reads, down
    // and then on to the next column.
    async walk(most = 400) {
        const nothing = this.page.locator('no-such-thing');
        const is_rtl = await this.page.evaluate(() => document.dir === 'rtl');
        let [before, began, stops] = [null, null, 0];
        for (let presses = 0; presses < most; ++presses) {
            await this.press('Tab');
            const stop = await this.is_at(nothing);
            if (stop.number && stop.number === began) break;
            began ??= stop.number;
            ++stops;
            if (stop.place && before?.place) {
                const [[left, top, right], [next_left, , next_right, next_bottom]] = [before.place, stop.place];
                const goes_on = is_rtl ? next_right < right : next_left > left;
                if (next_bottom < top && !goes_on)
                    this.offences.add(`${new URL(this.page.url()).hash}: ${stop.name} comes after ${before.name}`);
            }
            before = stop;
        }
        must(stops > 5 && stops < most, `${stops} stops`);
    }
    seen() {
        const all = [...this.offences];
        this.offences.clear();
        return all;
    }
}
