/** Opening another chat: not before SillyTavern is done with the last one, and done when it is there. */

import { RequestError } from '../protocol.js';

/** @typedef {import('../work.js').Work} Work */
/** @typedef {import('../adapter/tavern.js').Tavern} Tavern */

const REST_PATIENCE = 5000;
const PATIENCE = 10000;
/** SillyTavern begins to save this long after it was told to, and then saves what is there by then to whatever is open by then. */
const SAVE_BEGINS = 150;

/**
 * Watches chats being opened. SillyTavern waits for each listener in turn: the first hears that one is there, the last that all
 * others have done their part, some of which load the chat once more.
 */
class Watch {
    /** @param {Tavern} tavern SillyTavern. */
    constructor(tavern) {
        this.tavern = tavern;
        this.begun = 0;
        this.ended = 0;
        /** SillyTavern found nothing and began a chat. */
        this.isNew = false;
        const fresh = () => {
            this.isNew = true;
        };
        const begin = () => {
            this.begun += 1;
        };
        const end = () => {
            this.ended += 1;
        };
        this.listeners = [fresh, begin, end];
        tavern.events.on('CHAT_CREATED', fresh);
        tavern.events.on('GROUP_CHAT_CREATED', fresh);
        tavern.events.on('CHAT_CHANGED', begin, true);
        tavern.events.on('CHAT_CHANGED', end);
    }

    /** Whether a chat was opened, and everybody has taken it in. */
    isOver() {
        return this.begun > 0 && this.begun === this.ended;
    }

    /** Stops watching. */
    stop() {
        this.listeners.forEach((listener) => this.tavern.events.off(listener));
    }
}

/**
 * Waits until the open chat is loaded and nothing is being saved. A chat that is opened while another one is on its way gets that
 * one's messages, and what is asked for while SillyTavern saves is refused without a word.
 * @param {Work} work The page.
 * @returns {Promise<void>}
 * @throws {RequestError} busy.
 */
export async function settle(work) {
    const { history } = work;
    if (!await work.until(() => !history.online || history.flush(), REST_PATIENCE)) {
        throw new RequestError('busy', 'SillyTavern is loading a chat', { reason: 'loading' });
    }
    await work.untilSaved();
    await work.until(() => false, SAVE_BEGINS);
    await work.untilSaved();
}

/**
 * Refuses while a new character is being written: SillyTavern would save that one in place of the one that is selected.
 * @param {Tavern} tavern SillyTavern.
 * @throws {RequestError} busy.
 */
export function refuseWhileCreating(tavern) {
    if (tavern.context.menuType === 'create') {
        throw new RequestError('busy', 'a new character is being written in SillyTavern: finish it there, or leave that panel', { reason: 'creating' });
    }
}

/**
 * Opens a chat, or has it loaded anew, and sees that it is there.
 * @param {Work} work The page.
 * @param {object} what What is to be done.
 * @param {() => unknown} what.run Does it; what it returns is waited for.
 * @param {() => boolean} what.isThere Whether the wanted chat is the open one.
 * @param {number} [what.messages] How many messages it has on disk.
 * @returns {Promise<{chat: import('../ledger.js').ChatRef}>} What is open now.
 * @throws {RequestError} busy, failed.
 */
export async function switchChat(work, { run, isThere, messages = 0 }) {
    const { tavern, history } = work;
    await settle(work);
    const watch = new Watch(tavern);
    try {
        await work.done(run);
        await work.untilDone(() => watch.isOver() && isThere(), PATIENCE);
        await work.until(() => !history.online || history.flush(), REST_PATIENCE);
        if (!watch.isOver() || !isThere()) {
            const why = 'SillyTavern did not open it, or another chat was opened there at the same time';
            throw new RequestError('failed', why, { reason: 'not_switched', open: tavern.chatId() });
        }
        if (messages > 0 && (watch.isNew || !tavern.messages().length)) {
            const why = 'SillyTavern could not load the chat and began it anew; its file may be overwritten: look there';
            throw new RequestError('failed', why, { reason: 'not_loaded', open: tavern.chatId() });
        }
    } finally {
        watch.stop();
    }
    return { chat: tavern.chatRef() };
}
