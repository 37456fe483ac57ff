// What the screen shows of the daemon's answers. An answer stays as it is until an event says that it may have changed;
// then it is asked for again, and the old one stays on the screen until the new one is here.
import { ask } from './ask.js';
import { hear } from './events.svelte.js';

class Answer {
    data = $state.raw(undefined);
    trouble = $state.raw(null);
    readers = 0;
    #fresh = false;
    #turn = 0;
    #soon = null;

    constructor({ verb, args }) {
        Object.assign(this, { verb, args, on: new Set() });
    }
    // Readers name what spoils it, not always the same; what one of them is the first to name was not heard until now.
    heed(on) {
        if (on.every((each) => this.on.has(each))) return;
        on.forEach((each) => this.on.add(each));
        this.spoil();
    }
    async fetch(by_itself) {
        const turn = ++this.#turn;
        this.#fresh = true;
        try {
            const data = await ask(this.verb, this.args, { by_itself });
            if (turn === this.#turn) [this.data, this.trouble] = [data, null];
        } catch (trouble) {
            if (turn === this.#turn) [this.trouble, this.#fresh] = [trouble, false];
        }
    }
    read() {
        if (!this.#fresh) this.fetch();
    }
    // Many events in a row are one question.
    spoil() {
        this.#fresh = false;
        if (this.readers === 0 || this.#soon) return;
        this.#soon = setTimeout(() => {
            this.#soon = null;
            this.fetch(true);
        }, 60);
    }
    forget() {
        this.#turn += 1;
        this.#fresh = false;
        this.data = undefined;
        this.trouble = null;
    }
    // What one has just done is seen at once; the daemon's answer corrects it.
    suppose(change) {
        if (this.data !== undefined) this.data = change(this.data);
    }
}

const answers = new Map();
function answer_for(question) {
    const key = JSON.stringify([question.verb, question.args]);
    if (!answers.has(key)) answers.set(key, new Answer(question));
    const answer = answers.get(key);
    answer.heed(question.on);
    return answer;
}
// Who reads one on (lib/house.svelte.js does always) gets it anew when it may be asked for again.
export function forget_answers() {
    for (const [key, answer] of answers) {
        answer.forget();
        if (answer.readers === 0) answers.delete(key);
    }
}

const touches = (on, event) =>
    event.kind === 'gap' ||
    (event.kind === 'locked' && !event.locked) ||
    [event.kind, event.group, event.record].some((each) => on.has(each));
hear((event) => {
    if (event.kind === 'progress' || event.kind === 'presence') return;
    for (const answer of answers.values()) if (touches(answer.on, event)) answer.spoil();
});
// For what the daemon does not tell by itself.
export const changed = (...what) =>
    what.forEach((each) => answers.forEach((answer) => answer.on.has(each) && answer.spoil()));

// In a component: const notes = watch(() => ({ verb: 'note list', args: { group }, on: [group] }));
// `on`: kinds of events, and ids of groups and records, after which it is asked again. Nothing: not yet.
export function watch(question) {
    const answer = $derived.by(() => {
        const asked = question();
        return asked ? answer_for({ args: {}, on: [], ...asked }) : null;
    });
    $effect(() => {
        const now = answer;
        if (!now) return;
        now.readers += 1;
        now.read();
        return () => (now.readers -= 1);
    });
    return {
        get data() {
            return answer?.data;
        },
        get trouble() {
            return answer?.data === undefined ? answer?.trouble : null;
        },
        again: () => answer?.fetch(),
        suppose: (change) => answer?.suppose(change),
    };
}
