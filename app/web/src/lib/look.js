// Light, dark, or as the computer has it.
const key = 'staffroom-look';

export const look = () => localStorage.getItem(key) ?? 'auto';
export function apply_look(chosen = look()) {
    localStorage.setItem(key, chosen);
    if (chosen === 'auto') delete document.documentElement.dataset.look;
    else document.documentElement.dataset.look = chosen;
}
