// Names for ids in one group: who is in it, what its records are called.
import { watch } from './watch.svelte.js';

export function directory(group) {
    const members = watch(() => group() && { verb: 'members', args: { group: group() }, on: ['members', group()] });
    const records = watch(() => group() && { verb: 'record list', args: { group: group() }, on: [group()] });
    return {
        get people() {
            return members.data?.members ?? [];
        },
        get records() {
            return records.data?.records ?? [];
        },
        person: (id) => members.data?.members.find((each) => each.person === id)?.name,
        record: (id) => records.data?.records.find((each) => each.id === id),
    };
}
