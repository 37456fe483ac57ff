import { ask } from './ask.js';
import { attempt } from './toast.svelte.js';
import { changed } from './watch.svelte.js';

// For watch(): what all records of a type say.
export const all_of = (group, type) => ({ verb: 'record list', args: { group, type, full: true }, on: [group] });
export async function make_record(group, type, fields) {
    const given = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    const done = await attempt(() => ask('record new', { group, type, fields: given }));
    changed(group);
    return done;
}
// A comment that is done with.
export async function resolve(group, comment) {
    await attempt(() => ask('record set', { record: comment.id, fields: ['resolved=yes'] }));
    changed(group);
}
