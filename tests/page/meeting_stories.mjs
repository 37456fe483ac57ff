// How a stranger comes in without a code, or with one on a stick; and how fast files may move.
import { ask, axe_offences, go, must, sentences, tell, until } from './browser.mjs';

// Nobody is found by broadcast here: what the page asks is asked at this address, as `--peer` would.
export async function looks_at(page, address) {
    await page.route('**/api', (route) => {
        const asked = route.request().postDataJSON();
        if (!['group nearby', 'group ask', 'compare find'].includes(asked.verb)) return route.continue();
        return route.continue({ postData: JSON.stringify({ ...asked, args: { ...asked.args, peers: [address] } }) });
    });
}

export async function meeting_stories(amina, brian, group) {
    const say = sentences('fr'); // Brian's
    const address = `127.0.0.1:${(await ask(amina, 'status')).port}`;

    await tell('a group shows itself; a stranger finds it in the list, asks, and is let in', async () => {
        const choir = (await ask(amina, 'group new', { name: 'Choir', kind: 'team' })).group;
        await amina.reload();
        await go(amina, `#/g/${choir}/people`);
        await amina.getByRole('checkbox', { name: 'Show this group to strangers near you' }).check();
        await until(
            async () => (await ask(amina, 'group show', { group: choir })).group.announced !== undefined,
            'it shows itself',
        );
        await looks_at(brian, address);
        await go(brian, '#/start');
        await brian.getByText(say('Join a colleague')).first().click();
        const near = brian.getByRole('region', { name: say('Groups near you') });
        await near.getByText('Choir').waitFor();
        must(!(await near.getByText('Hall').count()), 'only what shows itself');
        const offences = await axe_offences(brian, 'the list of groups near, asked');
        await near.getByRole('button', { name: say('Ask to join') }).click();
        await near.getByText(say('Asked: an organiser says yes or no')).waitFor();
        await amina.getByRole('heading', { name: 'Asking to come in' }).waitFor();
        offences.push(...(await axe_offences(amina, 'somebody asks to come in')));
        await amina.getByRole('button', { name: 'Let in' }).click();
        await amina.getByText("Brian O'Neill is in.").waitFor();
        await brian.getByText(say('While you were away')).waitFor({ timeout: 30_000 });
        must((await ask(brian, 'group list')).groups.some((each) => each.id === choir), 'Brian is in it');
        await brian.unroute('**/api');
        return offences;
    });

    await tell('an invitation is picked from a stick; what else the file may be is told apart', async () => {
        const pick = async (page, words) =>
            page.locator('input[type=file]').setInputFiles({
                name: 'invitation to Drama.txt',
                mimeType: 'text/plain',
                buffer: Buffer.from(words),
            });
        const drama = (await ask(amina, 'group new', { name: 'Drama', kind: 'team' })).group;
        await amina.reload();
        await go(amina, `#/g/${drama}/people?invite=1`);
        await amina.getByRole('button', { name: 'Make the invitation' }).click();
        const saved = amina.waitForEvent('download');
        await amina.getByRole('link', { name: 'Save for a stick' }).click();
        const file = await saved;
        must(file.suggestedFilename() === 'invitation to Drama.txt', file.suggestedFilename());
        const invitation = await amina.getByLabel('The invitation as a text').inputValue();
        await amina.emulateMedia({ media: 'print' });
        must(!(await amina.locator('main h1').isVisible()), 'the sheet is printed without the screen behind it');
        must(!(await amina.locator('dialog button').first().isVisible()), 'and without what can be pressed');
        must(await amina.locator('dialog').getByText(invitation).first().isVisible(), 'the whole text is on paper');
        await amina.emulateMedia({ media: null });
        await amina.keyboard.press('Escape');
        await go(brian, '#/start');
        await brian.getByText(say('Join a colleague')).first().click();
        await pick(brian, 'Dear parents');
        await brian.getByText(say('There is no invitation in this file.')).waitFor();
        await pick(brian, `${invitation}\n`);
        await until(async () => (await brian.getByLabel('Invitation').inputValue()).length > 40, 'it is read');
        must((await brian.getByLabel('Invitation').inputValue()) === invitation, 'the text is in its place');
        await brian.getByRole('button', { name: say('Join'), exact: true }).click();
        await brian.getByText(say('While you were away')).waitFor({ timeout: 30_000 });
    });

    await tell('files wait while they are paused, keep to a cap, and move again', async () => {
        await go(brian, '#/transfers');
        await brian.getByRole('button', { name: say('Pause files') }).click();
        const go_on = brian.getByRole('button', { name: say('Let files move again') });
        await go_on.waitFor();
        await go(amina, `#/g/${group}/library`);
        const pieces = Buffer.concat([Buffer.alloc(300_000, 7), Buffer.alloc(300_000, 8)]);
        // Three, so that the cap holds whichever comes first: the last one is asked for when the others are paid.
        await amina
            .locator('input[type=file]')
            .setInputFiles({ name: 'song.bin', mimeType: 'audio/x', buffer: pieces });
        await amina.getByRole('link', { name: /song/ }).waitFor();
        const song = async () =>
            (await ask(brian, 'resource list', { group })).resources.find((each) => each.title === 'song');
        await until(song, 'its title comes');
        await brian.locator('progress').first().waitFor();
        must(!(await song()).files[0].here, 'the file waits');
        await brian.getByLabel(say('From colleagues')).selectOption('64');
        await until(async () => (await ask(brian, 'storage')).pace.in_kb === 64, 'the cap is kept');
        const offences = await axe_offences(brian, 'transfers that are paused');
        const began = Date.now(); // before it: a busy computer may be slow to say that it was pressed
        await go_on.click();
        await until(async () => (await song()).files[0].here, 'the file comes');
        must(Date.now() - began > 2000, 'no faster than the cap');
        await brian.getByLabel(say('From colleagues')).selectOption('0');
        await until(async () => !(await ask(brian, 'storage')).pace.in_kb, 'no cap any more');
        return offences;
    });
}

// The dialogs and lists at the side, which no screen shows by itself, in the language of this page.
export async function look_aside(page, language, group) {
    const say = sentences(language);
    const offences = [];
    const look = async (where) => offences.push(...(await axe_offences(page, `${language}: ${where}`)));
    const press = (words) => page.getByRole('button', { name: say(words), exact: true }).first().click();

    await go(page, `#/g/${group}/people`);
    await press('Invite');
    await look('an invitation that is being made');
    await press('Compare six words');
    await page.locator('dialog .note-box').waitFor();
    await look('six words that are waited for');
    await page.route('**/api', async (route) => {
        const asked = route.request().postDataJSON();
        if (!asked.verb.startsWith('compare ')) return route.continue();
        const error = { code: 'refused', say: 'Several colleagues near you let somebody in by words: “A”.', do: '' };
        await route.fulfill({
            json:
                asked.verb === 'compare find' && !asked.args.with
                    ? { ok: false, near: ["Brian O'Neill", 'Chipo'], error }
                    : { ok: true, words: 'one two three four five six', with: asked.args.with ?? 'Chipo' },
        });
    });
    await page.keyboard.press('Escape');
    await go(page, '#/start');
    await page.getByText(say('Join a colleague')).first().click();
    await press('Compare six words');
    await page.getByRole('button', { name: 'Chipo' }).waitFor();
    await look('several who let somebody in by words');
    await page.getByRole('button', { name: 'Chipo' }).click();
    await page.locator('dialog .words').waitFor();
    await look('six words');
    await page.keyboard.press('Escape');
    await page.unroute('**/api');
    await look('the groups near');

    const { record: task } = await ask(page, 'record new', {
        group,
        type: 'task',
        fields: ['title=Both', 'due=2026-12-05', 'column=To do'],
    });
    const { person } = await ask(page, 'whoami');
    await page.route('**/api', async (route) => {
        if (route.request().postDataJSON().verb !== 'record show') return route.continue();
        const answer = await route.fetch();
        const document = await answer.json();
        document.record.also = { due: ['2026-12-08'], owner: [person] };
        await route.fulfill({ response: answer, json: document });
    });
    await go(page, `#/record/${task}`);
    const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date('2026-12-08T00:00'));
    await page.locator('.versions').getByText(day).waitFor();
    await page.locator('.versions').getByText('Amina Diallo').waitFor();
    await look('both versions of a date and of a person, as people read them');
    await page.unroute('**/api');

    await go(page, '#/transfers');
    await page.locator('select').first().waitFor();
    await look('the pace of files');

    const { note } = await ask(page, 'note new', { group, title: 'Aside', text: 'Bring bread.\n' });
    await go(page, `#/note/${note}`);
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+Control+ArrowRight');
    await page.keyboard.press('Control+Alt+m');
    await page.locator('.passage.draft').waitFor();
    await look('a comment that is being written');
    await page.keyboard.type('How much?');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.quote').waitFor();
    await look('comments on passages');

    await go(page, `#/g/${group}/library`);
    await press('Choose several');
    await page.locator('.pick input').first().check();
    await press('Into a collection');
    await page.locator('dialog form').waitFor();
    await look('a collection');
    await page.keyboard.press('Escape');
    await go(page, '#/');
    return offences;
}
