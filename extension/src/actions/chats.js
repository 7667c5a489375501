/** The chats of a character or group: listed, opened, made, closed, renamed, deleted. */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const CHATS = Object.freeze({});
