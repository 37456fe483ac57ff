// What a new group begins with, so that nobody faces an empty room. Words in the founder's language.
import { ask } from './ask.js';
import { t } from './words.svelte.js';

export const kinds = [
    { kind: 'school', icon: 'house', name: 'School', about: 'Everybody who teaches at one school.' },
    { kind: 'team', icon: 'users', name: 'Subject team', about: 'Those who teach the same subject or grade.' },
    {
        kind: 'plc',
        icon: 'sparkles',
        name: 'Learning community',
        about: 'A few teachers who improve one thing together, step by step.',
    },
    {
        kind: 'mentoring',
        icon: 'heart-handshake',
        name: 'Mentoring',
        about: 'Somebody with experience beside somebody who is new.',
    },
    { kind: 'workshop', icon: 'calendar', name: 'Workshop', about: 'A hall of people who leave with everything.' },
    { kind: 'focus', icon: 'search', name: 'Focus group', about: 'A question, a few people, an answer.' },
];

const welcome = () => `# ${t('Welcome')}

${t('This is a note that everybody in the group can write in, also with no network and at the same time. Nobody’s words get lost.')}

## ${t('Who we are')}

- \n
## ${t('What we want to do together')}

- [ ] \n
## ${t('How we work')}

- ${t('We share what we have made, also when it is not finished.')}
- ${t('We say what worked before what did not.')}
`;

export async function found_group(kind, name) {
    const { group } = await ask('group new', { name, kind });
    await ask('note new', { group, title: t('Welcome'), text: welcome() });
    const first =
        kind === 'mentoring'
            ? t('Agree when to meet')
            : kind === 'workshop'
              ? t('Show the invitation code on the wall')
              : t('Invite a colleague');
    await ask('record new', { group, type: 'task', fields: [`title=${first}`, 'owner=me'] });
    await ask('record new', {
        group,
        type: 'task',
        fields: [`title=${t('Add a first lesson to the library')}`, 'owner=me'],
    });
    await ask('record new', { group, type: 'thread', fields: [`title=${t('Introduce yourself')}`] });
    return group;
}
