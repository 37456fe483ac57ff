// How a type of record is met: its picture, where it is opened, what it is for.
import { to } from './route.svelte.js';

const icons = {
    resource: 'book-open',
    note: 'notebook-pen',
    collection: 'layers',
    feedback: 'message-square-heart',
    comment: 'message-circle',
    reflection: 'sparkles',
    task: 'square-check-big',
    meeting: 'calendar',
    'agenda-item': 'list',
    decision: 'check',
    survey: 'vote',
    thread: 'message-circle',
    post: 'message-circle',
    question: 'info',
    observation: 'eye',
    mentoring: 'heart-handshake',
    'check-in': 'clock',
    charter: 'pin',
    goal: 'sun',
    outcome: 'columns-3',
    inquiry: 'search',
    problem: 'circle-alert',
    'take-away': 'sparkles',
    badge: 'shield-check',
    plan: 'map',
    slot: 'calendar',
    protocol: 'clock',
    profile: 'users',
    template: 'copy',
    rubric: 'list',
    annotation: 'link',
};
export const icon_of = (type) => icons[type] ?? 'file-text';
export const place_of = (type, id) => to(type === 'note' ? 'note' : type === 'resource' ? 'resource' : 'record', id);
// Not worth a line of their own: they belong to something else, or are one's own card.
export const is_part = (type) => ['profile', 'agenda-item', 'slot', 'template', 'rubric'].includes(type);

export const about_type = {
    observation: 'A lesson seen by a colleague, with a focus agreed before.',
    mentoring: 'Two people, goals, and a rhythm to meet.',
    'check-in': 'A short talk at the agreed rhythm.',
    charter: 'What this group is for, and how it works.',
    goal: 'Something to reach together, with how you will see it.',
    inquiry: 'A question about teaching, what was tried, what came out.',
    problem: 'Something hard, and the ideas of everybody for it.',
    outcome: 'Results of a class as a whole; never of single pupils.',
    badge: 'Thanks that can be shown, with the reasons for it.',
    plan: 'A unit over several weeks.',
    protocol: 'A talk with timed turns.',
    collection: 'Things of the library that belong together.',
    rubric: 'What to look at when observing.',
    template: 'A beginning for notes, of your own.',
    meeting: 'A time, a place, an agenda.',
    decision: 'What was decided, and when to look at it again.',
    'take-away': 'What you will try after a meeting, and how it went.',
    thread: 'A talk about something.',
    question: 'A question that has an answer.',
    survey: 'Some questions to everybody.',
    task: 'Something to do.',
};
