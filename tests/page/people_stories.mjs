// People that one would rather not have: with a name that is a trap, or with a picture of the code on the wall.
import { ask, go, must, tell, until } from './browser.mjs';

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
}
