// Files on their way from this computer into a library: shown on the screens "Library" and "Transfers".
import { upload } from './ask.js';
import { toast } from './toast.svelte.js';
import { t } from './words.svelte.js';
import { changed } from './watch.svelte.js';

export const sending = $state([]); // {id, name, done, total, give_up, trouble}
const ask_above = 512 * 2 ** 20;
let next = 0;

async function send_one(group, file, args) {
    if (
        file.size > ask_above &&
        !confirm(t('{name} is very large and will take long on a slow network. Add it?', { name: file.name }))
    )
        return null;
    const id = ++next;
    sending.push({ id, name: file.name, done: 0, total: file.size });
    const row = sending.find((each) => each.id === id);
    const way = upload(group.id, file, args, (done) => (row.done = done));
    row.give_up = way.give_up;
    const gone = () =>
        sending.splice(
            sending.findIndex((each) => each.id === id),
            1,
        );
    try {
        const { resource } = await way.done;
        gone();
        return resource;
    } catch (trouble) {
        if (trouble.name === 'AbortError') gone();
        else row.trouble = trouble;
        return null;
    }
}

// One after the other: a slow disk is not made slower by many at once.
export async function send_files(group, files, args = {}) {
    const made = [];
    for (const file of files) {
        const title = file.name.replace(/\.[^.]+$/, '').replace(/[_-]+/g, ' ');
        const resource = await send_one(group, file, { title, ...args });
        if (resource) made.push(resource);
    }
    changed(group.id);
    if (made.length > 0)
        toast(
            t('{count, plural, one {Added to the library} other {# files added to the library}}', {
                count: made.length,
            }),
        );
    return made;
}
// The next version of a file that is in a resource.
export async function send_version(resource, replaces, file) {
    const done = await send_one({ id: resource.group }, file, { resource: resource.id, replaces });
    changed(resource.id);
    if (done) toast(t('The new version takes the place of the one before.'));
}
export const dismiss = (id) =>
    sending.splice(
        sending.findIndex((each) => each.id === id),
        1,
    );
