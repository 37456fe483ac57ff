// Texts that would run something, in every field that takes a text: what people write, what they are called, what they
// type to be looked for. node hostile_stories.mjs ADDRESS-OF-AMINA ADDRESS-OF-THE-OTHER; the other's own name and school
// are such texts.
import { readdirSync, readFileSync } from 'node:fs';
import { Browser, ask, ended, go, must, tell, until } from './browser.mjs';
import { payloads } from './payloads.mjs';

const [amina_at, other_at] = process.argv.slice(2);
const browser = await Browser.start();
const amina = await browser.open(amina_at);
const whole = payloads.join('\n');
// As many in one field as it holds.
const within = (most) =>
    payloads.reduce(
        (all, each) =>
            `${all.at(-1)} ${each}`.length > most
                ? [...all, each]
                : [...all.slice(0, -1), `${all.at(-1)} ${each}`.trim()],
        [''],
    );
const [titles, lines] = [within(300), within(2000)];
const links = titles.map((each) => `https://example.org/?${each.replaceAll(' ', '+')}`);

// --- where texts come in --------------------------------------------------------------------------------------------

// Arguments of verbs (app/api) that hold words of somebody's own: each is given such texts below.
const own_words =
    'name purpose title text source worked example suggest ask changed why language type template group note record item ' +
    'feedback who with of invite offer sheet request';
// Ids, choices of a list, places on a disk, and a secret: what is not known is refused.
const no_words =
    'passphrase as at base client collection device file for from kind newcomers-read policy replaces resource role ' +
    'session to version';
// Pieces of the page with a field for a text. Outside asks for a passphrase, Copyable is not written in.
const forms =
    'Field Board MyTasks Survey Comments Passages Feedback Note EraseButton IntoCollection Notes Start Library Resource ' +
    'Palette Search Carry Settings Storage Devices Vouch Doctor Outside Copyable';
await tell('W06 every verb and every form that takes a text is known here', () => {
    const read = (folder, ending) =>
        readdirSync(new URL(`../../${folder}/`, import.meta.url))
            .filter((file) => file.endsWith(ending))
            .map((file) => [file, readFileSync(new URL(`../../${folder}/${file}`, import.meta.url), 'utf8')]);
    const asked = read('app/api', '.cpp').flatMap(([, words]) =>
        [...words.matchAll(/text_arg\(\w+, "([a-z-]+)"/g)].map(([, name]) => name),
    );
    must(asked.length > 40, 'the verbs are read');
    const with_field = ['parts', 'screens']
        .flatMap((folder) => read(`app/web/src/${folder}`, '.svelte'))
        .filter(([, words]) => /<textarea|<input(?![^>]*type="(file|radio|checkbox|range)")/.test(words))
        .map(([file]) => file);
    must(with_field.length > 15, 'the forms are read');
    return [
        ...[...new Set(asked)]
            .filter((name) => !`${own_words} ${no_words}`.split(' ').includes(name))
            .map((name) => `a verb takes “${name}”`),
        ...with_field
            .filter((file) => !forms.split(' ').includes(file.replace('.svelte', '')))
            .map((file) => `${file} has a field`),
    ];
});

// --- what there is --------------------------------------------------------------------------------------------------

const group = (await ask(amina, 'group new', { name: titles[0], kind: 'team' })).group;
for (const name of titles.slice(1))
    must((await ask(amina, 'group new', { name, kind: 'team' })).ok, 'a group is so called');
await ask(amina, 'group announce', { group, purpose: titles[1] });
const other = await browser.open(other_at);
must((await ask(other, 'join', { invite: (await ask(amina, 'invite', { group })).invite })).ok, 'the other is in');
await until(async () => (await ask(amina, 'members', { group })).members.length === 2, 'and known');
const { person: me } = await ask(amina, 'whoami');
const { person: them } = await ask(other, 'whoami');
const { types } = await ask(amina, 'types');

const made = new Map(); // type -> ids
const refers_to = {
    ...{ agreement: 'mentoring', agenda: 'agenda-item', adapted_from: 'resource', target: 'note', item: 'resource' },
    ...{ reply_to: 'post', accepted: 'comment' },
};
const must_be = (answer, words) => (must(answer.ok, `${words}: ${JSON.stringify(answer.error)}`), answer);
const texts = ['title', 'line', 'evidence', 'link'];
async function make(type, round, given = []) {
    const fields = [];
    for (const { name, holds, merge } of type.fields) {
        const [many, long] = [merge.startsWith('set'), merge === 'text'];
        if (merge === 'per person' || given.some((each) => each.startsWith(`${name}=`))) continue;
        if (holds === 'person')
            fields.push(`${name}=${['observed', 'mentor', 'owner', 'helper'].includes(name) ? me : them}`);
        else if (holds === 'record') {
            const [id] = made.get(refers_to[name] ?? name) ?? [];
            if (id) fields.push(`${name}=${id}`);
        } else if (texts.includes(holds)) {
            const some = holds === 'title' ? titles : holds === 'link' ? links : lines;
            // What holds all of them at once holds them once.
            if (long) fields.push(`${name}=${round ? titles[round % titles.length] : whole}`);
            else if (many && !round) fields.push(...some.slice(0, 30).map((each) => `${name}=${each}`));
            else if (!many) fields.push(`${name}=${some[round % some.length]}`);
        }
    }
    const { record } = must_be(
        await ask(amina, 'record new', { group, type: type.type, fields: [...given, ...fields] }),
        type.type,
    );
    made.set(type.type, [...(made.get(type.type) ?? []), record]);
    return record;
}

// One's card in the group is there already.
async function describe_oneself(type) {
    const card = (await ask(amina, 'record list', { group, type: 'profile' })).records.find(
        ({ owner }) => owner === me,
    ).id;
    const some = type.fields.filter(({ holds }) => texts.includes(holds));
    const fields = some
        .filter(({ merge }) => !merge.startsWith('set'))
        .map(({ name }, index) => `${name}=${titles[index]}`);
    must_be(await ask(amina, 'record set', { record: card, fields }), 'profile');
    const lists = some.filter(({ merge }) => merge.startsWith('set'));
    for (const { name } of lists)
        must_be(
            await ask(amina, 'record add', { record: card, fields: titles.map((each) => `${name}=${each}`) }),
            name,
        );
}

await tell(
    'W06 each of two hundred texts is written into every field of every type, and into all else that is kept',
    async () => {
        // A page without screens: they would show each text as it comes.
        for (const page of [amina, other]) await page.goto(new URL('/i18n/fr.json', page.url()).href);
        must(titles.length > 20 && titles.length <= 30 && payloads.length === 200, 'as many as a list holds');
        made.set('note', [
            must_be(await ask(amina, 'note new', { group, title: titles[0], text: whole }), 'note').note,
        ]);
        // First those that others refer to.
        const first = ['resource', 'mentoring', 'meeting', 'thread', 'plan', 'rubric', 'agenda-item'];
        const order = [...types].sort((a, b) => (first.indexOf(b.type) >= 0) - (first.indexOf(a.type) >= 0));
        for (const type of order) {
            if (['feedback', 'reflection'].includes(type.type)) continue; // below, by verbs of their own
            if (type.type === 'profile') {
                await describe_oneself(type);
                continue;
            }
            const kept = type.fields.filter(({ merge }) => merge === 'register').map(({ holds }) => holds);
            const rounds = kept.some((each) => ['title', 'link'].includes(each))
                ? titles.length
                : kept.includes('line')
                  ? lines.length
                  : 1;
            for (let round = 0; round < rounds; ++round) await make(type, round);
        }
        const [note] = made.get('note');
        const item = must_be(
            await ask(other, 'note new', { group, title: titles[2], text: whole }),
            'the other’s note',
        ).note;
        await until(async () => (await ask(amina, 'note show', { note: item })).ok, 'it comes');
        must_be(
            await ask(amina, 'feedback give', { item, worked: whole, example: whole, suggest: whole, ask: whole }),
            'feedback',
        );
        const [back] = (await ask(amina, 'feedback list', { item })).feedback;
        await until(async () => (await ask(other, 'feedback reply', { feedback: back.id, text: whole })).ok, 'a reply');
        await ask(other, 'record set', { record: back.id, fields: [`done=${whole}`] });
        const [resource] = made.get('resource');
        must_be(await ask(amina, 'resource used', { resource, worked: whole, changed: whole }), 'in class');
        for (const source of payloads.filter((each) => /^\[|^</.test(each)).slice(0, 20))
            await ask(amina, 'resource add', {
                group,
                source,
                title: source,
                tags: titles.slice(0, 30),
                subject: titles[3],
                language: titles[4],
                licence: titles[5],
            });
        for (const source of [
            'javascript:ran(1)',
            'JaVaScRiPt:ran(1)',
            ' javascript:ran(1)',
            'data:text/html,<script>ran(1)</script>',
        ])
            await ask(amina, 'resource add', { group, source, title: source });
        const survey = made.get('survey')[0];
        const { question } = (await ask(amina, 'record show', { record: survey })).record.fields;
        for (const of of question) {
            await ask(amina, 'record set', { record: survey, fields: [`answers=${lines[0]}`], of });
            await ask(other, 'record set', { record: survey, fields: [`answers=${lines[1]}`], of });
        }
        must_be(await ask(amina, 'collection new', { group, title: titles[6] }), 'collection');
        must_be(await ask(amina, 'erase', { record: made.get('task').pop(), why: titles[7] }), 'erase');
        made.get('note').push(item);
        for (const page of [amina, other]) await page.goto(new URL('/', page.url()).href);
        await amina.locator('main h1').waitFor();
    },
);

await tell('W06 files that are so called come in, and none of it is a name that runs', async () => {
    await amina.evaluate((to) => (location.hash = to), `#/g/${group}/library`);
    await amina.locator('input[type=file]').first().waitFor({ state: 'attached' });
    const names = payloads.filter((_, index) => index % 10 === 0).map((each) => `${each.replaceAll('/', '')}.html`);
    await amina
        .locator('input[type=file]')
        .first()
        .setInputFiles(
            names.map((name) => ({ name, mimeType: 'text/html', buffer: Buffer.from('<script>ran(3)</script>') })),
        );
    await until(
        async () =>
            (await ask(amina, 'resource list', { group })).resources.filter((each) => each.files.length).length >=
            names.length,
        'they are in the library',
    );
});

// --- where they are shown -------------------------------------------------------------------------------------------

// Goes there; gives the addresses that it holds and that are none.
async function shown(page, hash) {
    await go(page, hash);
    return page.evaluate(
        (made) =>
            [...document.querySelectorAll(`a[href], img[src], form[action], meta[http-equiv], main :is(${made})`)]
                .map((each) => each.href ?? each.src ?? each.outerHTML)
                .filter((address) => !/^(http:\/\/127\.0\.0\.1[:/]|https?:\/\/example|mailto:)/.test(address)),
        'script, style, link, base, iframe, object, embed, math, video, audio, marquee, body',
    );
}
const none_ran = () => must(browser.ran.length === 0, `ran: ${browser.ran.slice(0, 3)}`);
const rooms = ['library', 'notes', 'tasks', 'practice', 'meetings', 'talk', 'surveys', 'people', 'health'];

await tell(
    'W06 W07 every screen and every record shows them as letters; a link that runs something is inert',
    async () => {
        const offences = [];
        const records = [...made].flatMap(([type, ids]) =>
            ids.map((id) => `#/${['note', 'resource'].includes(type) ? type : 'record'}/${id}`),
        );
        const lessons = (await ask(amina, 'resource list', { group })).resources.map(({ id }) => `#/resource/${id}`);
        const screens = ['', 'start', 'colleagues', 'transfers', 'carry', 'storage', 'devices', 'settings'].map(
            (each) => `#/${each}`,
        );
        screens.push(
            ...rooms.map((room) => `#/g/${group}/${room}`),
            `#/search?q=${encodeURIComponent(whole)}`,
            '#/search?q=script',
        );
        for (const hash of new Set([...screens, ...records, ...lessons])) {
            for (const address of await shown(amina, hash).catch((failed) => [String(failed)]))
                offences.push(`${hash}: ${address.slice(0, 80)}`);
            if (browser.ran.length) return [`${hash}: ran ${browser.ran[0]}`];
            if (offences.length > 3) return offences;
        }
        for (const [type, ids] of made) {
            if (['profile', 'annotation', 'comment', 'post'].includes(type)) continue; // shown at what they belong to
            await shown(amina, `#/${['note', 'resource'].includes(type) ? type : 'record'}/${ids[0]}`);
            if (!(await amina.locator('main').textContent()).includes('ran(1)'))
                offences.push(`${type}: nothing of it is shown`);
        }
        none_ran();
        return offences;
    },
);

await tell(
    'W06 a note that is full of them: written, read, both at once, its past, on paper, and at the other’s',
    async () => {
        const [note] = made.get('note');
        await shown(amina, `#/note/${note}`);
        for (const way of ['Both', 'Read', 'Earlier versions', 'What changed since', 'Who wrote what', 'Write']) {
            await amina.getByRole('button', { name: way, exact: true }).click();
            await amina.waitForTimeout(200);
        }
        await amina.locator('.cm-content').click();
        await shown(other, `#/note/${note}`);
        await other.locator('.cm-content').click();
        await other.keyboard.type('x');
        await amina.locator('.caret').waitFor(); // with the other's name
        await amina.emulateMedia({ media: 'print' });
        await amina.waitForTimeout(100);
        await amina.emulateMedia({ media: null });
        none_ran();
    },
);

await tell(
    'W06 a name that is one, at two hundred people and colleagues, in lists, in the feed and in messages',
    async () => {
        let next = 0;
        await amina.route('**/api', async (route) => {
            const asked = route.request().postDataJSON();
            const answer = await route.fetch();
            const document = await answer.json();
            const rename = (each) => {
                for (const [key, value] of Object.entries(each ?? {})) {
                    if (
                        ['by', 'name', 'with', 'school'].includes(key) &&
                        typeof value === 'string' &&
                        !('fields' in each && key === 'name')
                    )
                        each[key] = payloads[next++ % 200];
                    else if (value && typeof value === 'object' && !['types', 'templates'].includes(key)) rename(value);
                }
            };
            for (const key of ['members', 'colleagues', 'asking', 'near'])
                if (document[key]?.length)
                    document[key] = payloads.map((_, index) => ({ ...document[key][index % document[key].length] }));
            for (const key of ['members', 'colleagues', 'asking'])
                if (document[key]?.forEach)
                    document[key].forEach((each, index) => (each.person = each.device = `${index}`));
            if (asked.verb !== 'types') rename(document);
            await route.fulfill({ response: answer, json: document });
        });
        await amina.reload(); // what was answered before is asked for anew
        await amina.locator('main h1').first().waitFor();
        for (const hash of [
            '#/',
            '#/colleagues',
            '#/carry',
            '#/devices',
            '#/start',
            '#/storage',
            ...rooms.map((room) => `#/g/${group}/${room}`),
        ]) {
            for (const address of await shown(amina, hash)) must(false, `${hash}: ${address}`);
            await amina.waitForTimeout(150); // lists that come later are shown too
            if (hash.endsWith('/people'))
                await until(async () => (await amina.locator('.person').count()) === 200, 'all two hundred are there');
            none_ran();
        }
        must(next >= 200, `${next} names`);
        await amina.unrouteAll({ behavior: 'ignoreErrors' });
    },
);

await tell('W06 what is typed to be looked for, opened or saved, and what is said about it', async () => {
    const press = (name) => amina.getByRole('button', { name, exact: true }).first().click();
    for (const some of [whole.slice(0, 3000), ...titles.slice(0, 8)]) {
        await shown(amina, '#/carry');
        await amina.getByLabel('Where the stick is').fill(some.replaceAll('\n', ' '));
        await press('Fill the stick');
        await amina.locator('main [role=alert], main .note-box').first().waitFor();
        await amina.keyboard.press('Control+k');
        await amina.locator('dialog input').fill(some.slice(0, 300));
        await amina.waitForTimeout(150);
        await amina.keyboard.press('Escape');
    }
    // As if somebody did not appear: then the doctor takes an address.
    await amina.route('**/api', async (route) => {
        const answer = await route.fetch();
        const document = await answer.json();
        if (route.request().postDataJSON().verb === 'doctor' && document.findings)
            document.findings.push({ cause: 'guests', state: 'step', say: titles[8], do: titles[9] });
        await route.fulfill({ response: answer, json: document });
    });
    await amina.reload(); // what was answered before is asked for anew
    await amina.locator('main h1').first().waitFor();
    await shown(amina, '#/colleagues');
    await amina.getByLabel('Address of the colleague').fill(titles[10]);
    await press('Ask it');
    await amina.getByText('no address').first().waitFor();
    await amina.unrouteAll({ behavior: 'ignoreErrors' });
    await shown(amina, '#/settings');
    await amina.locator('summary').click();
    await amina.getByLabel('Into which folder').fill(titles[8]);
    await press('Write plain files');
    await amina.locator('.toast').first().waitFor();
    await shown(amina, '#/devices');
    for (const [button, count] of [
        ['Give the code of my other computer', 1],
        ['Use my recovery sheet', 2],
        ['Colleagues vouch for me', 1],
    ]) {
        await press(button);
        for (let field = 0; field < count; ++field)
            await amina
                .locator('dialog textarea')
                .nth(field)
                .fill(titles[9 + field]);
        await press('Go on');
        await amina.locator('dialog [role=alert], dialog .note-box').first().waitFor();
        await amina.keyboard.press('Escape');
    }
    await shown(amina, '#/start');
    await amina.getByText('Join a colleague').first().click();
    await amina.getByLabel('Invitation').fill(titles[12]);
    await press('Join');
    await amina.locator('main [role=alert]').first().waitFor();
    await shown(amina, `#/record/${made.get('goal')[0]}`);
    await press('Put away');
    await amina.locator('.toast').first().waitFor();
    for (const verb of ['record show', 'note show', 'feedback list', 'group show', 'member remove'])
        await ask(amina, verb, {
            group: titles[0],
            record: titles[1],
            note: titles[2],
            item: titles[3],
            who: titles[4],
        });
    none_ran();
});

await tell('W06 W07 nothing ran, nothing was asked of another place, and the page complained of nothing', () => [
    ...browser.ran,
    ...browser.strangers,
    ...browser.complaints,
]);
await browser.end();
process.exit(ended());
