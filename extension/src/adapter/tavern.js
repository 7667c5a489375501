/**
 * SillyTavern. Only the modules of this folder know its page; the context is a snapshot, so it is asked for anew at each use.
 */

import { beginningOf } from '../failure.js';
import { LIMITS, RequestError } from '../protocol.js';
import { Home } from './home.js';
import { Listeners } from './listeners.js';
import { Page } from './page.js';
import { Talk } from './talk.js';

/** @typedef {import('../message.js').LiveMessage} LiveMessage */

/** SillyTavern, as far as the bridge needs it. */
export class Tavern {
    constructor() {
        this.page = new Page();
        this.events = new Listeners(this);
        this.talk = new Talk(this);
        this.home = new Home(this);
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
        const { characters, characterId, groupId, name1 } = this.context;
        const id = this.chatId();
        const character = !groupId && characterId !== undefined ? characters[characterId] : undefined;
        return {
            id,
            title: id ?? '',
            kind: id === null ? 'none' : groupId ? 'group' : 'solo',
            character: id === null ? null : character?.name ?? null,
            avatar: id === null ? null : character?.avatar ?? null,
            group: id === null ? null : this.#group()?.name ?? null,
            persona: name1 || null,
        };
    }

    /** The open group; undefined where none is. */
    #group() {
        const { groups, groupId } = this.context;
        return groupId ? groups.find((/** @type {{id: string}} */ item) => item.id === groupId) : undefined;
    }

    /** What SillyTavern is doing, without the kind of what it generates. */
    state() {
        const context = this.context;
        const { character, group, persona } = this.chatRef();
        const online = this.isOnline();
        const model = context.mainApi === 'openai' ? context.getChatCompletionModel?.() : context.onlineStatus;
        return {
            st_version: this.page.version,
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
        return this.page.generating;
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

    /** Whether nobody in the open group may speak: SillyTavern would say something empty in the user's name instead. */
    isMuted() {
        const group = this.#group();
        return Boolean(group) && group.members.every((/** @type {string} */ member) => group.disabled_members?.includes(member));
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
        return beginningOf(text, LIMITS.nameCharacters) || 'a popup without words';
    }

    /**
     * SillyTavern's own view of the streamed reply.
     * @returns {import('../stream.js').Processor | null}
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

    /** SillyTavern's quick replies; undefined where that extension is switched off. */
    get quickReplies() {
        return /** @type {any} */ (globalThis).quickReplyApi;
    }

    // --- what can be done -------------------------------------------------------------------------------------------

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

    /**
     * Saves the open chat. It ends in the same way if SillyTavern could not.
     * @returns {Promise<unknown>}
     */
    save() {
        return this.context.saveChat();
    }

    /**
     * Waits until nothing is being saved.
     * @returns {Promise<boolean>} False if SillyTavern is at it for longer than it waits itself.
     */
    async saved() {
        try {
            // It opens nothing, but it waits first for what is being saved: nothing else in SillyTavern's context tells of that.
            await this.context.openGroupChat('', '');
            return true;
        } catch {
            return false;
        }
    }

    /**
     * Loads the open chat again, as the server has it.
     * @returns {Promise<unknown>}
     */
    reloadChat() {
        return this.context.reloadCurrentChat();
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
        if (this.page.isShown(at)) {
            updateMessageBlock(at, message);
        }
        await eventSource.emit(eventTypes.MESSAGE_UPDATED, at);
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

    /** Stops listening and watching. */
    dispose() {
        this.events.allOff();
        this.page.unwatch();
        this.talk.draft.off();
    }
}
