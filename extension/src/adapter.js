/**
 * The only module that touches SillyTavern and its page. The context is a snapshot, so it is asked for anew at each use.
 */

import { DraftGuard } from './draft.js';
import { withoutMacros } from './macros.js';
import { LIMITS, RequestError, isObject, pieceEnd } from './protocol.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */

/**
 * Everything the adapter uses, for the test that holds it against a real SillyTavern.
 */
export const USED = Object.freeze({
    members: [
        'chat', 'characters', 'characterId', 'groups', 'groupId', 'getCurrentChatId', 'name1', 'name2', 'onlineStatus', 'mainApi',
        'getChatCompletionModel', 'chatCompletionSettings', 'textCompletionSettings', 'powerUserSettings', 'eventSource', 'eventTypes',
        'extensionSettings', 'saveSettingsDebounced', 'saveChat',
        'SlashCommandParser', 'generate', 'stopGeneration', 'reloadCurrentChat', 'swipe', 'deleteMessage', 'updateMessageBlock',
        'chatMetadata', 'getRequestHeaders', 'uuidv4', 'translate', 'renderExtensionTemplateAsync',
        'executeSlashCommandsWithOptions', 'generateQuietPrompt', 'generateRaw', 'getWorldInfoNames', 'saveMetadata', 'substituteParams',
        'maxContext', 'chatCompletionSettings', 'Popup', 'POPUP_TYPE', 'getThumbnailUrl',
    ],
    events: [
        'APP_READY', 'CHAT_CHANGED', 'GENERATION_STARTED', 'GENERATE_AFTER_DATA', 'STREAM_TOKEN_RECEIVED', 'GENERATION_ENDED',
        'GENERATION_STOPPED', 'MESSAGE_RECEIVED', 'IMPERSONATE_READY', 'MESSAGE_SENT', 'USER_MESSAGE_RENDERED',
        'CHARACTER_MESSAGE_RENDERED', 'MESSAGE_EDITED', 'MESSAGE_UPDATED', 'MESSAGE_DELETED', 'MESSAGE_SWIPED',
        'MESSAGE_SWIPE_DELETED', 'MESSAGE_FILE_EMBEDDED', 'MESSAGE_REASONING_EDITED', 'MESSAGE_REASONING_DELETED',
        'TOOL_CALLS_PERFORMED', 'GROUP_WRAPPER_STARTED', 'GROUP_WRAPPER_FINISHED', 'ONLINE_STATUS_CHANGED', 'MAIN_API_CHANGED',
        'CHATCOMPLETION_MODEL_CHANGED', 'CHATCOMPLETION_SOURCE_CHANGED', 'PERSONA_CHANGED', 'CHARACTER_EDITED',
    ],
    commands: [
        'send', 'regenerate', 'hide', 'unhide', 'branch-create', 'checkpoint-create',
        'note', 'note-depth', 'note-frequency', 'note-position', 'note-role', 'world', 'getglobalbooks',
    ],
    elements: ['#send_textarea', '#extensions_settings2', '#file_form_input', '#version_display', '#extension_floating_prompt'],
});

const SETTINGS_KEY = 'chatbridge';

/** SillyTavern, as far as the bridge needs it. */
export class Tavern {
    constructor() {
        this.draft = new DraftGuard(() => document.querySelector('#send_textarea'));
        /** @type {[string, (...args: any[]) => void][]} */
        this.listeners = [];
        /** @type {MutationObserver[]} */
        this.observers = [];
        /** @type {Set<import('./script.js').ScriptControl>} The scripts that run for us. */
        this.scripts = new Set();
    }

    /** The context of this moment. */
    get context() {
        return SillyTavern.getContext();
    }

    // --- what is there ----------------------------------------------------------------------------------------------

    /**
     * The live array of the open chat.
     * @returns {LiveMessage[]}
     */
    messages() {
        return this.context.chat;
    }

    /**
     * The open chat's id.
     * @returns {string | null}
     */
    chatId() {
        return this.context.getCurrentChatId() ?? null;
    }

    /** Which chat is open. */
    chatRef() {
        const { characters, characterId, groups, groupId, name1 } = this.context;
        const id = this.chatId();
        const group = groupId ? groups.find((/** @type {{id: string}} */ item) => item.id === groupId) : undefined;
        const character = !groupId && characterId !== undefined ? characters[characterId] : undefined;
        return {
            id,
            title: id ?? '',
            kind: id === null ? 'none' : groupId ? 'group' : 'solo',
            character: id === null ? null : character?.name ?? null,
            avatar: id === null ? null : character?.avatar ?? null,
            group: id === null ? null : group?.name ?? null,
            persona: name1 || null,
        };
    }

    /** What SillyTavern is doing, without the kind of what it generates. */
    state() {
        const context = this.context;
        const { character, group, persona } = this.chatRef();
        const online = this.isOnline();
        const model = context.mainApi === 'openai' ? context.getChatCompletionModel?.() : context.onlineStatus;
        return {
            st_version: document.querySelector('#version_display')?.textContent?.match(/\d+\.\d+\.\d+\S*/)?.[0] ?? '',
            online,
            model: online && typeof model === 'string' ? model : '',
            character,
            group,
            persona,
            generating: this.isGenerating(),
        };
    }

    /** Whether the page says that it generates. */
    isGenerating() {
        return document.body.dataset.generating === 'true';
    }

    /** Whether a streamed reply is there and not saved yet: what is begun before then is cut off when it is. */
    isSaving() {
        return this.processor()?.isFinished === true;
    }

    /** Whether a language model is connected. */
    isOnline() {
        return this.context.onlineStatus !== 'no_connection';
    }

    /** Whether a swipe is on its way or a message is edited in its place. */
    isSwiping() {
        return (this.context.swipe?.state?.() ?? 'none') !== 'none';
    }

    /**
     * What a popup asks that waits for a human. One that only shows something holds nothing up.
     * @returns {string | null} The beginning of its text; null if there is none.
     */
    popup() {
        const { Popup, POPUP_TYPE } = this.context;
        /** @type {any[]} */
        const all = Popup?.util?.popups ?? [];
        const open = all.filter(({ dlg, type }) => dlg?.hasAttribute('open') && !dlg.hasAttribute('closing') && type !== POPUP_TYPE.DISPLAY);
        if (!open.length) {
            return null;
        }
        const text = (open.at(-1).content?.innerText ?? '').replace(/\s+/g, ' ').trim();
        return text.slice(0, pieceEnd(text, 0, LIMITS.nameCharacters)) || 'a popup without words';
    }

    /**
     * SillyTavern's own view of the streamed reply.
     * @returns {import('./stream.js').Processor | null}
     */
    processor() {
        return this.context.streamingProcessor ?? null;
    }

    /**
     * Whether SillyTavern may take what the model says for reasoning.
     * @param {string} text What it says.
     * @returns {boolean}
     */
    mayTakeForReasoning(text) {
        const { auto_parse: parses, prefix } = this.context.powerUserSettings?.reasoning ?? {};
        return parses === true && typeof prefix === 'string' && (text.startsWith(prefix) || prefix.startsWith(text));
    }

    /** Whether SillyTavern's settings say that text comes bit by bit, as far as extensions can see them. */
    streams() {
        const { mainApi, chatCompletionSettings, textCompletionSettings } = this.context;
        return Boolean(mainApi === 'openai' ? chatCompletionSettings?.stream_openai : mainApi === 'textgenerationwebui' && textCompletionSettings?.streaming);
    }

    /** Who speaks: the user and the character. */
    names() {
        const { name1, name2 } = this.context;
        return { user: String(name1 ?? ''), character: String(name2 ?? '') };
    }

    /** A new id. */
    uuid() {
        return String(this.context.uuidv4());
    }

    /**
     * Whether SillyTavern has something.
     * @param {string} need A function of its context, like `saveChat` or `swipe.to`; `command:` and a slash command; or `global:`
     *   and a variable of the page.
     * @returns {boolean}
     */
    has(need) {
        const [, kind, name] = /^(?:(command|global):)?(.*)$/.exec(need) ?? [];
        if (kind === 'global') {
            return Boolean(/** @type {any} */ (globalThis)[name]);
        }
        const part = kind === 'command'
            ? this.context.SlashCommandParser?.commands?.[name]?.callback
            : name.split('.').reduce((whole, step) => whole?.[step], this.context);
        return typeof part === 'function';
    }

    /**
     * Runs a slash command without the parser, so that nothing in its text is taken for script.
     * @param {string} name The command.
     * @param {Record<string, string>} named Its named arguments.
     * @param {string} text Its text; numbers, too, are given as text.
     * @returns {Promise<unknown>} What it returns.
     */
    async command(name, named, text) {
        return await this.context.SlashCommandParser.commands[name].callback(named, text);
    }

    /** All slash commands; one that has aliases stands there several times. */
    get commands() {
        return Object.values(this.context.SlashCommandParser.commands);
    }

    /**
     * What a person reads of HTML. Nothing in it is run or loaded.
     * @param {string} html The HTML.
     * @returns {string}
     */
    plainText(html) {
        return new DOMParser().parseFromString(html, 'text/html').body.textContent ?? '';
    }

    // --- what happens -----------------------------------------------------------------------------------------------

    /**
     * Listens to an event; those that this SillyTavern does not have are left alone.
     * @param {string} name The event's name in `eventTypes`.
     * @param {(...args: any[]) => void} listener Returns at once: SillyTavern waits for it, token by token.
     * @param {boolean} [first] Before all other listeners.
     */
    on(name, listener, first = false) {
        const { eventSource, eventTypes } = this.context;
        const event = eventTypes[name];
        if (event) {
            this.listeners.push([event, listener]);
            first ? eventSource.makeFirst(event, listener) : eventSource.on(event, listener);
        }
    }

    /**
     * What SillyTavern emits for an event.
     * @param {string} name Its key in `eventTypes`, or another extension's own name for one.
     * @returns {string}
     */
    eventOf(name) {
        const { eventTypes } = this.context;
        return Object.hasOwn(eventTypes, name) ? eventTypes[name] : name;
    }

    /**
     * SillyTavern's key for an event.
     * @param {string} name The key itself, or what is emitted.
     * @returns {string | null} Null for an event of another extension's.
     */
    keyOf(name) {
        const { eventTypes } = this.context;
        return Object.hasOwn(eventTypes, name) ? name : Object.keys(eventTypes).find((key) => eventTypes[key] === name) ?? null;
    }

    /**
     * Listens to whatever is emitted by a name.
     * @param {string} event What is emitted.
     * @param {(...args: any[]) => void} listener Returns at once.
     */
    hook(event, listener) {
        this.listeners.push([event, listener]);
        this.context.eventSource.on(event, listener);
    }

    /**
     * Stops listening.
     * @param {(...args: any[]) => void} listener The listener.
     */
    off(listener) {
        const { eventSource } = this.context;
        this.listeners = this.listeners.filter(([event, item]) => {
            if (item === listener) {
                eventSource.removeListener(event, item);
            }
            return item !== listener;
        });
    }

    /**
     * Watches whether the page says that it generates, the errors it shows, and its popups.
     * @param {(generating: boolean) => void} onGenerating Told of each change.
     * @param {(text: string) => void} onError Told of each error's words.
     * @param {() => void} onPopup Told when one may have come or gone.
     */
    watch(onGenerating, onError, onPopup) {
        const generating = new MutationObserver(() => onGenerating(this.isGenerating()));
        generating.observe(document.body, { attributes: true, attributeFilter: ['data-generating'] });
        const look = (/** @type {Iterable<Node>} */ nodes) => {
            for (const node of nodes) {
                const toast = node instanceof Element && node.matches('.toast-error') ? node : null;
                const text = toast?.querySelector('.toast-message')?.textContent?.trim();
                if (text) {
                    onError(text);
                }
            }
        };
        const toasts = new MutationObserver((records) => records.forEach((record) => look(record.addedNodes)));
        // The place for toasts is made for the first one, and thrown away after the last.
        const places = new MutationObserver((records) => {
            if (records.some((record) => [...record.addedNodes, ...record.removedNodes].some((node) => node instanceof HTMLDialogElement))) {
                onPopup();
            }
            for (const node of records.flatMap((record) => [...record.addedNodes])) {
                if (node instanceof Element && node.id === 'toast-container') {
                    look(node.childNodes);
                    toasts.observe(node, { childList: true });
                }
            }
        });
        places.observe(document.body, { childList: true });
        const place = document.getElementById('toast-container');
        if (place) {
            toasts.observe(place, { childList: true });
        }
        this.observers.push(generating, toasts, places);
    }

    /** Stops listening and watching. */
    dispose() {
        const { eventSource } = this.context;
        this.listeners.forEach(([event, listener]) => eventSource.removeListener(event, listener));
        this.listeners = [];
        this.observers.forEach((observer) => observer.disconnect());
        this.observers = [];
        this.draft.off();
    }

    // --- what can be done -------------------------------------------------------------------------------------------

    /**
     * Adds a message of the user's, exactly as it is. SillyTavern's own way replaces macros and may apply scripts to the text: it is
     * given the text with the macros broken up, and before the message is shown the text is set right and saved again.
     * @param {string} text The text.
     * @returns {Promise<{at: number, message: LiveMessage}>}
     */
    async addUserMessage(text) {
        const chat = this.messages();
        const harmless = withoutMacros(text);
        /** @type {LiveMessage | null} */
        let stored = null;
        let mended = false;
        const onSent = (/** @type {number} */ at) => {
            const message = chat[at];
            if (!stored && message?.is_user && at === chat.length - 1) {
                stored = message;
                mended = message.mes !== text;
                message.mes = text;
            }
        };
        const files = this.#setAsideFiles();
        this.on('MESSAGE_SENT', onSent, true);
        try {
            await this.command('send', {}, harmless);
        } finally {
            this.off(onSent);
            files?.();
        }
        const message = /** @type {LiveMessage | null} */ (stored);
        const at = message ? chat.lastIndexOf(message) : -1;
        if (!message || at < 0 || message.mes !== text) {
            throw new RequestError('failed', 'SillyTavern did not store the message', { reason: 'not_stored' });
        }
        if (mended) {
            await this.context.saveChat();
        }
        return { at, message };
    }

    /**
     * Sets aside the files that the user has attached to the draft, which are not the new message's.
     * @returns {(() => void) | null} Puts them back; null if there are none.
     */
    #setAsideFiles() {
        const input = document.querySelector('#file_form_input');
        if (!(input instanceof HTMLInputElement) || !input.files?.length) {
            return null;
        }
        const transfer = new DataTransfer();
        [...input.files].forEach((file) => transfer.items.add(file));
        input.value = '';
        return () => {
            input.files = transfer.files;
            input.dispatchEvent(new Event('change', { bubbles: true }));
        };
    }

    /**
     * Has the open chat answered. Ends when the reply, or in a group all of them, are there.
     * @returns {Promise<unknown>}
     */
    reply() {
        return this.#keepingDraft(() => this.context.generate('normal', { automatic_trigger: true }));
    }

    /**
     * Has the last reply generated again.
     * @returns {Promise<unknown>}
     */
    regenerate() {
        return this.#keepingDraft(() => this.command('regenerate', { await: 'true' }, ''));
    }

    /**
     * Has the last message written on.
     * @returns {Promise<unknown>}
     */
    continueReply() {
        return this.#keepingDraft(() => this.context.generate('continue'));
    }

    /**
     * Has a message written in the user's name. SillyTavern writes it into its box as it comes; the draft there is kept.
     * @returns {Promise<string | null>} Null if nothing came.
     */
    async impersonate() {
        /** @type {string | null} */
        let written = null;
        const onReady = (/** @type {unknown} */ text) => {
            written = String(text ?? '');
        };
        this.on('IMPERSONATE_READY', onReady, true);
        this.draft.on();
        try {
            await this.context.generate('impersonate');
        } finally {
            this.off(onReady);
            this.draft.off();
        }
        return written;
    }

    /**
     * Puts a text in the draft's place.
     * @param {string} text The text.
     * @returns {boolean} Whether it stands there.
     */
    setDraft(text) {
        const box = document.querySelector('#send_textarea');
        if (!(box instanceof HTMLTextAreaElement)) {
            return false;
        }
        box.value = text;
        box.dispatchEvent(new Event('input', { bubbles: true }));
        return box.value === text.replace(/\r\n?/g, '\n');
    }

    /** Presses Stop, and ends the scripts that run for us. */
    stop() {
        this.scripts.forEach((script) => script.abort('Stop was pressed', true));
        this.context.stopGeneration();
    }

    /**
     * Saves the open chat. It ends in the same way if SillyTavern could not.
     * @returns {Promise<unknown>}
     */
    save() {
        return this.context.saveChat();
    }

    /** Whether nobody in the open group may speak: SillyTavern would say something empty in the user's name instead. */
    isMuted() {
        const { groups, groupId } = this.context;
        const group = groupId ? groups.find((/** @type {{id: string}} */ item) => item.id === groupId) : undefined;
        return Boolean(group) && group.members.every((/** @type {string} */ member) => group.disabled_members?.includes(member));
    }

    /**
     * Whether the page shows a message; of a long chat it shows the end only.
     * @param {number} at The message's index.
     * @returns {boolean}
     */
    isShown(at) {
        return document.querySelector(`#chat .mes[mesid="${at}"]`) !== null;
    }

    /**
     * Whether the user is editing a message, or its reasoning.
     * @param {number} [at] The message's index; left out: any.
     * @returns {boolean}
     */
    isEditing(at = undefined) {
        const row = at === undefined ? '.mes' : `.mes[mesid="${at}"]`;
        return document.querySelector(`#chat ${row} :is(.edit_textarea, .reasoning_edit_textarea)`) !== null;
    }

    /**
     * Shows a message that was changed, and tells the other extensions.
     * @param {number} at Its index.
     * @param {LiveMessage} message The message.
     * @param {string[]} events What was done.
     * @returns {Promise<void>}
     */
    async showEdited(at, message, events) {
        const { eventSource, eventTypes, updateMessageBlock } = this.context;
        for (const name of events) {
            await eventSource.emit(eventTypes[name], at);
        }
        if (this.isShown(at)) {
            updateMessageBlock(at, message);
        }
        await eventSource.emit(eventTypes.MESSAGE_UPDATED, at);
    }

    /**
     * Runs a script in such a way that Stop ends it.
     * @template T
     * @param {import('./script.js').ScriptControl} control Ends it.
     * @param {() => Promise<T>} run Runs it.
     * @returns {Promise<T>}
     */
    async script(control, run) {
        this.scripts.add(control);
        try {
            return await run();
        } finally {
            this.scripts.delete(control);
        }
    }

    /** Empties the author's note, for which its slash command has no words. */
    clearAuthorsNote() {
        const box = document.querySelector('#extension_floating_prompt');
        if (box instanceof HTMLTextAreaElement) {
            box.value = '';
            box.dispatchEvent(new Event('input', { bubbles: true }));
        }
    }

    /** SillyTavern's quick replies; undefined where that extension is switched off. */
    get quickReplies() {
        return /** @type {any} */ (globalThis).quickReplyApi;
    }

    /**
     * Loads the open chat again, as the server has it.
     * @returns {Promise<unknown>}
     */
    reloadChat() {
        return this.context.reloadCurrentChat();
    }

    /**
     * Asks SillyTavern's server, where its page has no function for it.
     * @param {string} path The address.
     * @param {Record<string, unknown>} body What it is asked.
     * @returns {Promise<any>} What it answers.
     * @throws {RequestError} failed: it refused.
     */
    async post(path, body) {
        const headers = this.context.getRequestHeaders();
        const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body), cache: 'no-cache' });
        if (!response.ok) {
            const why = `SillyTavern's server refused: it answered ${response.status} to ${path}`;
            throw new RequestError('failed', why, { reason: `http ${response.status}` });
        }
        return await response.json();
    }

    /**
     * A picture as SillyTavern's server keeps it for its lists.
     * @param {'avatar' | 'persona'} type Of what.
     * @param {string} file Its key.
     * @returns {Promise<Blob>}
     * @throws {RequestError} not_found: there is none.
     */
    async thumbnail(type, file) {
        const response = await fetch(this.context.getThumbnailUrl(type, file));
        if (!response.ok) {
            throw new RequestError('not_found', `SillyTavern's server has no picture for it: it answered ${response.status}`);
        }
        return await response.blob();
    }

    /**
     * Opens a group. SillyTavern has no function for it, and `/go` knows names only and takes a character for the group: an entry of
     * its list of groups is clicked, one of our own, because the list shows but a page of them.
     * @param {string} id The group's id.
     */
    openGroup(id) {
        const entry = document.createElement('div');
        entry.className = 'group_select';
        entry.hidden = true;
        entry.dataset.grid = id;
        document.body.append(entry);
        entry.click();
        entry.remove();
    }

    /**
     * Generates with the draft guarded wherever SillyTavern would take it: from each start, of which a group has one for each
     * speaker, until the prompt is built.
     * @param {() => Promise<unknown>} generate Starts it.
     * @returns {Promise<unknown>}
     */
    async #keepingDraft(generate) {
        const onStarted = (/** @type {unknown} */ type, /** @type {unknown} */ options, /** @type {boolean} */ dryRun) => {
            if (!dryRun) {
                this.draft.on();
            }
        };
        const onPrompted = (/** @type {unknown} */ data, /** @type {boolean} */ dryRun) => {
            if (!dryRun) {
                this.draft.off();
            }
        };
        this.on('GENERATION_STARTED', onStarted, true);
        this.on('GENERATE_AFTER_DATA', onPrompted, true);
        this.draft.on();
        try {
            return await generate();
        } finally {
            this.off(onStarted);
            this.off(onPrompted);
            this.draft.off();
        }
    }

    // --- settings and page ------------------------------------------------------------------------------------------

    /**
     * The extension's place in SillyTavern's settings, with what is missing filled in.
     * @template {Record<string, unknown>} T
     * @param {Readonly<T>} defaults What each setting is at first; a saved one of another type is not used.
     * @returns {T}
     */
    settings(defaults) {
        const all = this.context.extensionSettings;
        const mine = isObject(all[SETTINGS_KEY]) ? all[SETTINGS_KEY] : all[SETTINGS_KEY] = {};
        for (const [key, value] of Object.entries(defaults)) {
            if (typeof mine[key] !== typeof value) {
                mine[key] = value;
            }
        }
        return /** @type {T} */ (mine);
    }

    /** Saves the settings soon. */
    saveSettings() {
        this.context.saveSettingsDebounced();
    }

    /** Removes the settings. */
    forgetSettings() {
        delete this.context.extensionSettings[SETTINGS_KEY];
        this.context.saveSettingsDebounced();
    }

    /**
     * A text in the user's language.
     * @param {string} english The text.
     * @param {string} key The key of its translation.
     * @returns {string}
     */
    translate(english, key) {
        return this.context.translate?.(english, key) ?? english;
    }

    /**
     * Puts the settings panel into the page.
     * @param {string} folder The extension's folder as SillyTavern names it.
     * @returns {Promise<HTMLElement | null>} Null if SillyTavern could not read the template.
     */
    async addPanel(folder) {
        const html = await this.context.renderExtensionTemplateAsync(folder, 'index');
        const place = document.querySelector('#extensions_settings2');
        if (typeof html !== 'string' || !place) {
            return null;
        }
        const panel = document.createElement('div');
        panel.id = 'chatbridge_settings';
        panel.className = 'extension_container';
        panel.innerHTML = html;
        place.append(panel);
        return panel;
    }
}
