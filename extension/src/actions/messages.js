/** Reading and changing the messages of the open chat. */

import { LIMITS, RequestError, pieceEnd, utf8Length, wellFormed } from '../protocol.js';
import { fieldText, fieldsOf } from '../message.js';

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const MESSAGES = Object.freeze({
    get_field: { needs: [], run: getField },
});

/**
 * A piece of a field that was too long to be sent.
 * @type {import('../work.js').Run}
 */
async function getField({ history }, { uid, field, offset = 0 }) {
    const message = history.messageOf(uid);
    const text = message && fieldText(fieldsOf(message), field);
    if (text === undefined) {
        const why = message ? 'this message has no such field' : 'no message of the open chat has this uid';
        throw new RequestError('not_found', why, message ? { field: field.slice(0, LIMITS.reasonCharacters) } : { uid: uid.slice(0, LIMITS.nameCharacters) });
    }
    const start = Math.min(Math.max(0, Math.trunc(offset)), text.length);
    let most = LIMITS.fieldPiece;
    let end = pieceEnd(text, start, most);
    while (utf8Length(JSON.stringify(text.slice(start, end))) > LIMITS.messageBytes) {
        most >>= 1;
        end = pieceEnd(text, start, most);
    }
    return { text: wellFormed(text.slice(start, end)), total: text.length, next: end < text.length ? end : null };
}
