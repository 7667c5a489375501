/** The settings panel: shows what the user has set and what the connection does. Texts go in as text, never as HTML. */

import { Log } from './log.js';
import { PERMISSIONS } from './request-table.js';
import { parseHost, parsePort, parseSeconds } from './settings.js';

/**
 * @typedef {object} PanelOptions
 * @property {HTMLElement} root The panel.
 * @property {import('./settings.js').Settings} settings What the user has set; changed in place.
 * @property {() => void} onSettings Told when they have changed.
 * @property {() => void} onPermission Told when something was granted or taken back.
 * @property {() => void} onAddress Told when the hub is to be found elsewhere.
 * @property {() => string} token The token for this browser.
 * @property {(token: string) => void} onToken Told when it has changed.
 * @property {() => void} onConnect Connect was pressed.
 * @property {() => void} onDisconnect Disconnect was pressed.
 * @property {() => void} onReloadChat The chat is to be loaded again.
 * @property {Log} log The debug log.
 */

/** The panel in SillyTavern's extension settings. */
export class Panel {
    /** @param {PanelOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        this.host = this.#input('chatbridge_host');
        this.port = this.#input('chatbridge_port');
        this.token = this.#input('chatbridge_token');
        this.autoConnect = this.#input('chatbridge_auto_connect');
        this.stallSeconds = this.#input('chatbridge_stall_seconds');
        this.permissions = PERMISSIONS.map((permission) => ({
            key: /** @type {const} */ (`allow_${permission}`),
            box: this.#input(`chatbridge_allow_${permission}`),
        }));
        this.conflict = this.#element('chatbridge_conflict');
        this.conflictText = this.#element('chatbridge_conflict_text');
        this.reloadChat = this.#element('chatbridge_reload_chat');
        this.status = this.#element('chatbridge_status');
        this.light = this.#element('chatbridge_light');
        this.lines = this.#element('chatbridge_log');
        this.#fill();
        this.#wire();
        options.log.lines.forEach((line) => this.#addLine(line));
        options.log.onLine = (line) => line ? this.#addLine(line) : this.lines.replaceChildren();
    }

    /**
     * An element of the panel.
     * @param {string} id Its id.
     * @returns {HTMLElement}
     */
    #element(id) {
        const element = this.options.root.querySelector(`#${id}`);
        if (!(element instanceof HTMLElement)) {
            throw new Error(`the settings panel has no #${id}`);
        }
        return element;
    }

    /**
     * An input of the panel.
     * @param {string} id Its id.
     * @returns {HTMLInputElement}
     */
    #input(id) {
        return /** @type {HTMLInputElement} */ (this.#element(id));
    }

    /** Shows the settings. */
    #fill() {
        const { settings, token } = this.options;
        this.host.value = settings.host;
        this.port.value = String(settings.port);
        this.autoConnect.checked = settings.auto_connect;
        this.stallSeconds.value = String(settings.stall_seconds);
        this.token.value = token();
        this.permissions.forEach(({ key, box }) => {
            box.checked = settings[key];
        });
    }

    #wire() {
        const { settings, onSettings, onPermission, onAddress, onToken, onConnect, onDisconnect, onReloadChat, log } = this.options;
        this.host.addEventListener('change', () => {
            const { host, port } = parseHost(this.host.value);
            settings.host = host;
            settings.port = port ?? settings.port;
            this.#fill();
            onSettings();
            onAddress();
        });
        this.port.addEventListener('change', () => {
            settings.port = parsePort(this.port.value) ?? settings.port;
            this.#fill();
            onSettings();
            onAddress();
        });
        this.autoConnect.addEventListener('input', () => {
            settings.auto_connect = this.autoConnect.checked;
            onSettings();
        });
        this.stallSeconds.addEventListener('change', () => {
            settings.stall_seconds = parseSeconds(this.stallSeconds.value) ?? settings.stall_seconds;
            this.#fill();
            onSettings();
        });
        this.permissions.forEach(({ key, box }) => box.addEventListener('input', () => {
            settings[key] = box.checked;
            onPermission();
        }));
        this.token.addEventListener('change', () => onToken(this.token.value.trim()));
        for (const input of [this.host, this.port, this.token]) {
            input.addEventListener('keydown', (event) => {
                if (event.key === 'Enter' && !event.isComposing) {
                    input.dispatchEvent(new Event('change'));
                    onConnect();
                }
            });
        }
        this.#press('chatbridge_connect', onConnect);
        this.#press('chatbridge_disconnect', onDisconnect);
        this.#press('chatbridge_reload_chat', onReloadChat);
        this.#press('chatbridge_log_clear', () => log.clear());
        this.#press('chatbridge_log_copy', () => this.#copy());
    }

    /**
     * Does something when a button is pressed, by key too.
     * @param {string} id The button's id.
     * @param {() => void} action What.
     */
    #press(id, action) {
        const button = this.#element(id);
        button.addEventListener('click', () => {
            if (button.getAttribute('aria-disabled') !== 'true') {
                action();
            }
        });
    }

    /** Copies the log, also where the page may not use the clipboard. */
    async #copy() {
        const text = this.options.log.lines.map(Log.format).join('\n');
        try {
            await navigator.clipboard.writeText(text);
        } catch {
            const box = document.createElement('textarea');
            box.value = text;
            this.lines.after(box);
            box.select();
            document.execCommand('copy');
            box.remove();
        }
    }

    /**
     * Shows what the connection does.
     * @param {import('./connection.js').ConnectionState} state In colour.
     * @param {string} text In words.
     */
    show(state, text) {
        this.status.dataset.state = state;
        this.status.textContent = text;
        this.light.dataset.state = state;
        this.light.classList.toggle('success', state === 'connected');
        this.#enable('chatbridge_connect', state !== 'connected');
        this.#enable('chatbridge_disconnect', state !== 'disconnected');
    }

    /**
     * Warns of other tabs with the same chat.
     * @param {string} text The warning; empty if there are none.
     * @param {boolean} stale The chat is to be loaded again here.
     */
    warn(text, stale) {
        this.conflict.hidden = text === '';
        this.conflictText.textContent = text;
        this.reloadChat.hidden = !stale;
    }

    /**
     * Enables or disables a button.
     * @param {string} id Its id.
     * @param {boolean} enabled Whether it may be pressed.
     */
    #enable(id, enabled) {
        const button = this.#element(id);
        button.classList.toggle('disabled', !enabled);
        button.setAttribute('aria-disabled', String(!enabled));
    }

    /**
     * Shows a line of the log.
     * @param {import('./log.js').LogLine} line The line.
     */
    #addLine(line) {
        const element = document.createElement('div');
        element.textContent = Log.format(line);
        const atEnd = this.lines.scrollTop + this.lines.clientHeight >= this.lines.scrollHeight - 4;
        this.lines.append(element);
        while (this.lines.childElementCount > this.options.log.most) {
            this.lines.firstElementChild?.remove();
        }
        if (atEnd) {
            this.lines.scrollTop = this.lines.scrollHeight;
        }
    }

    /** Takes the panel out of the page. */
    remove() {
        this.options.log.onLine = null;
        this.options.root.remove();
    }
}
