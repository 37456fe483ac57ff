// Searching everything, offline. One question at a time: the last one counts.
import { ask } from './ask.js';

export class Finding {
    words = $state('');
    results = $state.raw(null);
    trouble = $state.raw(null);
    #stop = null;
    #soon = null;

    type(words) {
        this.words = words;
        clearTimeout(this.#soon);
        this.#stop?.abort();
        if (words.trim().length < 2) {
            this.results = null;
            return;
        }
        this.#soon = setTimeout(() => this.#ask(words.trim()), 120);
    }
    async #ask(words) {
        const stop = (this.#stop = new AbortController());
        try {
            const found = await ask('search', { words, typing: true, most: 50 }, { signal: stop.signal });
            if (!stop.signal.aborted) [this.results, this.trouble] = [found.results, null];
        } catch (trouble) {
            if (trouble.name !== 'AbortError') [this.trouble, this.results] = [trouble, null];
        }
    }
}
