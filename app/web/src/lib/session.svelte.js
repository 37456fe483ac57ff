// Who this tab is to the daemon: a launch code out of the address is swapped for a cookie and two keys (app/web/DOOR.md).
// They are kept beside the address's port, so a second tab is at home at once.
export const session = $state({ state: 'beginning' }); // beginning, open, locked, over, away

const kept = { token: 'staffroom-token', key: 'staffroom-key' };
export const token = () => localStorage.getItem(kept.token);
export const file_key = () => localStorage.getItem(kept.key);

export function forget() {
    localStorage.removeItem(kept.token);
    localStorage.removeItem(kept.key);
    session.state = 'over';
}

export async function begin() {
    const launch = location.hash.match(/^#launch=([^&]+)/)?.[1];
    if (launch) {
        history.replaceState(null, '', '#/');
        dispatchEvent(new HashChangeEvent('hashchange'));
        try {
            const answer = await fetch('/session', {
                method: 'POST',
                headers: { 'Content-Type': 'application/json' },
                body: JSON.stringify({ launch: decodeURIComponent(launch) }),
            });
            const given = await answer.json();
            if (given.ok) {
                localStorage.setItem(kept.token, given.token);
                localStorage.setItem(kept.key, given.key);
            }
        } catch {
            session.state = 'away';
            return;
        }
    }
    session.state = token() ? 'open' : 'over';
}
