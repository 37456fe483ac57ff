// What the stories of the page share: a browser, a person's page in it, and cases that print one line each.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const from_web = createRequire(new URL('../../app/web/package.json', import.meta.url));
const { chromium } = from_web('playwright-core');
const axe = readFileSync(from_web.resolve('axe-core/axe.min.js'), 'utf8');

let failures = 0;
// tell(words, work): `ok` when the work ends well and gives no offences (a list of lines).
export async function tell(words, work) {
    const began = Date.now();
    let offences;
    try {
        offences = (await work()) ?? [];
    } catch (failed) {
        offences = String(failed.stack ?? failed)
            .split('\n')
            .slice(0, 12);
    }
    console.log(`${offences.length ? 'FAIL' : 'ok  '}  ${words}`);
    for (const each of offences.slice(0, 25)) console.log(`      ${each}`);
    if (process.env.PAGE_TIMES) console.log(`      ${Date.now() - began} ms`);
    if (offences.length) failures += 1;
}
// What the page says in this language.
export function sentences(language) {
    const file = new URL(`../../app/web/public/i18n/${language}.json`, import.meta.url);
    const catalogue = JSON.parse(readFileSync(file, 'utf8'));
    return (sentence) => catalogue[sentence] ?? sentence;
}
export const ended = () => (failures ? 1 : 0);
export const must = (truth, words) => {
    if (!truth) throw new Error(words);
};
// Asks until it is so, `most` times at intervals of 0.1 s.
export async function until(truth, words, most = 200) {
    for (let tries = 0; !(await truth()); ++tries) {
        must(tries < most, words);
        await new Promise((done) => setTimeout(done, 100));
    }
}

export class Browser {
    static async start(program = process.env.CHROMIUM ?? '/usr/bin/chromium') {
        const made = new Browser();
        made.browser = await chromium.launch({
            executablePath: program,
            args: ['--no-sandbox', '--disable-gpu'],
        });
        made.strangers = new Set(); // requests to anywhere but the daemon
        made.ran = []; // what a hostile text made the page do
        made.complaints = []; // what the page itself reports
        return made;
    }
    // A person's page: `address` holds a launch code, which is good once.
    async open(address, { language = 'en', width = 1280, height = 900 } = {}) {
        const context = await this.browser.newContext({ locale: language, viewport: { width, height } });
        await context.exposeFunction('ran', (words) => this.ran.push(words));
        context.on('request', (request) => {
            if (!/^(http|ws):\/\/127\.0\.0\.1[:/]|^(data|blob|about):/.test(request.url()))
                this.strangers.add(request.url());
        });
        const page = await context.newPage();
        page.on('dialog', (dialog) => {
            this.ran.push(`dialog: ${dialog.message()}`);
            dialog.dismiss();
        });
        page.on('pageerror', (error) => this.complaints.push(`${page.url()} ${error.stack}`));
        page.setDefaultTimeout(15_000);
        await page.goto(address);
        await page.locator('h1').first().waitFor();
        return page;
    }
    async end() {
        await this.browser.close();
    }
}

export async function go(page, hash) {
    await page.evaluate((to) => (location.hash = to), hash);
    await page.waitForFunction(() => {
        const waits = [...document.querySelectorAll('main .bone')].some((each) => each.checkVisibility());
        return document.querySelector('main h1, main [role=alert]') && !waits;
    });
}
// Asks the daemon as the page does.
export const ask = (page, verb, args = {}) =>
    page.evaluate(
        async ([verb, args]) => {
            const answer = await fetch('/api', {
                method: 'POST',
                headers: {
                    'Content-Type': 'application/json',
                    'X-Staffroom-Token': localStorage.getItem('staffroom-token'),
                },
                body: JSON.stringify({ verb, args }),
            });
            return answer.json();
        },
        [verb, args],
    );
// The text in the editor, without the names of those who write.
export const text_in = (page) =>
    page.locator('.cm-content').evaluate((content) =>
        [...content.querySelectorAll('.cm-line')]
            .map((line) => line.cloneNode(true))
            .map((line) => (line.querySelectorAll('.caret').forEach((caret) => caret.remove()), line.textContent))
            .join('\n'),
    );

// Until a colleague's note is here, and holds what they wrote.
export const comes = (page, note) =>
    until(async () => (await ask(page, 'note show', { note })).text, 'the note is at the colleague’s');
export async function axe_offences(page, where) {
    await page.evaluate(`${axe};0`);
    const { violations } = await page.evaluate(() =>
        window.axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }),
    );
    return violations.flatMap((each) =>
        each.nodes.map(
            (node) =>
                `${where}: ${each.id}: ${node.target.join(' ')}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''}`,
        ),
    );
}
export const overflow = (page) =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
