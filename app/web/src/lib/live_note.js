// A note that is open in this tab: CodeMirror's collab on one side, the daemon as its authority on the other.
// Typing waits for nobody: edits are sent one batch at a time, and what others wrote meanwhile is put beneath them.
import { ChangeSet, EditorState, Text } from '@codemirror/state';
import { collab, getClientID, getSyncedVersion, receiveUpdates, sendableUpdates } from '@codemirror/collab';
import { ask } from './ask.js';
import { hear } from './events.svelte.js';

// The least change that makes one text the other.
function difference(from, to) {
    const [a, b] = [from.toString(), to.toString()];
    let start = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
        end += 1;
    return ChangeSet.of({ from: start, to: a.length - end, insert: b.slice(start, b.length - end) }, a.length, '\n');
}
const text_of = (words) => Text.of(words.split('\n'));

export class LiveNote {
    #client = Math.random().toString(36).slice(2, 12);
    #pushing = false;
    #confirmed = null; // the text at the version that the daemon has
    #saved = 0;
    #closed = false;
    #again = null;
    #deaf;

    // `tell({state, trouble})`: 'saved' only when the disk has it. `make_view(state)` gives an EditorView.
    constructor(note, extensions, make_view, tell) {
        Object.assign(this, { note, extensions, make_view, tell });
        this.#deaf = hear((event) => this.#on_event(event));
    }

    async open(by_itself) {
        const opened = await ask('note open', { note: this.note }, { by_itself });
        this.session = opened.session;
        this.#saved = opened.saved;
        this.#confirmed = text_of(opened.text);
        this.title = opened.title;
        this.writable = opened.writable;
        const state = this.#state_of(this.#confirmed, opened.version);
        if (this.view) this.view.setState(state);
        else this.view = this.make_view(state);
        this.#say();
        return opened;
    }
    #state_of(doc, version) {
        return EditorState.create({
            doc,
            extensions: [
                EditorState.lineSeparator.of('\n'),
                collab({ startVersion: version, clientID: this.#client }),
                EditorState.readOnly.of(!this.writable),
                ...this.extensions,
            ],
        });
    }
    // Where this tab is, in the words that the daemon has too.
    get place() {
        const { anchor, head } = this.view.state.selection.main;
        return { note: this.note, client: this.#client, session: this.session, version: getSyncedVersion(this.view.state), anchor, head };
    }
    // A place in those words, in the words that are here.
    here(place) {
        const head = Math.min(place, this.#confirmed.length);
        return sendableUpdates(this.view.state).reduce((at, each) => each.changes.mapPos(at, 1), head);
    }
    get client() {
        return this.#client;
    }
    // Whether the daemon knows every letter that is here.
    get is_settled() {
        return !!this.view && sendableUpdates(this.view.state).length === 0;
    }
    get has_unsent() {
        return (
            !!this.view &&
            (sendableUpdates(this.view.state).length > 0 || this.#saved < getSyncedVersion(this.view.state))
        );
    }

    // To be called after every change of the view.
    changed() {
        this.#say();
        this.#push();
    }
    #say(trouble = null) {
        if (!this.view) return;
        this.tell({ state: trouble ? 'trouble' : this.has_unsent ? 'saving' : 'saved', trouble });
    }

    async #push() {
        if (this.#pushing || this.#closed) return;
        const updates = sendableUpdates(this.view.state);
        if (updates.length === 0) return;
        this.#pushing = true;
        let wait = 0;
        try {
            const version = getSyncedVersion(this.view.state);
            const sent = updates.map((each) => ({
                clientID: getClientID(this.view.state),
                changes: each.changes.toJSON(),
            }));
            const answer = await ask('note push', { session: this.session, version, updates: sent });
            this.#take(version, answer.accepted ? sent : answer.updates);
        } catch (trouble) {
            if (trouble.code === 'not_found') await this.#open_again().catch(() => (wait = 2000));
            else wait = 2000;
            if (wait) this.#say(trouble);
        }
        this.#pushing = false;
        if (sendableUpdates(this.view.state).length > 0 && !this.#closed) {
            clearTimeout(this.#again);
            this.#again = setTimeout(() => this.#push(), wait || 20);
        }
    }

    // Updates of the authority that begin at `version`; those that are here already are left out.
    #take(version, updates) {
        const have = getSyncedVersion(this.view.state) - version;
        if (have < 0) return void this.#pull();
        const fresh = updates
            .slice(have)
            .map((each) => ({ clientID: each.clientID, changes: ChangeSet.fromJSON(each.changes) }));
        if (fresh.length === 0) return;
        let at = getSyncedVersion(this.view.state);
        for (const each of fresh) {
            this.#confirmed = each.changes.apply(this.#confirmed);
            // A colleague's words came from the disk.
            if (each.clientID === 'staffroom' && this.#saved === at) this.#saved = at + 1;
            at += 1;
        }
        this.view.dispatch(receiveUpdates(this.view.state, fresh));
        this.#say();
    }
    // Asks about places in the text, as it is and as the daemon has it: until it is the same, the answer is `busy`.
    async ask_of_text(verb, args_for, by_itself) {
        for (let tries = 1; !this.#closed; ++tries) {
            const { state } = this.view;
            try {
                if (this.is_settled) {
                    const where = { session: this.session, version: getSyncedVersion(state) };
                    const answer = await ask(verb, { ...where, ...args_for(state) }, { by_itself });
                    return { ...answer, is_now: this.view.state.doc === state.doc };
                }
            } catch (trouble) {
                if (!['busy', 'not_found'].includes(trouble.code) || tries > 50) throw trouble;
            }
            await new Promise((done) => setTimeout(done, 200));
        }
        return null;
    }
    async #pull() {
        try {
            const version = getSyncedVersion(this.view.state);
            const answer = await ask('note pull', { session: this.session, version }, { by_itself: true });
            this.#saved = Math.max(this.#saved, answer.saved);
            this.#take(version, answer.updates);
            this.#say();
        } catch (trouble) {
            if (trouble.code === 'not_found') await this.#open_again().catch(() => this.#say(trouble));
        }
    }
    // The daemon forgot this session (it was started again): what was not confirmed is put into the note as it is now.
    async #open_again() {
        const old = this.#confirmed;
        const mine = sendableUpdates(this.view.state).reduce(
            (all, each) => (all ? all.compose(each.changes) : each.changes),
            null,
        );
        const selection = this.view.state.selection;
        await this.open(true);
        this.reopened?.();
        const between = difference(old, this.#confirmed);
        if (mine) this.view.dispatch({ changes: mine.map(between), selection: undefined });
        if (selection.main.head <= this.view.state.doc.length && between.empty) this.view.dispatch({ selection });
    }

    #on_event(event) {
        if (!this.view || this.#closed) return;
        if (event.kind === 'gap') this.#pull();
        if (event.session !== this.session) return;
        if (event.kind === 'note') this.#take(event.version, event.updates);
        if (event.kind === 'saved') {
            this.#saved = Math.max(this.#saved, event.version);
            this.#say();
        }
        if (event.kind === 'unsaved') this.#say(event.error);
    }
    close() {
        this.#closed = true;
        this.#deaf();
        clearTimeout(this.#again);
        this.view?.destroy();
    }
}
