// The library: several at once into a collection, and what is in one.
import { ask, go, must, tell } from './browser.mjs';

export async function library_stories(amina, group) {
    await tell('several lessons go into a new collection, by keyboard, and are found by it', async () => {
        for (const title of ['Water cycle', 'Clouds', 'Rain gauge'])
            await ask(amina, 'resource add', { group, source: 'https://example.org/', title });
        await go(amina, '#/'); // the library forgets its filters
        await go(amina, `#/g/${group}/library`);
        await amina.getByRole('button', { name: 'Choose several' }).press('Enter');
        for (const title of ['Clouds', 'Rain gauge'])
            await amina.getByRole('checkbox', { name: `Choose ${title}` }).press('Space');
        await amina.getByText('2 chosen').waitFor();
        await amina.getByRole('button', { name: 'Into a collection' }).press('Enter');
        await amina.getByLabel('Title of the new collection').fill('Weather');
        await amina.keyboard.press('Enter');
        await amina.getByText('Put into “Weather”').waitFor();
        await amina.getByRole('combobox', { name: 'Collection' }).selectOption('Weather');
        await amina.getByRole('link', { name: /Clouds/ }).waitFor();
        await amina.getByRole('link', { name: /Water cycle/ }).waitFor({ state: 'detached' });
        must((await amina.locator('.pickable').count()) === 2, 'two are in it');
    });
    await tell('a file gets its next version from the page, and the one before can be chosen again', async () => {
        await go(amina, '#/'); // the library forgets its filters
        await go(amina, `#/g/${group}/library`);
        await amina.locator('input[type=file]').first().setInputFiles({
            name: 'poem.txt',
            mimeType: 'text/plain',
            buffer: Buffer.from('first'),
        });
        await amina.getByRole('link', { name: /poem/ }).first().click();
        await amina.getByRole('button', { name: 'New version' }).waitFor();
        await amina.locator('main input[type=file]').setInputFiles({
            name: 'poem.txt',
            mimeType: 'text/plain',
            buffer: Buffer.from('the second'),
        });
        await amina.getByText('The new version takes the place of the one before.').waitFor();
        await amina.getByText(/10 bytes/).waitFor();
        must((await amina.getByRole('button', { name: 'New version' }).count()) === 1, 'it is one file');
    });
}
