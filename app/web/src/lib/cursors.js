// Where the same note is being written in elsewhere: a line in a colour of its own, with a name.
import { StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, WidgetType } from '@codemirror/view';
import { hue_of } from './hue.js';

export const moved = StateEffect.define(); // {client, name, head} or {client, gone}

class Caret extends WidgetType {
    constructor(client, name) {
        super();
        Object.assign(this, { client, name });
    }
    eq(other) {
        return other.client === this.client && other.name === this.name;
    }
    toDOM() {
        const line = document.createElement('span');
        line.className = 'caret';
        line.style.setProperty('--whose', `hsl(${hue_of(this.client)} 60% 38%)`);
        const flag = document.createElement('span');
        flag.textContent = this.name;
        flag.dir = 'auto';
        line.append(flag);
        return line;
    }
    ignoreEvent() {
        return true;
    }
}

export const cursors = StateField.define({
    create: () => new Map(),
    update(before, transaction) {
        let now = before;
        if (transaction.docChanged && before.size > 0) {
            now = new Map(
                [...before].map(([client, each]) => [
                    client,
                    { ...each, head: transaction.changes.mapPos(each.head, 1) },
                ]),
            );
        }
        for (const effect of transaction.effects) {
            if (!effect.is(moved)) continue;
            now = new Map(now);
            if (effect.value.gone) now.delete(effect.value.client);
            else now.set(effect.value.client, effect.value);
        }
        return now;
    },
    provide: (field) =>
        EditorView.decorations.from(field, (all) => {
            const carets = [...all.values()].sort((a, b) => a.head - b.head);
            return Decoration.set(
                carets.map((each) =>
                    Decoration.widget({ widget: new Caret(each.client, each.name), side: 1 }).range(each.head),
                ),
            );
        }),
});
