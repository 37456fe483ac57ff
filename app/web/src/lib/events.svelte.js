// What happens meanwhile: the daemon's numbered events. A number that is missed means "fetch again what is on the screen".
import { session, token } from './session.svelte.js';

export const underway = $state({}); // by id: {verb, unit, done, total, ms}
export const line = $state({ open: false });

const hearers = new Set(); // called with an event; kind "gap" is ours: something was missed
export function hear(hearer) {
    hearers.add(hearer);
    return () => hearers.delete(hearer);
}
const tell = (event) => hearers.forEach((hearer) => hearer(event));

let socket = null;
let run = null;
let last = null;
let tries = 0;

function take(event) {
    const missed =
        event.kind === 'hello' ? run !== null && (event.run !== run || event.n !== last) : event.n !== last + 1;
    if (event.kind === 'hello') {
        run = event.run;
        if (session.state === 'open' || session.state === 'locked') session.state = event.locked ? 'locked' : 'open';
    }
    last = event.n;
    if (event.kind === 'locked') session.state = event.locked ? 'locked' : 'open';
    if (event.kind === 'progress') {
        underway[event.id] = event;
        if (event.total > 0 && event.done >= event.total) setTimeout(() => delete underway[event.id], 1500);
    }
    if (missed) tell({ kind: 'gap' });
    tell(event);
}

export function listen() {
    if (!token() || session.state === 'over') return;
    socket = new WebSocket(`ws://${location.host}/events`, ['staffroom', token()]);
    socket.onopen = () => {
        tries = 0;
        line.open = true;
    };
    socket.onmessage = (message) => take(JSON.parse(message.data));
    socket.onclose = () => {
        line.open = false;
        tries += 1;
        setTimeout(listen, [1000, 2000, 5000][Math.min(tries, 3) - 1]);
    };
}
export function say(message) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
