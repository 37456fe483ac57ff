// Stories of the page, in a real browser against real daemons: node page.mjs ADDRESS-OF-AMINA ADDRESS-OF-BRIAN
// Both are new: no group yet. PAGE_THOROUGH=1 looks at every screen in every language.
import { Browser, ask, axe_offences, comes, ended, go, must, overflow, tell, text_in } from './browser.mjs';
import { look_aside, meeting_stories } from './meeting_stories.mjs';
import { library_stories } from './library_stories.mjs';
import { note_stories } from './note_stories.mjs';
import { people_stories } from './people_stories.mjs';

const [amina_at, brian_at] = process.argv.slice(2);
const thorough = !!process.env.PAGE_THOROUGH;
const browser = await Browser.start();
const amina = await browser.open(amina_at);
let group, note, resource, task, brian;

await tell('the first minute: Amina starts a group, and it is not empty', async () => {
    await amina.getByText('Start here').click();
    await amina.getByText('Subject team').click();
    await amina.getByLabel('What is it called?').fill('Hill School Science');
    await amina.getByRole('button', { name: 'Make the group' }).click();
    await amina.getByText('While you were away').waitFor();
    await amina
        .getByRole('link', { name: /Welcome/ })
        .first()
        .waitFor();
    [{ id: group }] = (await ask(amina, 'group list')).groups;
    must((await ask(amina, 'record list', { group })).records.length >= 4, 'a note, two tasks, a talk');
});

await tell('Brian joins with the invitation that Amina shows', async () => {
    await go(amina, `#/g/${group}/people`);
    await amina.getByRole('button', { name: 'Invite', exact: true }).click();
    await amina.getByRole('button', { name: 'Make the invitation' }).click();
    const invitation = await amina.getByLabel('The invitation as a text').inputValue();
    await amina.getByRole('img', { name: 'The invitation as a picture' }).waitFor();
    brian = await browser.open(brian_at, { language: 'fr' });
    await brian.getByText('Rejoindre un collègue').first().click();
    await brian.getByLabel('Invitation').fill(invitation);
    await brian.getByRole('button', { name: 'Rejoindre', exact: true }).click();
    await brian.getByText('Pendant votre absence').waitFor({ timeout: 60_000 });
    await brian
        .getByRole('link', { name: /Welcome/ })
        .first()
        .waitFor();
});

await tell('a note begins from a template, a task moves by keyboard, a lesson is found by its tag', async () => {
    await go(amina, `#/g/${group}/notes`);
    await amina.getByRole('button', { name: 'New note' }).click();
    await amina.getByLabel('Title').fill('Fractions with bread');
    await amina.getByText('Lesson plan').click();
    await amina.getByRole('button', { name: 'Begin writing' }).click();
    await amina.waitForURL(/#\/note\//);
    note = new URL(amina.url()).hash.split('/')[2];
    await go(amina, `#/g/${group}/tasks`);
    await amina.getByRole('textbox', { name: 'Add a task' }).fill('Bring scissors');
    await amina.keyboard.press('Enter');
    const mover = amina.getByLabel('Move Bring scissors');
    await mover.waitFor();
    await mover.selectOption('Done');
    await amina.locator('section[aria-label="Done"]').getByRole('link', { name: 'Bring scissors' }).waitFor();
    resource = (
        await ask(amina, 'resource add', {
            group,
            source: 'https://example.org/film',
            title: 'A film',
            tags: ['water'],
            subject: 'Science',
        })
    ).resource;
    task = (await ask(amina, 'record list', { group, type: 'task' })).records[0].id;
    await go(amina, `#/g/${group}/library`);
    await amina.getByRole('combobox', { name: 'Tag' }).selectOption('water');
    await amina.getByText('A film').waitFor();
});

await tell('what was said in a talk stands in the feed under the title of the talk', async () => {
    const talk = (await ask(amina, 'record new', { group, type: 'thread', fields: ['title=Chalk or slate?'] })).record;
    await ask(amina, 'record new', { group, type: 'post', fields: [`thread=${talk}`, 'body=Slate, for the wind.'] });
    await go(amina, '#/');
    await amina
        .getByRole('link', { name: /Chalk or slate\?.*Post/ })
        .first()
        .waitFor();
});

await library_stories(amina, group);

// Verbs that the page's own door answers, not the command line.
const is_live = (await ask(amina, 'note open', { note })).ok;
if (is_live) {
    await tell('Amina and Brian type in one note at once, and both have every letter of both', async () => {
        const together = (await ask(amina, 'note new', { group, title: 'Together', text: 'begin\nend\n' })).note;
        await go(amina, `#/note/${together}`);
        await amina.locator('.cm-content').waitFor();
        await comes(brian, together);
        await go(brian, `#/note/${together}`);
        await brian.locator('.cm-content').click();
        await brian.keyboard.press('Control+Home');
        await amina.locator('.cm-content').click();
        await amina.keyboard.press('Control+End');
        const [hers, his] = ['Amina writes مرحبا and 👩‍🏫 here', 'Brian writes नमस्ते and é too '];
        await Promise.all([amina.keyboard.type(hers, { delay: 12 }), brian.keyboard.type(his, { delay: 9 })]);
        const whole = `${his}begin\nend\n${hers}`;
        for (const page of [amina, brian]) {
            await page.waitForFunction(
                () => document.querySelector('.state')?.textContent.match(/Saved on|Enregistré sur/),
                null,
                { timeout: 20_000 },
            );
            for (let tries = 0; (await text_in(page)) !== whole; ++tries) {
                must(tries < 100, `has: ${await text_in(page)}`);
                await page.waitForTimeout(100);
            }
        }
        must((await ask(brian, 'note show', { note: together })).text === whole, 'on the disk');
        // Each sees the other's cursor by name, and where it is: Brian's behind what he typed, at the beginning.
        const words_before = (page) =>
            page.locator('.caret').evaluate((caret) => {
                const before = document.createRange();
                before.setStart(caret.closest('.cm-line'), 0);
                before.setEndBefore(caret);
                return before.toString();
            });
        const seen = [
            [amina, "Brian O'Neill"],
            [brian, 'Amina Diallo'],
        ];
        for (const [page, name] of seen) await page.locator('.caret', { hasText: name }).waitFor({ timeout: 10_000 });
        for (let tries = 0; (await words_before(amina)) !== his; ++tries) {
            must(tries < 50, `Brian's cursor stands behind: ${await words_before(amina)}`);
            await amina.waitForTimeout(100);
        }
        await go(brian, '#/');
        await amina.locator('.caret').waitFor({ state: 'detached', timeout: 10_000 });
    });
    await note_stories(amina, brian, group);
    await tell(
        'A06 a file that is let go on the page becomes a lesson; one that holds a script is saved and not run',
        async () => {
            await go(amina, `#/g/${group}/library`);
            const picture = '<svg xmlns="http://www.w3.org/2000/svg" onload="ran(1)"><script>ran(2)</script></svg>';
            await amina
                .locator('input[type=file]')
                .setInputFiles({ name: 'cells.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(picture) });
            await amina.getByRole('link', { name: /cells/ }).click();
            const saved = amina.waitForEvent('download');
            await amina.getByRole('link', { name: 'Save' }).click();
            must((await saved).suggestedFilename() === 'cells.svg', 'saved under its name');
            must(browser.ran.length === 0, `ran: ${browser.ran}`);
        },
    );
}

await tell('an organiser shows the code for a colleague who lost every computer', async () => {
    await go(amina, `#/g/${group}/people`);
    await amina.getByLabel("More about Brian O'Neill").click();
    await amina.getByRole('button', { name: 'They lost every computer' }).click();
    must((await amina.getByLabel('The code', { exact: true }).inputValue()).length > 40, 'a code');
    await amina.keyboard.press('Escape');
});

await people_stories(amina, brian, group);
await meeting_stories(amina, brian, group);

await tell('every room is reached by the keyboard alone', async () => {
    await go(amina, '#/');
    await amina.keyboard.press('Control+k');
    await amina.keyboard.type('storage'); // what is typed before the search is there is kept
    await amina.getByRole('option', { name: 'Storage' }).waitFor();
    await amina.keyboard.press('Enter');
    await amina.getByRole('heading', { level: 1, name: 'Storage' }).waitFor();
    await amina.keyboard.press('Control+k');
    await amina.keyboard.press('Escape');
    must(!(await amina.locator('dialog[open]').count()), 'Escape closes the search');
});

const screens = () => [
    '#/',
    '#/start',
    `#/g/${group}/library`,
    `#/g/${group}/notes`,
    `#/g/${group}/tasks`,
    `#/g/${group}/practice`,
    `#/g/${group}/meetings`,
    `#/g/${group}/talk`,
    `#/g/${group}/surveys`,
    `#/g/${group}/people`,
    `#/g/${group}/health`,
    `#/note/${note}`,
    `#/resource/${resource}`,
    `#/record/${task}`,
    '#/colleagues',
    '#/transfers',
    '#/carry',
    '#/storage',
    '#/devices',
    '#/settings',
    '#/search?q=fractions',
];
async function look(page, where, widths) {
    const offences = [];
    for (const screen of screens()) {
        await go(page, screen);
        offences.push(...(await axe_offences(page, `${where} ${screen}`)));
        for (const [width, height] of widths) {
            await page.setViewportSize({ width, height });
            const over = await overflow(page);
            if (over > 0) offences.push(`${where} ${screen} at ${width} px: ${over} px too wide`);
        }
        await page.setViewportSize({ width: 1280, height: 900 });
    }
    return offences;
}
await tell('axe finds nothing, and no screen is too wide at 320 px', () => look(amina, 'en', [[320, 640]]));
await tell('axe finds nothing in what is shown aside', () => look_aside(amina, 'en', group));

async function in_language(language) {
    await amina.evaluate((each) => localStorage.setItem('staffroom-language', each), language);
    await amina.reload();
    await amina.locator('main h1').waitFor();
}
// Two more languages each time: one from right to left, one of another script; PAGE_THOROUGH=1 looks at all.
for (const language of thorough ? ['ar', 'hi', 'fr', 'es', 'pt', 'sw'] : ['ar', 'hi']) {
    await tell(`axe finds nothing on any screen in ${language}`, async () => {
        await in_language(language);
        return [
            ...(await look(amina, language, [
                [320, 640],
                [2560, 1200],
            ])),
            ...(await look_aside(amina, language, group)),
        ];
    });
}
await tell('in Arabic everything runs from right to left', async () => {
    await in_language('ar');
    must((await amina.evaluate(() => document.dir)) === 'rtl', 'dir');
    await go(amina, `#/record/${task}`);
    const by = await amina.locator('.sheet > p').first().textContent();
    must(by.includes('\u2068Amina Diallo\u2069'), `a Latin name keeps the numbers after it in their place: ${by}`);
});

// A pseudo-locale: every sentence marked, accented and a third longer. What shows up without marks was never translated.
await tell('a language that is a third longer fits, and no sentence escapes translation', async () => {
    const longer = (words) =>
        words.replace(/\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|[a-z]/g, (each) =>
            each.length > 1 ? each : ({ a: 'ä', e: 'é', i: 'ï', o: 'ö', u: 'ü' }[each] ?? each),
        );
    await amina.context().route('**/i18n/fr.json', async (route) => {
        const english = await (await route.fetch({ url: route.request().url().replace('fr.json', 'en.json') })).json();
        await route.fulfill({
            json: Object.fromEntries(
                Object.keys(english).map((each) => [
                    each,
                    `⟦${longer(each)}${'·'.repeat(Math.ceil(each.length / 3))}⟧`,
                ]),
            ),
        });
    });
    await in_language('fr');
    const offences = [];
    for (const screen of screens()) {
        await go(amina, screen);
        await amina.setViewportSize({ width: 360, height: 740 });
        const over = await overflow(amina);
        if (over > 0) offences.push(`${screen}: ${over} px too wide`);
        await amina.setViewportSize({ width: 1280, height: 900 });
        const bare = await amina.evaluate(() =>
            [...document.querySelectorAll('main button, main h1, main h2, main label > span, nav a:not(.brand)')]
                .filter((each) => !each.closest('[dir=auto]') && !each.querySelector('[dir=auto]'))
                .map((each) => each.textContent.trim())
                .filter((words) => /[A-Za-z]{4}/.test(words) && !words.includes('⟦')),
        );
        offences.push(...bare.map((words) => `${screen}: not translated: ${words}`));
    }
    await amina.context().unroute('**/i18n/fr.json');
    await in_language('en');
    return [...new Set(offences)];
});

await tell('W08 another site cannot show the page in a frame', async () => {
    const other = await (await browser.browser.newContext()).newPage();
    await other.setContent(`<iframe src="${new URL(amina.url()).origin}/"></iframe>`);
    await other.waitForTimeout(500);
    must(!(await other.frames().at(-1).locator('#page').count()), 'framed');
});

await tell('no request leaves the computer, and the page reports nothing', async () => [
    ...browser.strangers,
    ...browser.complaints,
]);

await browser.end();
process.exit(ended());
