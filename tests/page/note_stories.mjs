// What two people do in one note: typing at random, comments on passages, pictures.
import { ask, comes, go, must, tell, text_in, until } from './browser.mjs';
import { all_equal, change_beside, type_at_random } from './random_typing.mjs';

const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export async function note_stories(amina, brian, group) {
    const seed = Number(process.env.PAGE_SEED ?? Date.now() % 1_000_000);
    await tell(
        `what two people and a program change at random is one text in both tabs and on both disks (seed ${seed})`,
        async () => {
            const { note } = await ask(amina, 'note new', {
                group,
                title: 'Anything',
                text: 'With 👍🏽 مرحبا of everybody.\n',
            });
            await comes(brian, note);
            for (const page of [amina, brian]) {
                await go(page, `#/note/${note}`);
                await page.locator('.cm-content').click();
            }
            await Promise.all([
                type_at_random(amina, seed, 120),
                type_at_random(brian, seed + 1, 120),
                change_beside(amina, note, 5),
            ]);
            await all_equal([amina, brian], note);
        },
    );

    await tell('a comment stays on its passage while others write, and says when its words are gone', async () => {
        const { note } = await ask(amina, 'note new', { group, title: 'Market', text: 'Bring bread and knives.\n' });
        await go(amina, `#/note/${note}`);
        await amina.locator('.cm-content').click();
        await amina.keyboard.press('Control+Home');
        for (let letter = 0; letter < 6; ++letter) await amina.keyboard.press('ArrowRight');
        for (let letter = 0; letter < 5; ++letter) await amina.keyboard.press('Shift+ArrowRight');
        await amina.keyboard.press('Control+Alt+m');
        await amina.locator('.passage.draft').waitFor();
        await amina.keyboard.type('How much of it?');
        await amina.keyboard.press('Tab');
        await amina.keyboard.press('Enter');
        const hers = amina.getByRole('region', { name: 'On passages' });
        await hers.getByText('How much of it?').waitFor();

        await comes(brian, note);
        await go(brian, `#/note/${note}`);
        await brian.locator('.passage').waitFor();
        await brian.locator('.cm-content').click();
        await brian.keyboard.press('Control+Home');
        await brian.keyboard.type('Please: ');
        await until(async () => (await text_in(amina)).startsWith('Please: Bring'), 'his words come to her');
        for (const page of [amina, brian])
            await until(async () => (await page.locator('.passage').textContent()) === 'bread', 'the passage stays');

        await hers.getByRole('button', { name: 'bread' }).click();
        await amina.keyboard.press('Delete');
        await hers.getByText('These words are gone from the note:').waitFor();
        await brian.getByText('Ces mots ne sont plus dans la note').waitFor();
        must((await text_in(brian)) === 'Please: Bring  and knives.\n', await text_in(brian));
        await hers.getByRole('button', { name: 'Done with' }).click();
        await hers.waitFor({ state: 'detached' });
    });

    await tell('a picture is dragged from the library into a note, another is let go in it as a file', async () => {
        await go(amina, `#/g/${group}/library`);
        await amina
            .locator('input[type=file]')
            .setInputFiles({ name: 'leaf.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') });
        await amina.getByRole('link', { name: /leaf/ }).waitFor();
        const { note } = await ask(amina, 'note new', { group, title: 'Leaves', text: 'Look:\n\n' });
        await go(amina, `#/note/${note}`);
        const text = amina.locator('.cm-content');
        await amina.getByRole('button', { name: 'Picture from the library' }).click();
        await amina.getByRole('button', { name: 'leaf' }).dragTo(text, { targetPosition: { x: 30, y: 70 } });
        await until(async () => (await text_in(amina)).includes('![leaf](resource:'), 'the picture is in the text');
        const files = await amina.evaluateHandle((bytes) => {
            const brought = new DataTransfer();
            const content = Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0));
            brought.items.add(new File([content], 'root_hair.png', { type: 'image/png' }));
            return brought;
        }, dot);
        const { x, y } = await text.boundingBox();
        await text.dispatchEvent('drop', { dataTransfer: files, clientX: x + 30, clientY: y + 25 });
        await until(async () => (await text_in(amina)).includes('![root hair](resource:'), 'and so is the file');
        await amina.getByRole('button', { name: 'Read', exact: true }).click();
        for (const name of ['leaf', 'root hair']) {
            const picture = amina.locator('.reading').getByRole('img', { name });
            await until(() => picture.evaluate((image) => image.naturalWidth > 0), `${name} is shown`);
        }
    });
}
