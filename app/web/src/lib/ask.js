// Asking the daemon: one verb, one document (app/api/verb.h).
import { forget, session, token, file_key } from './session.svelte.js';
import { with_shown_names } from './shown_name.js';
import { choose_language, language } from './words.svelte.js';

// What is not well, in words for teachers.
class Trouble extends Error {
    constructor({ code, say, do: advice }) {
        super(say);
        Object.assign(this, { code, say, advice });
    }
}
export const away = () =>
    new Trouble({
        code: 'away',
        say: 'Staffroom does not answer on this computer.',
        do: 'Start it again from its icon. Nothing that was saved is lost.',
    });

function read(status, document) {
    if (status === 401) forget();
    if (document.ok) return document;
    const error = document.error ?? {
        code: 'failed',
        say: 'Something happened that Staffroom did not expect.',
        do: 'Try again.',
    };
    const trouble = new Trouble(error);
    trouble.reply = document;
    throw trouble;
}

// `by_itself`: not a person but an event or a timer asks, which is no sign that somebody is there.
export async function ask(verb, args = {}, { id, signal, by_itself } = {}) {
    let answer, document;
    try {
        answer = await fetch('/api', {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'X-Staffroom-Token': token() ?? '' },
            body: JSON.stringify({ verb, args, id, by_itself, language: language() }),
            signal,
        });
        document = JSON.parse(await answer.text(), with_shown_names);
    } catch (failed) {
        if (failed.name === 'AbortError') throw failed;
        throw away();
    }
    if (session.state === 'away') session.state = 'open';
    return read(answer.status, document);
}

// The person reads in this language, here and on the command line. Where nobody answers it is kept for this browser.
export async function speak(chosen) {
    await choose_language(chosen, { keep: true });
    await ask('language', { language: chosen }).catch(() => {});
}

// A file of this computer into a group's library; `moved(done, total)` in bytes. `give_up` of the answer ends it.
export function upload(group, file, args, moved) {
    const request = new XMLHttpRequest();
    const done = new Promise((resolve, reject) => {
        const about = encodeURIComponent(JSON.stringify(args));
        request.open('POST', `/upload/${group}?name=${encodeURIComponent(file.name)}&args=${about}`);
        request.setRequestHeader('Content-Type', 'application/octet-stream');
        request.setRequestHeader('X-Staffroom-Token', token() ?? '');
        request.upload.onprogress = (event) => moved(event.loaded, event.total);
        request.onerror = () => reject(away());
        request.onabort = () => reject(new DOMException('given up', 'AbortError'));
        request.onload = () => {
            try {
                resolve(read(request.status, JSON.parse(request.responseText)));
            } catch (failed) {
                reject(failed instanceof Trouble ? failed : away());
            }
        };
        request.send(file);
    });
    return { done, give_up: () => request.abort() };
}

export const file_address = (record, index, inline = false) =>
    `/file/${record}/${index}?key=${encodeURIComponent(file_key() ?? '')}${inline ? '&inline=1' : ''}`;
