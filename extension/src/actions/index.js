/** What can be done here: one action for each request of request-table.js, by group. */

import { MESSAGES } from './messages.js';
import { TALK } from './talk.js';

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const ACTIONS = Object.freeze({ ...TALK, ...MESSAGES });
