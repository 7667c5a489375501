/** Swipes: the other versions of the last message. */

import { RequestError } from '../protocol.js';
import { verify } from '../failure.js';
import { Later } from '../work.js';

/** @typedef {import('../message.js').LiveMessage} LiveMessage */
/** @typedef {import('../work.js').Work} Work */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const SWIPES = Object.freeze({
    swipe: { needs: ['swipe.to', 'saveChat', 'openGroupChat'], run: swipe },
    delete_swipe: { needs: ['deleteMessage', 'saveChat', 'openGroupChat'], run: deleteSwipe },
});

/**
 * Shows another version of the last message, or has one generated.
 * @type {import('../work.js').Run}
 */
async function swipe(work, { direction, to, uid, wait, if_busy: ifBusy }) {
    const { tavern } = work;
    const [goes, names] = [typeof direction === 'string', typeof to === 'number'];
    if (goes === names) {
        const expected = 'one of direction and to';
        const got = goes ? 'both' : 'neither';
        throw new RequestError('bad_field', `swipe: expected ${expected}, got ${got}`, { field: 'content.direction', expected, got });
    }
    await work.ready({ ifBusy });
    const { at, message } = swipeable(work, uid);
    const { shown, count } = standing(message);
    let target = names ? to : direction === 'right' ? shown + 1 : (shown || count) - 1;
    const generates = target === count && canGenerate(work, at, message);
    if (goes && target === count && !generates) {
        // SillyTavern goes round.
        target = 0;
    }
    if (target > count || (target === count && !generates)) {
        throw new RequestError('not_found', `the last message has no version ${target}`, { swipe: target, swipe_count: count });
    }
    if (target === shown && goes) {
        throw new RequestError('not_found', 'the last message has no other version', { swipe_count: count });
    }
    const { swipe } = tavern.context;
    const options = { source: 'swipe_picker', forceMesId: at, forceSwipeId: target };
    const go = () => swipe.to(null, target > shown ? 'right' : 'left', options);
    if (generates) {
        work.needModel();
        return generateSwipe(work, message, target, go, wait === 'reply');
    }
    if (target !== shown) {
        await work.done(go);
        verify(standing(message).shown === target, 'SillyTavern does not show the version');
        await work.save();
        await work.tell([at]);
    }
    return { swipe_id: target, swipe_count: count, generated: false, message: work.stored(message) };
}

/**
 * Has another version generated.
 * @param {Work} work The page.
 * @param {LiveMessage} message The last message.
 * @param {number} target The new version's index.
 * @param {() => Promise<unknown>} go Starts it.
 * @param {boolean} waits Whether to wait for the end.
 * @returns {Promise<Record<string, unknown> | Later>}
 */
async function generateSwipe(work, message, target, go, waits) {
    const generation = work.generate('swipe', go);
    if (!waits) {
        await work.begun(generation);
        if (!generation.ended) {
            return { swipe_id: target, swipe_count: target + 1, generated: true, message: null };
        }
    }
    const over = async () => {
        const { outcome, error } = await work.outcome(generation);
        const { shown, count } = standing(message);
        return { swipe_id: shown, swipe_count: count, generated: true, message: work.stored(message), outcome, error };
    };
    return new Later(over());
}

/**
 * Deletes one version of the last message.
 * @type {import('../work.js').Run}
 */
async function deleteSwipe(work, { swipe, uid, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ ifBusy });
    const { at, message } = swipeable(work, uid);
    const { shown, count } = standing(message);
    const index = typeof swipe === 'number' ? swipe : shown;
    if (index >= count) {
        throw new RequestError('not_found', `the last message has no version ${index}`, { swipe: index, swipe_count: count });
    }
    if (count < 2) {
        throw new RequestError('unsupported', 'the only version of a message cannot be deleted; delete the message', { reason: 'only_one' });
    }
    const left = message.swipes.filter((/** @type {string} */ text, /** @type {number} */ i) => i !== index);
    await work.done(() => tavern.context.deleteMessage(at, index));
    const texts = JSON.stringify(message.swipes);
    verify(texts === JSON.stringify(left) && tavern.messages()[at] === message, 'SillyTavern has not deleted the version');
    await work.save();
    await work.tell([at]);
    const now = standing(message);
    return { swipe_id: now.shown, swipe_count: now.count, message: work.stored(message) };
}

/**
 * The last message, if it can be swiped now. SillyTavern closes the editor in it without asking, and never gets out of a swipe
 * whose message it does not show.
 * @param {Work} work The page.
 * @param {unknown} uid A guard.
 * @returns {{at: number, message: LiveMessage}}
 * @throws {RequestError} not_found, stale_chat, busy.
 */
function swipeable({ tavern, history }, uid) {
    const messages = tavern.messages();
    const at = messages.length - 1;
    const message = messages[at];
    if (typeof uid === 'string' && (!message || history.messageOf(uid) !== message)) {
        throw new RequestError('stale_chat', 'this is not the last message any more; nothing was done', { uid });
    }
    if (!message || message.is_user || message.extra?.isSmallSys || message.extra?.swipeable === false || !tavern.page.isShown(at)) {
        throw new RequestError('not_found', 'the last message is none that has versions', { reason: 'not_swipeable' });
    }
    if (tavern.page.isEditing(at)) {
        throw new RequestError('busy', 'the last message is being edited in SillyTavern', { reason: 'editing' });
    }
    return { at, message };
}

/**
 * Where the versions of a message stand.
 * @param {LiveMessage} message The message.
 * @returns {{shown: number, count: number}}
 */
function standing(message) {
    const count = Array.isArray(message.swipes) && message.swipes.length ? message.swipes.length : 1;
    return { shown: Math.min(Math.max(0, Math.trunc(Number(message.swipe_id ?? 0)) || 0), count - 1), count };
}

/**
 * Whether SillyTavern generates when it is swiped past the end; a greeting that nobody has answered yet goes round.
 * @param {Work} work The page.
 * @param {number} at The message's index.
 * @param {LiveMessage} message The message.
 * @returns {boolean}
 */
function canGenerate({ tavern }, at, message) {
    const asked = message.extra?.overswipe_behavior;
    if (typeof asked === 'string') {
        return asked === 'regenerate';
    }
    return !message.is_system && (at > 0 || Boolean(tavern.context.chatMetadata?.tainted));
}
