// Every word on the screen. The English sentence is the key: what a catalogue (public/i18n/xx.json) does not have is
// shown in English. Sentences are ICU messages. A further language is one file and one line in `languages`.
import { IntlMessageFormat } from 'intl-messageformat';

export const languages = {
    en: 'English',
    fr: 'Français',
    es: 'Español',
    pt: 'Português',
    sw: 'Kiswahili',
    ar: 'العربية',
    hi: 'हिन्दी',
};
const right_to_left = new Set(['ar', 'he', 'fa', 'ur']);
const key = 'staffroom-language';

let spoken = $state.raw({ language: 'en', catalogue: {} });
let made = new Map(); // sentences with values, read once

export function preferred_language() {
    const kept = localStorage.getItem(key);
    if (kept && languages[kept]) return kept;
    return navigator.languages.map((each) => each.split('-')[0]).find((each) => languages[each]) ?? 'en';
}

export async function choose_language(language, { keep = false } = {}) {
    let catalogue = {};
    try {
        if (language !== 'en') catalogue = await (await fetch(`/i18n/${language}.json`)).json();
    } catch {
        language = 'en'; // the words are English then, and so must be the plurals
    }
    if (keep) localStorage.setItem(key, language);
    spoken = { language, catalogue };
    made = new Map();
    document.documentElement.lang = language;
    document.documentElement.dir = right_to_left.has(language) ? 'rtl' : 'ltr';
}

export const language = () => spoken.language;

// The sentence in the reader's language.
export function t(sentence, values) {
    const { language: now, catalogue } = spoken;
    const words = catalogue[sentence] ?? sentence;
    if (!values) return words;
    const known = made.get(sentence);
    const format = known ?? new IntlMessageFormat(words, now, undefined, { ignoreTag: true });
    if (!known) made.set(sentence, format);
    return format.format(right_to_left.has(now) ? apart(values) : values);
}
// A Latin name before a date would take its numbers along: each value is a stretch of its own between right-to-left words.
const alone = (value) => (typeof value === 'string' ? `\u2068${value}\u2069` : value);
const apart = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, alone(value)]));

// What the schema and the daemon call something: `check-in` is shown as "Check-in" where no catalogue has it.
const spoken_so = {
    rsvp: 'Who comes',
    body: 'Text',
    wish: 'Reply wished for',
    check: 'Checklist',
    min_answers: 'Answers needed for a tally',
    can_help: 'Can help with',
    would_like: 'Would like help with',
    thread: 'Talk',
    'check-in': 'Check-in',
    'take-away': 'Take-away',
};
export function named(word) {
    if (spoken_so[word]) return t(spoken_so[word]);
    const plain = String(word).replaceAll('_', ' ').replaceAll('-', ' ');
    return t(plain.charAt(0).toUpperCase() + plain.slice(1));
}

export const number = (value) => new Intl.NumberFormat(language()).format(value);
export function size(bytes) {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
    let step = 0;
    let value = bytes ?? 0;
    while (value >= 1000 && step < units.length - 1) {
        value /= 1000;
        step += 1;
    }
    const style = {
        style: 'unit',
        unit: units[step],
        unitDisplay: step === 0 ? 'long' : 'short',
        maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
    };
    return new Intl.NumberFormat(language(), style).format(value);
}
export const date = (ms, style = { dateStyle: 'medium' }) => new Intl.DateTimeFormat(language(), style).format(ms);
export const day_and_month = (words) =>
    date(Date.parse(`${words.slice(0, 10)}T00:00`), { day: 'numeric', month: 'short' });
export const moment = (ms) => date(ms, { dateStyle: 'medium', timeStyle: 'short' });
// A date of the schema: 2025-03-09 or 2025-03-09T14:30, the school's own time.
export function day(words) {
    const ms = Date.parse(words.length === 10 ? `${words}T00:00` : words);
    return Number.isNaN(ms) ? words : words.length === 10 ? date(ms) : moment(ms);
}
export function ago(ms) {
    const seconds = Math.round((ms - Date.now()) / 1000);
    const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
    for (const [unit, length] of [
        ['year', 31_536_000],
        ['month', 2_592_000],
        ['day', 86_400],
        ['hour', 3600],
        ['minute', 60],
    ]) {
        if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
    }
    return format.format(0, 'minute');
}
export const listed = (words) =>
    new Intl.ListFormat(language()).format(right_to_left.has(language()) ? words.map(alone) : words);
