/** Swipes: the other versions of the last message. */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const SWIPES = Object.freeze({});
