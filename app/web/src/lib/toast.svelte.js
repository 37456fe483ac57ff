// Short words about what one has just done, with a way back where there is one.
import { t } from './words.svelte.js';

export const toasts = $state([]);
let next = 0;

export function toast(words, { undo, bad = false } = {}) {
    const id = ++next;
    toasts.push({ id, words, undo, bad });
    setTimeout(() => close_toast(id), undo || bad ? 12_000 : 5_000);
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
