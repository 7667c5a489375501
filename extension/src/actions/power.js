/** What can do anything, or costs money: scripts, and generation outside the chat. */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const POWER = Object.freeze({});
