const pictures = /\.(png|jpe?g|webp|gif)$/i;
export const is_picture = (name) => pictures.test(name);
export const ending_of = (name) => (name.match(/\.([\p{L}\p{N}]{1,5})$/u)?.[1] ?? '').toUpperCase();
// A name that shows one ending and has another: exam[U+202E]fdp.exe
export const is_disguised = (name) =>
    /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(name) ||
    /\.(exe|scr|bat|cmd|com|msi|js|vbs|ps1|jar|lnk|apk|desktop|sh)$/i.test(name);
export const plain_name = (name) => name.replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, '');
