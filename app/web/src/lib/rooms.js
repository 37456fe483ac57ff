// The rooms: a group's stand at #/g/GROUP/NAME, this computer's at #/NAME. Those with `types` show records of these
// types (screens/Records.svelte; its first button makes one of `main`); each of the others has a screen of its own name.
export const group_rooms = [
    { name: 'library', icon: 'library', title: 'Library' },
    { name: 'notes', icon: 'notebook-pen', title: 'Notes' },
    {
        name: 'tasks',
        icon: 'square-check-big',
        title: 'Tasks',
        words: 'Who does what until when.',
        types: ['task'],
        main: 'task',
    },
    {
        name: 'practice',
        icon: 'heart-handshake',
        title: 'Practice',
        words: 'Observe, mentor, try out and learn from each other.',
        types: [
            'observation',
            'mentoring',
            'check-in',
            'charter',
            'goal',
            'inquiry',
            'problem',
            'outcome',
            'badge',
            'plan',
            'protocol',
            'collection',
            'rubric',
            'template',
        ],
        main: 'goal',
    },
    {
        name: 'meetings',
        icon: 'calendar',
        title: 'Meetings',
        words: 'What to talk about, who comes, what was decided.',
        types: ['meeting', 'decision', 'take-away'],
        main: 'meeting',
    },
    {
        name: 'talk',
        icon: 'message-circle',
        title: 'Talk',
        words: 'Ask, answer, tell. Nobody counts anything here.',
        types: ['thread', 'question'],
        main: 'thread',
    },
    {
        name: 'surveys',
        icon: 'vote',
        title: 'Surveys',
        words: 'Ask the group. Answers with a name, or only as a tally.',
        types: ['survey'],
        main: 'survey',
    },
    { name: 'people', icon: 'users', title: 'People' },
    { name: 'health', icon: 'stethoscope', title: 'Health' },
];
export const house_rooms = [
    { name: 'colleagues', icon: 'network', title: 'Colleagues near' },
    { name: 'transfers', icon: 'download', title: 'Transfers' },
    { name: 'carry', icon: 'usb', title: 'Carry on a stick' },
    { name: 'storage', icon: 'hard-drive', title: 'Storage' },
    { name: 'devices', icon: 'monitor-smartphone', title: 'You and your devices' },
    { name: 'settings', icon: 'settings', title: 'Settings' },
];
// Where a record of this type is listed.
export const room_of = (type) => group_rooms.find((each) => each.types?.includes(type))?.name ?? 'practice';
