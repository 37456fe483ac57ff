// People that one would rather not have: with a name that is a trap, or with a picture of the code on the wall.
import { ask, axe_offences, go, must, overflow, tell, until } from './browser.mjs';

export async function people_stories(amina, brian, group) {
    await tell('P09 a name of 10 kB, with a change of direction and HTML, is shown as 80 safe characters', async () => {
        const trap = '\u202e<b onclick="ran(9)">gnp.exe</b>\u2066';
        await amina.route('**/api', async (route) => {
            const answer = await route.fetch();
            const document = await answer.json();
            for (const each of document.members ?? []) each.name = trap + 'x'.repeat(10_000);
            for (const each of [document.groups].flat()) if (each?.name) each.name = trap + each.name;
            await route.fulfill({ response: answer, json: document });
        });
        await amina.reload();
        await go(amina, `#/g/${group}/people`);
        const name = amina.locator('.person strong').first();
        await name.waitFor();
        const shown = await amina.evaluate(() => document.body.textContent);
        must(!/[\u202a-\u202e\u2066-\u2069]/.test(shown), 'nothing changes the direction');
        must([...(await name.textContent())].length === 81, 'eighty characters and a sign that there are more');
        must((await name.textContent()).startsWith('<b onclick='), 'HTML is letters');
        must(!(await amina.locator('main b').count()), 'and no element');
        const wide = await amina.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        must(wide <= 0, `${wide} px too wide`);
        await amina.unroute('**/api');
        await amina.reload();
    });

    await tell('P12 who came in with a picture of the code is seen, removed on the page, and reads nothing after', async () => {
        const hall = (await ask(amina, 'group new', { name: 'Hall', kind: 'workshop' })).group;
        const { invite } = await ask(amina, 'invite', { group: hall, uses: 50 });
        await ask(brian, 'join', { invite });
        await amina.reload();
        await go(amina, `#/g/${hall}/people`);
        await amina.getByText("Brian O'Neill").waitFor();
        const keys = async () => (await ask(amina, 'group show', { group: hall })).group.commits.key;
        const before = await keys();
        const remove = amina.getByRole('button', { name: "Remove Brian O'Neill from the group" });
        const writes = async () => (await ask(brian, 'note new', { group: hall, title: 'By Brian' })).ok;
        await remove.click();
        await until(async () => !(await writes()), 'he hears that he is out');
        await amina.getByRole('button', { name: 'Undo' }).click(); // a slip of the finger
        await until(writes, 'he is in again');
        await remove.click();
        await amina.getByText("Brian O'Neill is removed.", { exact: false }).waitFor();
        must((await keys()) > before, 'the group has another key');
        await ask(amina, 'note new', { group: hall, title: 'Not for outsiders', text: 'Where we meet.' });
        await until(
            async () => !(await ask(brian, 'note new', { group: hall, title: 'By an outsider' })).ok,
            'he hears that he is out',
        );
        await go(brian, `#/g/${hall}/notes`);
        await brian.locator('main h1').waitFor();
        await brian.waitForTimeout(500);
        must(!(await brian.getByText('Not for outsiders').count()), 'he reads it');
        must(!JSON.stringify(await ask(brian, 'note list', { group: hall })).includes('Not for outsiders'), 'he has it');
        await go(amina, `#/g/${group}/people`);
    });

    await tell('the doctor says who does not appear and why, asks an address, and fits', async () => {
        // Somebody who is away, since here all are near.
        const absent = { cause: 'not_heard', state: 'trouble', say: 'Their computer is not heard.', do: 'Ask whether it is awake.' };
        await amina.route('**/api', async (route) => {
            if (route.request().postDataJSON().verb !== 'doctor') return route.continue();
            const answer = await route.fetch();
            const document = await answer.json();
            if (document.findings && !document.asked) {
                document.colleagues.push(...['Chidi', 'Dalia'].map((name) => ({ name, near: false, ...absent })));
                for (const cause of ['guests', 'stick'])
                    document.findings.push({ cause, state: 'step', say: `The step of the ${cause}.`, do: '' });
            }
            await route.fulfill({ response: answer, json: document });
        });
        await go(amina, '#/colleagues');
        await amina.getByText('This computer can be found. It listens for colleagues on port').waitFor();
        await amina.getByText("Near now: Brian O'Neill").waitFor();
        const why = amina.locator('li', { hasText: absent.say });
        must((await why.count()) === 1 && (await why.textContent()).includes('Chidi and Dalia:'), 'the same is said once');
        const { port } = await ask(brian, 'status');
        const told = amina.locator('li [role=status]');
        for (const [address, words] of [
            [`127.0.0.1:${port}`, "This is the computer of Brian O'Neill, and it is near."],
            [`127.0.0.1:${(await ask(amina, 'status')).port}`, 'That is the address of this very computer.'],
            ['next door', 'is no address.'],
        ]) {
            await amina.getByLabel('Address of the colleague’s computer').fill(address);
            await amina.keyboard.press('Enter');
            await told.filter({ hasText: words }).waitFor();
        }
        await amina.setViewportSize({ width: 320, height: 640 });
        const over = await overflow(amina);
        const offences = await axe_offences(amina, '#/colleagues, somebody away');
        await amina.setViewportSize({ width: 1280, height: 900 });
        await amina.unrouteAll({ behavior: 'wait' });
        return over > 0 ? [...offences, `${over} px too wide`] : offences;
    });
}
