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
    let length = content.textContent.length;
    new MutationObserver(() => {
        if (content.textContent.length <= length) return;
        length = content.textContent.length;
        requestAnimationFrame(() => window.seen.push(performance.timeOrigin + performance.now()));
    }).observe(content, { childList: true, characterData: true, subtree: true });
});
const keys = [];
for (let count = 0; count < 60; ++count) {
    await amina.evaluate(() =>
        addEventListener('keydown', () => (window.pressed = performance.timeOrigin + performance.now()), {
            once: true,
            capture: true,
        }),
    );
    await amina.keyboard.press('a');
    await brian.waitForFunction((wanted) => window.seen.length > wanted, count, { timeout: 5000 });
    keys.push(
        (await brian.evaluate((index) => window.seen[index], count)) - (await amina.evaluate(() => window.pressed)),
    );
}
keys.sort((a, b) => a - b);
row("from a key to the colleague's screen, p50 of 60", at(keys, 0.5), 50);
row("from a key to the colleague's screen, p99 of 60", at(keys, 0.99), 150);
await browser.end();
