// Where one is: the part of the address after #. `#/g/GROUP/notes` is the group's notes, `#/note/ID` one note.
const here = $state({ parts: [], query: {} });

function read() {
    const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
    here.parts = path.split('/').filter(Boolean).map(decodeURIComponent);
    here.query = Object.fromEntries(new URLSearchParams(query));
}
read();
addEventListener('hashchange', read);

export const route = here;
export const to = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;
export function go(...parts) {
    location.hash = to(...parts);
}
