// Which records one has seen in the feed, by the first letters of their ids: no clock is asked, clocks are wrong.
const key = 'staffroom-seen';
const letters = 8;
const most = 20_000;

const kept = () => {
    try {
        return JSON.parse(localStorage.getItem(key)) ?? null;
    } catch {
        return null;
    }
};
const before = kept();
// As it was when the page was opened: what is new stays new until the next time.
const known = new Set(before ?? []);
const all = new Set(known);
export const is_first_time = before === null;
export const is_new = (id) => !known.has(id.slice(0, letters));

let soon = null;
export function see(ids) {
    const size = all.size;
    ids.forEach((id) => all.add(id.slice(0, letters)));
    if (all.size === size || soon) return;
    soon = setTimeout(() => {
        soon = null;
        localStorage.setItem(key, JSON.stringify([...all].slice(-most)));
    }, 500);
}
