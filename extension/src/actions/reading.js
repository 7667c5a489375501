/** Reading the messages of the open chat. */

import { LIMITS, RequestError, pageOf } from '../protocol.js';
import { fieldText, fieldsOf, writeSwipe } from '../message.js';
import { oneNamed } from './naming.js';

/** @typedef {import('../work.js').Work} Work */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const READING = Object.freeze({
    get_messages: { needs: [], run: getMessages },
    get_message: { needs: [], run: getMessage },
    get_field: { needs: [], run: getField },
});

/** What stands around the messages of an answer, in bytes. */
const ENVELOPE = 2048;
const LOADING_PATIENCE = 10000;

/**
 * A range of messages, as many as fit into a frame.
 * @type {import('../work.js').Run}
 */
async function getMessages(work, { start, limit = 100 }) {
    const { history } = work;
    await chatLoaded(work);
    const { known } = history;
    const total = known.length;
    const first = Math.min(typeof start === 'number' ? Math.trunc(start) : Math.max(0, total - limit), total);
    const end = Math.min(total, first + limit);
    history.flush(Array.from({ length: end - first }, (_, i) => first + i));
    const messages = [];
    let bytes = ENVELOPE;
    let next = first;
    while (next < end) {
        const written = history.written(known[next]);
        bytes += written.bytes + 1;
        if (bytes > LIMITS.pageBytes && messages.length) {
            break;
        }
        messages.push(JSON.parse(written.json));
        next += 1;
    }
    return { chat_id: history.chat.id, revision: history.revision, total, start: first, messages, next: next < total ? next : null };
}

/**
 * A message with its swipes, as many as fit into a frame.
 * @type {import('../work.js').Run}
 */
async function getMessage(work, { uid, at: place, swipe = 0 }) {
    const { history } = work;
    await chatLoaded(work);
    const { at, message } = oneNamed(work, { uid, at: place });
    if (!history.known.includes(message)) {
        throw new RequestError('not_found', 'this message is being generated; it is there when its stream has ended', { at });
    }
    const written = history.written(message, LIMITS.messageBytes >> 1);
    const count = Array.isArray(message.swipes) ? message.swipes.length : 0;
    const swipes = [];
    let bytes = ENVELOPE + written.bytes;
    let next = swipe;
    while (next < count) {
        const one = writeSwipe(message, next, LIMITS.messageBytes >> 2);
        bytes += one.bytes + 1;
        if (bytes > LIMITS.pageBytes) {
            break;
        }
        swipes.push(JSON.parse(one.json));
        next += 1;
    }
    return { at, message: JSON.parse(written.json), swipes, next: next < count ? next : null };
}

/**
 * A piece of a field that was too long to be sent.
 * @type {import('../work.js').Run}
 */
async function getField({ history }, { uid, field, offset = 0 }) {
    const message = history.messageOf(uid);
    const text = message && fieldText(/^swipe(s|_info)\b/.test(field) ? message : fieldsOf(message), field);
    if (text === undefined) {
        const why = message ? 'this message has no such field' : 'no message of the open chat has this uid';
        throw new RequestError('not_found', why, message ? { field: field.slice(0, LIMITS.reasonCharacters) } : { uid: uid.slice(0, LIMITS.nameCharacters) });
    }
    return pageOf(text, offset);
}

/**
 * Waits for the chat that is being loaded.
 * @param {Work} work The page.
 * @returns {Promise<void>}
 * @throws {RequestError} no_chat, failed.
 */
async function chatLoaded(work) {
    if (work.tavern.chatId() === null) {
        throw new RequestError('no_chat', 'no chat is open in SillyTavern: open one there first');
    }
    if (!await work.until(() => !work.history.online || work.history.flush(), LOADING_PATIENCE)) {
        throw new RequestError('failed', 'SillyTavern is still loading the chat', { reason: 'loading' });
    }
}
