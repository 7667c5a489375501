/** What can be done here: one action for each request of request-table.js, by group. */

import { CHATS } from './chats.js';
import { CONTEXT } from './context.js';
import { MESSAGES } from './messages.js';
import { PEOPLE } from './people.js';
import { POWER } from './power.js';
import { SWIPES } from './swipes.js';
import { TALK } from './talk.js';

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const ACTIONS = Object.freeze({ ...TALK, ...SWIPES, ...MESSAGES, ...CHATS, ...PEOPLE, ...CONTEXT, ...POWER });
