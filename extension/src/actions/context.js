/** What stands around the chat: the author's note, world info, quick replies, the prompt. */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const CONTEXT = Object.freeze({});
