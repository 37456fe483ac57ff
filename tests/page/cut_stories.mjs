// Two teachers at two computers on one cable, each with a browser of their own there.
// node cut_stories.mjs NAMESPACE BROWSER ADDRESS BROWSER ADDRESS
// PAGE_SEED=N types again what a failure was found with.
import { execFileSync } from 'node:child_process';
import { Browser, ask, comes, ended, go, must, tell, text_in, until } from './browser.mjs';
import { Keys } from './keys.mjs';
import { all_equal, change_beside, type_at_random } from './random_typing.mjs';

const [namespace, her_browser, amina_at, his_browser, brian_at] = process.argv.slice(2);
const cable = (state) => execFileSync('ip', ['-n', namespace, 'link', 'set', 'cable0', state]);
const sides = [await Browser.start(her_browser), await Browser.start(his_browser)];
const amina = await sides[0].open(amina_at);
const brian = await sides[1].open(brian_at);
const seed = Number(process.env.PAGE_SEED ?? Date.now() % 1_000_000);
let group;

await tell('two computers on a cable, and a group', async () => {
    ({ group } = await ask(amina, 'group new', { name: 'Science', kind: 'team' }));
    const { invite } = await ask(amina, 'invite', { group });
    const joined = await ask(brian, 'join', { invite });
    must(joined.ok, JSON.stringify(joined));
    await brian.reload();
    await amina.reload();
    await brian.getByText('While you were away').waitFor();
});

const saved = (page, note) => ask(page, 'note show', { note }).then((answer) => answer.text);
async function both_open(text) {
    const { note } = await ask(amina, 'note new', { group, title: 'Together', text });
    await go(amina, `#/note/${note}`);
    await comes(brian, note);
    await go(brian, `#/note/${note}`);
    for (const page of [amina, brian]) await page.locator('.cm-content').click();
    return note;
}

await tell(
    'both type in one note, the cable is pulled and put back while they do: every letter of both is there',
    async () => {
        const note = await both_open('begin\nend\n');
        await amina.keyboard.press('Control+End');
        await brian.keyboard.press('Control+Home');
        const [hers, his] = [[], []];
        const type = async (page, name, list, from, to) => {
            for (let number = from; number < to; ++number) {
                list.push(`${name}${number}é👩‍🏫مر `);
                await page.keyboard.insertText(list.at(-1));
                await page.waitForTimeout(40);
            }
        };
        const both = (from, to) => Promise.all([type(amina, 'A', hers, from, to), type(brian, 'B', his, from, to)]);
        await both(0, 10);
        await until(async () => (await text_in(brian)).includes(hers[0]), 'they see each other type');
        const typing = both(10, 40);
        await amina.waitForTimeout(300);
        cable('down');
        await typing;
        await both(40, 60);
        await until(async () => (await saved(amina, note)).includes(hers.at(-1)), 'what she typed is saved at hers');
        must(!(await saved(brian, note)).includes(hers.at(-1)), 'and cannot be at his: the cable is out');
        must(!(await text_in(amina)).includes(his.at(-1)), 'nor his at hers');
        cable('up');
        await both(60, 80);
        const whole = await all_equal([amina, brian], note);
        must(whole === `${his.join('')}begin\nend\n${hers.join('')}`, `every letter once and in order: ${whole}`);
    },
);

await tell(
    `what both type at random, while the cable comes and goes, is one text in the end (seed ${seed})`,
    async () => {
        for (let round = 0; round < 3; ++round) {
            const note = await both_open('A lesson.\n\nWith words 👍🏽 مرحبا of everybody.\n');
            const typing = Promise.all([
                type_at_random(amina, seed + 2 * round, 120),
                type_at_random(brian, seed + 2 * round + 1, 120),
                change_beside(amina, note, 6),
            ]);
            for (let pull = 0; pull < 2; ++pull) {
                await amina.waitForTimeout(200);
                cable('down');
                await amina.waitForTimeout(300);
                cable('up');
            }
            await typing;
            await all_equal([amina, brian], note);
        }
    },
);

await tell('both write one field apart: both versions are kept, and one is chosen by keyboard', async () => {
    const { record } = await ask(amina, 'record new', {
        group,
        type: 'goal',
        fields: ['title=Reading', 'measure=before'],
    });
    await until(async () => (await ask(brian, 'record show', { record })).ok, 'it comes');
    cable('down');
    await ask(amina, 'record set', { record, fields: ['measure=ten pages'] });
    await ask(brian, 'record set', { record, fields: ['measure=a book'] });
    cable('up');
    await until(
        async () => (await ask(amina, 'record show', { record })).record.also?.measure,
        'both versions are there',
    );
    await go(amina, `#/record/${record}`);
    await amina.locator('.versions').waitFor();
    const keys = new Keys(amina, 'Amina');
    const kept = (
        await amina.locator('.versions li', { has: amina.getByRole('button', { name: 'Use this one' }) }).textContent()
    )
        .replace('Use this one', '')
        .trim();
    await keys.on(keys.button('Use this one'));
    await amina.locator('.versions').waitFor({ state: 'detached' });
    for (const page of [amina, brian])
        await until(async () => {
            const now = (await ask(page, 'record show', { record })).record;
            return now.fields.measure === kept && !now.also?.measure;
        }, 'what was chosen holds, for both');
    return keys.seen();
});

await tell('the pages complained of nothing', () => sides.flatMap(({ complaints }) => complaints));
for (const side of sides) await side.end();
process.exit(ended());
