// What a field of the schema (verb `types`) asks of a form.
import { t } from './words.svelte.js';

// A person's fields that are given when a record is made; the daemon wants the maker in them.
export const creator_field = { observation: 'observed' };
// Which type of record a field refers to, where it is one.
export const refers_to = {
    meeting: 'meeting',
    thread: 'thread',
    agreement: 'mentoring',
    plan: 'plan',
    rubric: 'rubric',
    resource: 'resource',
    adapted_from: 'resource',
    agenda: 'agenda-item',
};
// Shown in a screen of their own, or set by pressing something.
const unasked = new Set(['position', 'range', 'file']);
export const parent_field = {
    post: 'thread',
    'agenda-item': 'meeting',
    decision: 'meeting',
    'take-away': 'meeting',
    'check-in': 'agreement',
    slot: 'plan',
    reflection: 'resource',
    comment: 'target',
};
export const parts_of = { meeting: ['agenda-item', 'decision', 'take-away'], mentoring: ['check-in'], plan: ['slot'] };

export const is_many = (field) => field.merge.startsWith('set');
export const is_long = (field) => field.merge === 'text';
export const is_asked = (field) => field.merge !== 'per person' && field.merge !== 'order' && !unasked.has(field.holds);
export const has_time = (field) => ['starts', 'when'].includes(field.name);

export function may_write(field, record, me, role) {
    if (role === 'reader' || role === 'none') return false;
    const who = field.writers;
    if (who === 'any member') return true;
    const is_named = ['to', 'observer', 'mentee', 'mentor'].some((each) => record?.fields?.[each] === me);
    return (
        (who.includes('owner') && (!record || record.owner === me)) ||
        (who.includes('organiser') && role === 'organiser') ||
        (who.includes('it is for') && !!record && is_named)
    );
}

// Mine and theirs both began at `base`: what I changed is put into theirs, so that no word of either is lost.
export function both(base, mine, theirs) {
    if (theirs === base || theirs === mine) return mine;
    if (mine === base) return theirs;
    const [a, b, c] = [base, mine, theirs].map((each) => [...each]);
    let start = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
    const [head, tail, added] = [a.slice(0, start), a.slice(a.length - end), b.slice(start, b.length - end).join('')];
    const starts_so = c.slice(0, head.length).join('') === head.join('');
    const ends_so = tail.length === 0 ? c.length >= a.length : c.slice(-tail.length).join('') === tail.join('');
    if (ends_so && c.length - tail.length >= head.length && !starts_so)
        return c.slice(0, c.length - tail.length).join('') + added + tail.join('');
    if (starts_so) {
        // They changed something behind my place.
        const rest = a.slice(head.length, a.length - end).join('');
        const after = c.slice(head.length).join('');
        return head.join('') + added + (after.startsWith(rest) ? after.slice(rest.length) : after);
    }
    return `${theirs}\n\n${added}`;
}

export const shown_choice = (word) => t(word.charAt(0).toUpperCase() + word.slice(1));
