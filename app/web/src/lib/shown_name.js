// A person's or a group's name as it may stand on a screen: on one line, without signs that change the direction of what
// follows, at most 80 characters (as core/text_rules.h).
const most = 80;
const unfit = /[\p{Cc}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

export function shown_name(words) {
    const fit = words.slice(0, 8 * most).replace(/\s+/g, ' ').replace(unfit, '');
    const scalars = [...fit];
    return scalars.length > most ? `${scalars.slice(0, most).join('')}…` : fit;
}

const names = new Set(['by', 'name', 'with']);
// For JSON.parse: whatever the daemon says, names are fit to be shown. A file's stays: it is judged (lib/files.js).
export function with_shown_names(key, value) {
    return names.has(key) && typeof value === 'string' && !('size' in this) ? shown_name(value) : value;
}
