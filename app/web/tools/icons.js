// `virtual:icons`: of Lucide's 1,900 icons the few that src/lib/icons.txt names, as data.
import { readFileSync } from 'node:fs';

export function icons() {
    return {
        name: 'icons',
        resolveId: (id) => (id === 'virtual:icons' ? '\0icons' : null),
        load(id) {
            if (id !== '\0icons') return null;
            const names = readFileSync('src/lib/icons.txt', 'utf8').split('\n').filter(Boolean);
            const all = JSON.parse(readFileSync('node_modules/lucide-static/icon-nodes.json', 'utf8'));
            const missing = names.filter((name) => !all[name]);
            if (missing.length > 0) this.error(`Lucide has no ${missing.join(', ')}`);
            return `export default ${JSON.stringify(Object.fromEntries(names.map((name) => [name, all[name]])))}`;
        },
    };
}
