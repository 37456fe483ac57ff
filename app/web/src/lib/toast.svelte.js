// Short words about what one has just done, with a way back where there is one.
import { t } from './words.svelte.js';

export const toasts = $state([]);
let next = 0;

export function toast(words, { undo, bad = false } = {}) {
    const id = ++next;
    // Two at most, or they would lie over what one does next; what can be undone stays longest.
    while (toasts.length > 1) close_toast((toasts.find((each) => !each.undo) ?? toasts[0]).id);
    toasts.push({ id, words, undo, bad });
    // Not under the pointer, and not while the keyboard is there.
    const fade = () =>
        document.querySelector('.toasts:is(:hover, :focus-within)') ? setTimeout(fade, 3_000) : close_toast(id);
    setTimeout(fade, undo || bad ? 12_000 : 5_000);
}
export function close_toast(id) {
    const at = toasts.findIndex((each) => each.id === id);
    if (at >= 0) toasts.splice(at, 1);
}
// Does it; what goes wrong is said. Gives what it gave, or undefined.
export async function attempt(work) {
    try {
        return await work();
    } catch (trouble) {
        if (trouble.name !== 'AbortError')
            toast([t(trouble.say ?? String(trouble)), t(trouble.advice ?? '')].filter(Boolean).join(' '), {
                bad: true,
            });
        return undefined;
    }
}
