/** The words for what the connection is doing. Pure. */

import { CLOSE_REASONS, VERSION } from './protocol.js';

/** @typedef {(english: string, key: string) => string} Translate */

/**
 * One sentence or more for each code of a status; `${name}` stands for a parameter.
 * @type {Readonly<Record<string, string>>}
 */
export const SENTENCES = Object.freeze({
    disconnected: 'Disconnected',
    connecting: 'Connecting to ${url} …',
    connected: 'Connected to ${server} ${version} at ${url}',
    unreachable: 'No ChatBridge server answers at ${url}. Is the program running, and on this port?',
    closed_early: 'Something at ${url} closed the connection at once. It may be another program (VTube Studio uses port 8001, too), or ChatBridge does not let this page in: see its log.',
    no_welcome: 'Something at ${url} took the connection but did not answer. It may be another program: VTube Studio uses port 8001, too.',
    no_hub: 'Something at ${url} answered, but it is not ChatBridge. It may be another program: VTube Studio uses port 8001, too.',
    silent: 'Nothing was heard from ${url} for 20 seconds.',
    lost: 'The connection to ${url} was lost.',
    bad_address: 'This address cannot be used: ${url} (${reason})',
    retry: 'Trying again in ${seconds} s.',
    mixed_content: 'This page was loaded by https, and the browser does not let it reach ${url} without encryption. Open SillyTavern by http, or run ChatBridge on the computer with the browser and use the host localhost.',
    local_network: 'This page comes from a public address. The browser asks for permission to reach this computer or its network: allow it in the site\'s settings (“local network”). It cannot be allowed to a page loaded by plain http.',
    stranger: 'If it is running, its window asks whether to let this page in: answer there.',
    versions: 'The versions differ: this extension is ${mine}, the program ${theirs}. Update the older one.',
    conflict: 'This chat is open in another tab, too: ${tabs}. SillyTavern lets each tab overwrite what the other has saved, and messages are lost without a word. Close it in one of them.',
    conflict_follows: 'What is sent from ChatBridge goes to the other tab.',
    conflict_stale: 'It was changed there since this tab loaded it: what stands here is out of date.',
    token: 'Enter the token that the ChatBridge window shows.',
});

/**
 * What each permission is called in the panel.
 * @type {Readonly<Record<import('./request-table.js').Permission, string>>}
 */
export const PERMISSION_LABELS = Object.freeze({
    read: 'Read the chat',
    send: 'Send messages',
    buttons: 'Press the chat\'s buttons',
    switch: 'Switch chats',
    generate: 'Generate outside the chat',
    delete: 'Delete and rename',
    scripts: 'Run scripts',
    prompts: 'Read prompts',
});

/**
 * Where the page comes from.
 * @typedef {object} Place
 * @property {string} protocol As `location.protocol`.
 * @property {string} hostname As `location.hostname`.
 */

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[?::1\]?)$/i;
const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[?f[cd]|\[?fe80)|^[^.:]+$|\.(local|lan|home|internal|home\.arpa)$/i;

/**
 * Whether a host is this computer.
 * @param {string} host Its name or number.
 * @returns {boolean}
 */
export function isLoopback(host) {
    return LOOPBACK.test(host);
}

/**
 * Whether a page comes from a public address, as far as its name tells.
 * @param {string} host Its name or number.
 * @returns {boolean}
 */
export function isPublic(host) {
    return !isLoopback(host) && !PRIVATE.test(host);
}

/**
 * Puts parameters into a sentence.
 * @param {string} sentence With `${name}` where one goes.
 * @param {Record<string, string | number>} params The parameters.
 * @returns {string}
 */
function fill(sentence, params) {
    return sentence.replace(/\$\{(\w+)\}/g, (_, name) => String(params[name] ?? ''));
}

/**
 * What a status says to the user.
 * @param {import('./connection.js').Status} status The status.
 * @param {Place} place Where the page comes from.
 * @param {Translate} translate Says it in the user's language.
 * @returns {string}
 */
export function statusText({ code, params }, place, translate) {
    const say = (/** @type {string} */ name) => fill(translate(SENTENCES[name], `chatbridge_status_${name}`), params);
    const parts = [];
    const row = code.startsWith('close_') ? CLOSE_REASONS[Number(code.slice(6))] : undefined;
    if (row) {
        parts.push(translate(row.meaning, row.key));
        if (code === 'close_4002') {
            parts.push(say('token'));
        }
    } else {
        parts.push(say(code));
    }
    const host = hostOf(String(params.url ?? ''));
    const failed = code === 'unreachable' || code === 'bad_address';
    if (failed && place.protocol === 'https:' && !isLoopback(host)) {
        parts.push(say('mixed_content'));
    } else if (failed && isPublic(place.hostname) && !isPublic(host)) {
        parts.push(say('local_network'));
    }
    if (code === 'unreachable' && place.hostname && !isLoopback(place.hostname)) {
        parts.push(say('stranger'));
    }
    if (code === 'connected' && params.version && params.version !== VERSION) {
        parts.push(fill(translate(SENTENCES.versions, 'chatbridge_status_versions'), { mine: VERSION, theirs: params.version }));
    }
    if (params.seconds) {
        parts.push(say('retry'));
    }
    return parts.join(' ');
}

/**
 * What is said of other tabs with the same chat.
 * @param {import('./bridge.js').Conflict} conflict How this tab stands.
 * @param {Translate} translate Says it in the user's language.
 * @returns {string} Empty if there are none.
 */
export function conflictText({ others, stale, leads }, translate) {
    if (!others.length) {
        return '';
    }
    const names = ['conflict', ...(stale ? ['conflict_stale'] : []), ...(leads ? [] : ['conflict_follows'])];
    const tabs = others.map((name) => `“${name}”`).join(', ');
    return names.map((name) => fill(translate(SENTENCES[name], `chatbridge_status_${name}`), { tabs })).join(' ');
}

/**
 * The host of an address.
 * @param {string} url The address.
 * @returns {string}
 */
function hostOf(url) {
    try {
        return new URL(url).hostname;
    } catch {
        return '';
    }
}
