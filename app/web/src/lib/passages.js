// Passages of a note that something is said about: marked in the text, and moved with it as it changes.
import { StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';

export const placed = StateEffect.define(); // {ID: {from, to}}: those of comments, all of them
export const drafted = StateEffect.define(); // {from, to} of the comment that is being written, or null
export const draft = 'draft';

export const passages = StateField.define({
    create: () => ({}),
    update(before, transaction) {
        let now = before;
        if (transaction.docChanged) {
            // What is put in before the first letter or after the last does not belong to it.
            const moved = ([id, { from, to }]) => [
                id,
                { from: transaction.changes.mapPos(from, 1), to: transaction.changes.mapPos(to, -1) },
            ];
            now = Object.fromEntries(
                Object.entries(before)
                    .map(moved)
                    .filter(([, { from, to }]) => from < to),
            );
        }
        for (const effect of transaction.effects) {
            if (effect.is(placed)) now = { ...effect.value, ...(now[draft] && { [draft]: now[draft] }) };
            if (effect.is(drafted)) {
                const { [draft]: _, ...others } = now;
                now = effect.value ? { ...others, [draft]: effect.value } : others;
            }
        }
        return now;
    },
    provide: (field) =>
        EditorView.decorations.from(field, (all) =>
            Decoration.set(
                Object.entries(all).map(([id, { from, to }]) =>
                    Decoration.mark({ class: id === draft ? 'passage draft' : 'passage' }).range(from, to),
                ),
                true,
            ),
        ),
});
export const passage_at = (state, position) =>
    Object.entries(state.field(passages)).find(([, { from, to }]) => from <= position && position <= to)?.[0];
