// How soon the page can be used on a processor six times slower, and from a key to the colleague's screen: one JSON line each.
import { Browser, ask, go } from './browser.mjs';

const [amina_at, brian_at, group] = process.argv.slice(2);
const browser = await Browser.start();
const row = (name, ours, goal) =>
    console.log(JSON.stringify({ row: name, ours: Math.round(ours), unit: 'ms', goal, met: ours <= goal }));
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

const amina = await browser.open(amina_at);
const slow = await amina.context().newCDPSession(amina);
await slow.send('Emulation.setCPUThrottlingRate', { rate: 6 });
const times = [];
for (let round = 0; round < 5; ++round) {
    await go(amina, '#/');
    await amina.reload();
    await amina.getByText('While you were away').waitFor();
    times.push(await amina.evaluate(() => performance.now()));
}
await slow.send('Emulation.setCPUThrottlingRate', { rate: 1 });
row(
    'usable on a processor six times slower, median of 5',
    at(
        times.sort((a, b) => a - b),
        0.5,
    ),
    1000,
);

const brian = await browser.open(brian_at);
const { note } = await ask(amina, 'note new', { group, title: 'Keys', text: '' });
await go(amina, `#/note/${note}`);
while (!(await ask(brian, 'note show', { note })).ok) await brian.waitForTimeout(100);
await go(brian, `#/note/${note}`);
await amina.locator('.cm-content').click();
await brian.locator('.cm-content').waitFor();
// Both pages run in one browser and share its clock.
await brian.evaluate(() => {
    window.seen = [];
    const content = document.querySelector('.editor').shadowRoot.querySelector('.cm-content');
    const count = () => content.textContent.split('x').length; // her name is in it too, at her cursor
    let counted = count();
    new MutationObserver(() => {
        const more = count() - counted;
        counted += more;
        requestAnimationFrame(() => {
            for (let key = 0; key < more; ++key) window.seen.push(performance.timeOrigin + performance.now());
        });
    }).observe(content, { childList: true, characterData: true, subtree: true });
});
await amina.evaluate(() =>
    addEventListener('keydown', () => window.pressed.push(performance.timeOrigin + performance.now()), {
        capture: true,
    }),
);
// As people type: not evenly, and not waiting for what the colleague sees.
async function typed(words, gap) {
    const count = 60;
    await brian.evaluate(() => (window.seen = []));
    await amina.evaluate(() => (window.pressed = []));
    await amina.waitForTimeout(1500);
    for (let key = 0; key < count; ++key) {
        await amina.keyboard.press('x');
        await amina.waitForTimeout(gap * (0.5 + ((key * 37) % 60) / 60));
    }
    await brian.waitForFunction((wanted) => window.seen.length >= wanted, count, { timeout: 5000 });
    const [pressed, seen] = [await amina.evaluate(() => window.pressed), await brian.evaluate(() => window.seen)];
    const took = pressed.map((at, key) => seen[key] - at).sort((a, b) => a - b);
    row(`${words}: from a key to the colleague's screen, p50 of ${count}`, at(took, 0.5), 50);
    row(`${words}: from a key to the colleague's screen, p99 of ${count}`, at(took, 0.99), 150);
}
await typed('40 words a minute', 300);
await typed('80 words a minute', 150);
await browser.end();
