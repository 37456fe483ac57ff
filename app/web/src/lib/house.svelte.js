// What every screen knows: the groups one is in, the one that is open, who one is.
import { watch } from './watch.svelte.js';
import { route } from './route.svelte.js';

const key = 'staffroom-group';

// In App only, once.
export function open_house() {
    const groups = watch(() => ({ verb: 'group list', on: ['groups', 'members', 'group'] }));
    const me = watch(() => ({ verb: 'whoami' }));
    const types = watch(() => ({ verb: 'types' }));
    house.groups_of = groups;
    house.me_of = me;
    house.types_of = types;
    $effect(() => {
        const named = route.parts[0] === 'g' ? route.parts[1] : null;
        if (named) house.choose(named);
    });
}
class House {
    chosen = $state(localStorage.getItem(key));
    groups_of = $state.raw(null);
    me_of = $state.raw(null);
    types_of = $state.raw(null);

    // Kept for the next time that the page is opened.
    choose(group) {
        this.chosen = group;
        localStorage.setItem(key, group);
    }
    get groups() {
        return this.groups_of?.data?.groups;
    }
    get group() {
        return this.groups?.find((each) => each.id === this.chosen) ?? this.groups?.[0];
    }
    get me() {
        return this.me_of?.data;
    }
    get trouble() {
        return this.groups_of?.trouble;
    }
    type(name) {
        return this.types_of?.data?.types.find((each) => each.type === name);
    }
    group_named(id) {
        return this.groups?.find((each) => each.id === id);
    }
}
export const house = new House();
