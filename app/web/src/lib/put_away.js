import { ask } from './ask.js';
import { go } from './route.svelte.js';
import { attempt, toast } from './toast.svelte.js';
import { changed } from './watch.svelte.js';
import { t } from './words.svelte.js';

// Takes a record off the lists and leaves its screen for the group's `room`; the toast brings it back.
export async function put_away({ id, group }, title, room) {
    if (!(await attempt(() => ask('record retire', { record: id })))) return;
    changed(group);
    const undo = () => ask('record restore', { record: id }).then(() => changed(group));
    toast(t('Put away: {title}', { title }), { undo });
    go('g', group, room);
}
