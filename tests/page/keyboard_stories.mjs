// Every task that the pages name, by people who have a keyboard and nothing else: no pointer, nothing that is put into a
// field or given the focus from outside.
// node keyboard_stories.mjs ADDRESS-OF-CHIPO ADDRESS-OF-AMINA ADDRESS-OF-DEDE FOLDER
// All are new; Chipo's computer is locked by "correct horse battery". FOLDER stands for a stick.
import { Browser, ask, ended, go, must, tell, text_in, until } from './browser.mjs';
import { Keys } from './keys.mjs';
import { looks_at } from './meeting_stories.mjs';

const [chipo_at, amina_at, dede_at, stick] = process.argv.slice(2);
const browser = await Browser.start();
const person = async (address, who) => {
    const page = await browser.open(address);
    if (process.env.PAGE_QUICK) page.setDefaultTimeout(4000);
    await page.evaluate(() => (window.print = () => (window.printed = (window.printed ?? 0) + 1)));
    return new Keys(page, who);
};
const chipo = await person(chipo_at, 'Chipo');
const amina = await person(amina_at, 'Amina');
const dede = await person(dede_at, 'Dede');
const heading = (keys, name) => keys.page.getByRole('heading', { level: 1, name });
const dialog = (keys) => keys.page.locator('dialog[open]');
const is_shut = (keys) => dialog(keys).waitFor({ state: 'detached' });
const says = (keys, words) => keys.page.getByText(words).first().waitFor();
const all_seen = () => [chipo, amina, dede].flatMap((each) => each.seen());
// A case ends with what was wrong on the way.
const by_keyboard = (words, work) => tell(`by keyboard: ${words}`, async () => (await work(), all_seen()));
let group, invitation, note, resource;

await by_keyboard('the page is unlocked', async () => {
    await chipo.rests_at(chipo.field('Passphrase'), 'one may type at once');
    await chipo.type('correct horse battery');
    await chipo.press('Enter');
    await heading(chipo, /Welcome/).waitFor();
});

await by_keyboard('a link before everything else leads past the rooms', async () => {
    await chipo.press('Tab');
    await chipo.rests_at(chipo.link('To the content'), 'the first stop leads to the content');
    await chipo.press('Enter', 'Tab');
    await chipo.rests_at(chipo.button(/^Start here/), 'the first thing of the content is next');
});

await by_keyboard('a group is started', async () => {
    await chipo.on(chipo.button(/^Start here/));
    await chipo.rests_at(heading(chipo, 'Start a group'), 'one hears what the next step is');
    await chipo.on(chipo.button('Back'));
    await chipo.rests_at(heading(chipo, /Welcome/), 'and what the one before was');
    await chipo.on(chipo.button(/^Start here/));
    await chipo.to(chipo.page.getByRole('radio', { name: /Subject team/ }));
    await chipo.press('ArrowDown', 'ArrowUp');
    await chipo.write(chipo.field('What is it called?'), 'Hill School Science');
    await chipo.press('Enter');
    await says(chipo, 'While you were away');
    [{ id: group }] = (await ask(chipo.page, 'group list')).groups;
});

await by_keyboard('a colleague is invited, by a text, a picture, on a stick and on paper', async () => {
    await chipo.on(chipo.link(/^Invite a colleague/));
    await chipo.rests_at(dialog(chipo).getByRole('combobox').first(), 'the dialog has the focus');
    await chipo.press('ArrowDown'); // up to ten
    await chipo.on(chipo.button('Make the invitation'));
    const text = chipo.field('The invitation as a text');
    await text.waitFor();
    invitation = await text.inputValue();
    await chipo.on(chipo.button('Copy'));
    const saved = chipo.page.waitForEvent('download');
    await chipo.on(chipo.link('Save for a stick'));
    must((await saved).suggestedFilename() === 'invitation to Hill School Science.txt', 'the file is saved');
    await chipo.on(chipo.button('Print'));
    must((await chipo.page.evaluate(() => window.printed)) === 1, 'it is printed');
    await chipo.press('Escape');
    await is_shut(chipo);
    await chipo.on(chipo.button('Invite'));
    await chipo.rests_at(dialog(chipo).getByRole('combobox').first(), 'the dialog has the focus again');
    await chipo.press('Escape');
    await chipo.rests_at(chipo.button('Invite'), 'the focus is where it was');
});

await by_keyboard('a colleague comes in with the text', async () => {
    await amina.on(amina.button(/^Join a colleague/));
    await amina.rests_at(heading(amina, 'Join a colleague'), 'one hears what the next step is');
    await amina.write(amina.page.getByRole('textbox', { name: 'Invitation' }), invitation);
    await amina.on(amina.button('Join'));
    await amina.page.getByText('While you were away').waitFor({ timeout: 30_000 });
});

await by_keyboard('a note is begun and written by both', async () => {
    await chipo.go('home');
    await chipo.on(chipo.link(/^Write a note/));
    await chipo.rests_at(dialog(chipo).getByLabel('Title'), 'the dialog has the focus');
    await chipo.type('Friday');
    await chipo.press('Tab', 'ArrowDown'); // the first template
    await chipo.on(chipo.button('Begin writing'));
    await chipo.page.waitForURL(/#\/note\//);
    note = new URL(chipo.page.url()).hash.split('/')[2];
    const text = (keys) => keys.page.getByRole('textbox', { name: 'Text of the note' });
    await chipo.to(text(chipo));
    await chipo.press('Control+Home');
    await chipo.type('Bring chalk.\n');
    await chipo.press('Shift+Tab'); // back to the tools, the last of them
    await chipo.on(chipo.button('Bold'), 'Enter', { key: 'Shift+Tab' });
    await chipo.type('all of you');
    await amina.go('Friday');
    await amina.to(text(amina));
    await amina.press('Control+End');
    await amina.type('And slates.');
    for (const keys of [chipo, amina]) {
        await until(async () => {
            const words = await text_in(keys.page);
            return words.includes('And slates.') && words.includes('**all of you**');
        }, 'both have what both wrote');
    }
    await amina.press('Tab');
    must(!(await amina.is_at(text(amina))).found, 'Tab leads out of the text');
    await amina.to(text(amina), { key: 'Shift+Tab' });
    await amina.press('Control+Home', 'Shift+End', 'Control+Alt+m');
    await amina.type('White or coloured?');
    await amina.press('Tab', 'Enter');
    await chipo.page.getByText('White or coloured?').waitFor();
    await chipo.on(chipo.button('Done with'));
    await chipo.on(chipo.button('Earlier versions'));
    await chipo.to(chipo.page.getByRole('slider'));
    await chipo.press('Home');
    await chipo.on(chipo.button('Go back to this version'));
    await says(chipo, 'The note is as it was.');
    await chipo.press('Control+z');
    await until(async () => (await ask(amina.page, 'note show', { note })).text?.includes('And slates.'), 'taken back');
    await chipo.on(chipo.button('Read'), 'Enter', { key: 'Shift+Tab' });
    await says(chipo, 'And slates.');
    await chipo.on(chipo.page.locator('summary', { hasText: 'Rename' }));
    await chipo.write(chipo.page.getByRole('textbox', { name: 'Title' }), 'Friday noon');
    await chipo.press('Enter');
    await heading(chipo, 'Friday noon').waitFor();
});

await by_keyboard('a file is added, described, found and gets its next version', async () => {
    const file = (words) => ({ name: 'volcanoes.txt', mimeType: 'text/plain', buffer: Buffer.from(words) });
    await chipo.go('home');
    await chipo.on(chipo.link(/^Add a lesson/));
    await heading(chipo, 'Library').waitFor();
    await chipo.choose_file(chipo.field('Add files'), file('Lava is molten rock.'));
    await chipo.on(chipo.link(/volcanoes/));
    await heading(chipo, 'volcanoes').waitFor();
    resource = new URL(chipo.page.url()).hash.split('/')[2];
    await chipo.on(chipo.button('Change'));
    await chipo.rests_at(dialog(chipo).getByRole('textbox').first(), 'the form has the focus');
    await chipo.write(dialog(chipo).getByLabel('subject', { exact: false }).first(), 'Science');
    await chipo.on(chipo.button('Save'));
    await is_shut(chipo);
    await chipo.rests_at(chipo.button('Change'), 'the focus is where it was');
    await chipo.choose_file(chipo.button('New version'), file('Lava is molten rock that has come out.'));
    await says(chipo, 'The new version takes the place');
    const saved = chipo.page.waitForEvent('download');
    await chipo.on(chipo.link('Save'));
    must((await saved).suggestedFilename() === 'volcanoes.txt', 'it is saved');
    await chipo.on(chipo.button('Used it in class'), 'Enter', { key: 'Shift+Tab' });
    await chipo.rests_at(dialog(chipo).getByLabel('What worked'), 'the form has the focus');
    await chipo.type('The picture.');
    await chipo.on(chipo.button('Tell'));
    await says(chipo, 'Told.');
    await chipo.rests_at(chipo.button('Used it in class'), 'the focus is where it was');
    await chipo.go('library');
    await chipo.write(chipo.field('Find in the library'), 'volc');
    await chipo.to(chipo.page.getByRole('combobox', { name: 'Subject' }));
    await chipo.press('ArrowDown');
    await chipo.to(chipo.link(/volcanoes/));
    await chipo.on(chipo.button('Add a link'), 'Enter', { key: 'Shift+Tab' });
    await chipo.write(dialog(chipo).getByLabel('Web address'), 'https://example.org/rocks');
    await chipo.write(dialog(chipo).getByLabel('Title'), 'Rocks');
    await chipo.press('Enter');
    await is_shut(chipo);
    await chipo.rests_at(chipo.button('Add a link'), 'the focus is where it was');
});

await by_keyboard('everything is searched with Ctrl-K', async () => {
    await until(
        async () => (await ask(amina.page, 'search', { words: 'molten' })).results?.length > 0,
        'the file has come, and is read',
    );
    await amina.go('molten', /volcanoes/);
    await heading(amina, 'volcanoes').waitFor();
    await amina.press('Control+k');
    await amina.type('molten');
    await amina.press('Escape');
    await is_shut(amina);
});

await by_keyboard('feedback is given, answered and thanked for', async () => {
    await amina.on(amina.button('Give feedback'));
    await amina.rests_at(dialog(amina).getByLabel('What worked'), 'the form has the focus');
    await amina.type('The first sentence.');
    await amina.write(dialog(amina).getByLabel('One question'), 'What comes next?');
    await amina.on(amina.button('Give'));
    await is_shut(amina);
    await amina.rests_at(amina.button('Give feedback'), 'the focus is where it was');
    await chipo.go('volcanoes', /volcanoes/);
    await chipo.write(chipo.field('Your reply'), 'Ash.');
    await chipo.press('Enter');
    await amina.page.getByText('Ash.').waitFor();
    await chipo.on(chipo.button('Thank'));
    await says(chipo, 'Thanked');
});

await by_keyboard('a task is added and moved, put away and brought back', async () => {
    await chipo.go('tasks');
    await chipo.write(chipo.page.getByRole('textbox', { name: 'Add a task' }), 'Bring scissors');
    await chipo.press('Enter');
    await chipo.rests_at(chipo.page.getByRole('textbox', { name: 'Add a task' }), 'one may go on');
    await chipo.to(chipo.field('Move Bring scissors'));
    await chipo.press('ArrowDown'); // into the next column, where it has the focus again
    await chipo.page.getByRole('region', { name: 'Doing' }).getByRole('link', { name: 'Bring scissors' }).waitFor();
    await chipo.rests_at(chipo.field('Move Bring scissors'), 'the focus goes with it');
    await chipo.press('ArrowDown');
    await chipo.page.getByRole('region', { name: 'Done' }).getByRole('link', { name: 'Bring scissors' }).waitFor();
    await chipo.on(chipo.link('Bring scissors'));
    await chipo.on(chipo.button('Put away'));
    await heading(chipo, 'Tasks').waitFor();
    await says(chipo, 'Put away: Bring scissors');
    await chipo.press('Control+z');
    await chipo.link('Bring scissors').waitFor();
});

await by_keyboard('a stick is filled, and unloaded', async () => {
    await chipo.go('carry', 'Carry on a stick');
    await chipo.to(chipo.field('Where the stick is'));
    await chipo.press('Control+a');
    await chipo.type(stick);
    await chipo.on(chipo.button('Fill the stick'));
    await says(chipo, "This folder is on this computer's own disk, not on a stick.");
    await amina.go('carry', 'Carry on a stick');
    await amina.to(amina.field('Where the stick is'));
    await amina.press('Control+a');
    await amina.type(stick);
    await amina.on(amina.button('Take what is on it'));
    await says(amina, 'A receipt is on the stick');
});

await by_keyboard('six words are compared', async () => {
    await looks_at(dede.page, `127.0.0.1:${(await ask(chipo.page, 'status')).port}`);
    await chipo.go('people');
    await chipo.on(chipo.button('Invite'));
    await chipo.on(chipo.button('Compare six words'));
    await says(chipo, 'Six words appear on both screens');
    await dede.on(dede.button(/^Join a colleague/));
    await dede.on(dede.button('Compare six words'));
    await dede.on(dede.button('Yes, the same'));
    await chipo.on(chipo.button('Yes, the same'));
    await dede.page.getByText('While you were away').waitFor({ timeout: 30_000 });
    await is_shut(chipo);
    await chipo.rests_at(chipo.button('Invite'), 'the focus is where it was');
});

await by_keyboard('a group shows itself, and somebody who asks is let in', async () => {
    const { group: choir } = await ask(chipo.page, 'group new', { name: 'Choir', kind: 'team' });
    await chipo.page.reload();
    await chipo.page.locator('main h1').waitFor();
    await chipo.go('home');
    await chipo.on(chipo.page.getByRole('main').getByRole('link', { name: /^Choir/ }));
    await chipo.go('people');
    await chipo.on(chipo.page.getByRole('checkbox', { name: 'Show this group to strangers near you' }), 'Space');
    await until(
        async () => (await ask(chipo.page, 'group show', { group: choir })).group.announced !== undefined,
        'it shows itself',
    );
    await dede.go('home');
    await dede.on(dede.link('Start or join another group'));
    await dede.on(dede.button(/^Join a colleague/));
    await dede.on(dede.button('Ask to join'));
    await dede.page.getByText('Asked: an organiser says yes or no').waitFor();
    await chipo.on(chipo.button('Let in'));
    await says(chipo, 'is in.');
    await dede.page.getByText('While you were away').waitFor({ timeout: 30_000 });
});

await by_keyboard('somebody is removed, and brought back before the message is gone', async () => {
    const remove = chipo.button('Remove Dede from the group');
    await chipo.on(remove);
    await remove.waitFor({ state: 'detached' });
    await chipo.press('Control+z');
    await remove.waitFor();
    const more = chipo.page.locator('summary[aria-label="More about Dede"]');
    await chipo.on(more);
    await chipo.on(chipo.button('They lost every computer'));
    await chipo.field('The code', true).waitFor();
    await chipo.press('Escape');
    await is_shut(chipo);
    await chipo.rests_at(more, 'the focus is where it was');
});

await by_keyboard('another computer is shown the code, and the recovery sheet is printed', async () => {
    await chipo.go('devices', 'You and your devices');
    await chipo.on(chipo.button('Link another computer'));
    await chipo.field('The code', true).waitFor();
    await chipo.press('Escape');
    await chipo.rests_at(chipo.button('Link another computer'), 'the focus is where it was');
    await chipo.on(chipo.button('Show and print the sheet'));
    await chipo.on(chipo.button('Print'));
    await chipo.on(chipo.button('I have it on paper: forget the words here'));
    await is_shut(chipo);
    await says(chipo, 'On paper');
    for (const name of ['Give the code of my other computer', 'Use my recovery sheet', 'Colleagues vouch for me']) {
        await chipo.on(chipo.button(name));
        await chipo.rests_at(dialog(chipo).getByRole('textbox').first(), 'the form has the focus');
        await chipo.press('Escape');
        await chipo.rests_at(chipo.button(name), 'the focus is where it was');
    }
});

await by_keyboard('the settings are changed, and everything is taken out as plain files', async () => {
    await chipo.go('settings');
    await chipo.to(chipo.field('Language'));
    await chipo.press('ArrowDown');
    await heading(chipo, 'Réglages').or(heading(chipo, 'Paramètres')).waitFor();
    await chipo.to(chipo.page.getByRole('main').getByRole('combobox').first());
    await chipo.press('ArrowUp');
    await heading(chipo, 'Settings').waitFor();
    await chipo.to(chipo.field('Look'));
    await chipo.press('End', 'Home');
    await chipo.on(chipo.page.locator('summary', { hasText: 'Advanced' }));
    await chipo.write(chipo.field('Into which folder'), `${stick}/out`);
    await chipo.press('Enter');
    await says(chipo, /^Written:/);
});

const screens = () => [
    '#/',
    '#/start',
    ...['library', 'notes', 'tasks', 'practice', 'meetings', 'talk', 'surveys', 'people', 'health'].map(
        (room) => `#/g/${group}/${room}`,
    ),
    `#/note/${note}`,
    `#/resource/${resource}`,
    ...['colleagues', 'transfers', 'carry', 'storage', 'devices', 'settings', 'search?q=lava'].map(
        (room) => `#/${room}`,
    ),
];
for (const [language, width, height] of [
    ['en', 1280, 900],
    ['ar', 360, 740],
]) {
    await by_keyboard(`every stop of every screen is seen, and in order: ${language}, ${width} px`, async () => {
        await chipo.page.evaluate((each) => localStorage.setItem('staffroom-language', each), language);
        await ask(chipo.page, 'language', { language });
        await chipo.page.setViewportSize({ width, height });
        await chipo.page.reload();
        for (const screen of screens()) {
            await go(chipo.page, screen);
            await chipo.walk();
        }
        await ask(chipo.page, 'language', { language: 'en' });
        await chipo.page.evaluate(() => localStorage.setItem('staffroom-language', 'en'));
        await chipo.page.setViewportSize({ width: 1280, height: 900 });
        await chipo.page.reload();
        await chipo.page.locator('main h1').waitFor();
    });
}

await by_keyboard('a lesson is erased for ever', async () => {
    await chipo.go('volcanoes', /volcanoes/);
    await chipo.on(chipo.button('Erase for ever'));
    await chipo.rests_at(dialog(chipo).getByRole('textbox'), 'the form has the focus');
    await chipo.type('Wrong rocks.');
    await chipo.press('Enter');
    await says(chipo, /^Removed on/);
    await chipo.rests_at(dialog(chipo).locator('*'), 'the focus stays in the dialog');
    await chipo.press('Escape');
    await heading(chipo, 'Library').waitFor();
    must(!(await ask(chipo.page, 'resource show', { resource })).ok, 'it is gone');
});

await by_keyboard('the page is locked', async () => {
    await chipo.on(chipo.button('Lock'), 'Enter', { key: 'Shift+Tab' });
    await heading(chipo, 'This staff room is locked').waitFor();
    await chipo.rests_at(chipo.field('Passphrase'), 'one may type at once');
    await chipo.type('correct horse battery');
    await chipo.press('Enter');
    await heading(chipo, 'Library').waitFor();
});

await tell('by keyboard: nothing was complained of', () => browser.complaints);
await browser.end();
process.exit(ended());
