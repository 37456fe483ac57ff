// A colour for a person or a window, by its id: the same on every computer. In degrees.
export const hue_of = (id) => [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
