/** What the user can set, and the hub's address made of it. Pure. */

/**
 * @typedef {object} Settings
 * @property {string} host Where the hub listens.
 * @property {number} port On which port.
 * @property {boolean} auto_connect Connect when SillyTavern has started.
 * @property {number} stall_seconds A generation of which nothing has come for so long is said to be stalled.
 * @property {boolean} allow_read Programs may read the chat, streams, events and lists.
 * @property {boolean} allow_send They may send messages in the user's name.
 * @property {boolean} allow_buttons They may press what stands at messages and below the chat.
 * @property {boolean} allow_switch They may switch character, group, chat and persona.
 * @property {boolean} allow_generate They may generate outside the chat.
 * @property {boolean} allow_delete They may delete and rename.
 * @property {boolean} allow_scripts They may run slash commands and quick replies.
 * @property {boolean} allow_prompts They may read what is sent to the model.
 */

/** @type {Readonly<Settings>} */
export const DEFAULTS = Object.freeze({
    host: 'localhost',
    port: 8001,
    auto_connect: true,
    stall_seconds: 60,
    allow_read: true,
    allow_send: true,
    allow_buttons: true,
    allow_switch: true,
    allow_generate: false,
    allow_delete: false,
    allow_scripts: false,
    allow_prompts: false,
});

/**
 * The port that a user has typed.
 * @param {string} text What was typed.
 * @returns {number | null} Null if it is none.
 */
export function parsePort(text) {
    const port = Number(text.trim());
    return text.trim() !== '' && Number.isInteger(port) && port >= 1 && port <= 65535 ? port : null;
}

/**
 * The seconds that a user has typed.
 * @param {string} text What was typed.
 * @returns {number | null} Null if it is none.
 */
export function parseSeconds(text) {
    const seconds = Number(text.trim());
    return text.trim() !== '' && Number.isInteger(seconds) && seconds >= 1 && seconds <= 86400 ? seconds : null;
}

/**
 * The host that a user has typed, who may have pasted a whole address.
 * @param {string} text What was typed.
 * @returns {{host: string, port: number | null}} The port, where one was pasted too.
 */
export function parseHost(text) {
    const bare = text.trim().replace(/^[a-z]+:\/\//i, '').replace(/[/?#].*$/, '');
    const [, host, port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(bare) ?? [];
    return host === undefined ? { host: bare || DEFAULTS.host, port: null } : { host: host || DEFAULTS.host, port: parsePort(port) };
}

/**
 * The hub's address.
 * @param {Pick<Settings, 'host' | 'port'>} settings Host and port.
 * @returns {string}
 */
export function urlOf({ host, port }) {
    const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
    return `ws://${name}:${port}`;
}
