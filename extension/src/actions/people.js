/** Who there is to talk with, and as whom. */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const PEOPLE = Object.freeze({});
