/**
 * ChatBridge: shares SillyTavern's live chat with a desktop program, which this page connects to.
 * Only wiring and the hooks that the manifest names; the work is done in src/.
 */

import { Tavern } from './src/adapter/tavern.js';
import { Bridge } from './src/bridge.js';
import { Log } from './src/log.js';
import { Panel } from './src/panel.js';
import { DEFAULTS, urlOf } from './src/settings.js';
import { createTimers } from './src/timer.js';
import { conflictText, statusText } from './src/words.js';

const TOKEN_KEY = 'chatbridge_token';

/** The folder as SillyTavern names it, whatever the user has called it. */
const FOLDER = decodeURIComponent(new URL('.', import.meta.url).pathname).replace(/^.*\/scripts\/extensions\//, '').replace(/\/$/, '');

/** @type {{dispose: () => void} | null} */
let running = null;

/** Starts the extension. */
export async function activate() {
    if (running) {
        return;
    }
    const tavern = new Tavern();
    const log = new Log();
    const settings = tavern.home.settings(DEFAULTS);
    /** @type {Panel | null} */
    let panel = null;
    const stop = new AbortController();
    const bridge = new Bridge({
        tavern,
        timers: createTimers(),
        target: () => ({ url: urlOf(settings), token: localStorage.getItem(TOKEN_KEY) ?? '' }),
        onStatus: (status) => {
            const text = statusText(status, location, (english, key) => tavern.home.translate(english, key));
            log.add(text);
            panel?.show(status.state, text);
        },
        permits: (permission) => settings[/** @type {const} */ (`allow_${permission}`)],
        stallSeconds: () => settings.stall_seconds,
        onConflict: (conflict) => panel?.warn(conflictText(conflict, (english, key) => tavern.home.translate(english, key)), conflict.stale),
        log: (text) => log.add(text),
    });
    running = {
        dispose() {
            stop.abort();
            bridge.dispose();
            panel?.remove();
            running = null;
        },
    };
    const root = await tavern.home.addPanel(FOLDER);
    if (root && !stop.signal.aborted) {
        panel = new Panel({
            root,
            settings,
            onSettings: () => {
                tavern.home.saveSettings();
                bridge.silence.again();
            },
            onPermission: () => {
                tavern.home.saveSettings();
                bridge.permissionsChanged();
            },
            onAddress: () => bridge.connection.wanted && bridge.connection.connect(),
            token: () => localStorage.getItem(TOKEN_KEY) ?? '',
            onToken: (token) => token ? localStorage.setItem(TOKEN_KEY, token) : localStorage.removeItem(TOKEN_KEY),
            onConnect: () => bridge.connection.connect(),
            onDisconnect: () => bridge.connection.disconnect(),
            onReloadChat: () => bridge.requests.reloadChat(),
            log,
        });
        bridge.connection.disconnect();
    }
    const { signal } = stop;
    const wake = () => bridge.connection.wake();
    addEventListener('online', wake, { signal });
    addEventListener('focus', wake, { signal });
    addEventListener('pageshow', wake, { signal });
    addEventListener('pagehide', () => bridge.connection.sleep(), { signal });
    document.addEventListener('visibilitychange', () => document.hidden || wake(), { signal });
    document.addEventListener('resume', wake, { signal });
    tavern.events.on('APP_READY', () => {
        if (settings.auto_connect) {
            bridge.connection.connect();
        }
    });
}

/** Stops; SillyTavern reloads the page next. */
export function disable() {
    running?.dispose();
}

/** The extension is being deleted: leaves nothing behind. */
export function remove() {
    clean();
}

/** Removes all that was saved. */
export function clean() {
    running?.dispose();
    localStorage.removeItem(TOKEN_KEY);
    new Tavern().home.forgetSettings();
}
