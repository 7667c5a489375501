/** Running scripts, and ending them early. */

import { LIMITS, RequestError, pageOf } from './protocol.js';
import { beginningOf } from './failure.js';

/**
 * The handle by which a running script is ended, in the shape that SillyTavern's script runner takes: it looks at
 * `signal` between two commands; the command that runs is not interrupted. `/abort` uses it, too.
 */
export class ScriptControl extends EventTarget {
    constructor() {
        super();
        this.signal = { aborted: false, paused: false, reason: '', isQuiet: false };
    }

    /**
     * Ends the script before its next command.
     * @param {string} [reason] Why.
     * @param {boolean} [isQuiet] Whether SillyTavern says nothing of it.
     */
    abort(reason = '', isQuiet = false) {
        Object.assign(this.signal, { aborted: true, reason: String(reason), isQuiet });
        this.dispatchEvent(new Event('abort'));
    }

    /**
     * Holds the script before its next command.
     * @param {string} [reason] Why.
     */
    pause(reason = '') {
        Object.assign(this.signal, { paused: true, reason: String(reason) });
        this.dispatchEvent(new Event('pause'));
    }

    /**
     * Lets it go on.
     * @param {string} [reason] Why.
     */
    continue(reason = '') {
        Object.assign(this.signal, { paused: false, reason: String(reason) });
        this.dispatchEvent(new Event('continue'));
    }
}

/** How long a popup that a script opens may wait for somebody. */
const HUMAN_PATIENCE = 60000;
/** How long after its end was asked for a script may still be in the midst of a command. */
const ABORT_PATIENCE = 2000;

/**
 * Runs a script to its end, which Stop, the user's permission or a popup that nobody answers may bring early.
 * @param {import('./work.js').Work} work What the actions share.
 * @param {(control: ScriptControl) => Promise<unknown>} run Runs it; gives what it returns.
 * @returns {Promise<{value: unknown, aborted: boolean, reason: string}>}
 * @throws {RequestError} failed, with its words; needs_attention; forbidden.
 */
export async function runScript(work, run) {
    const { tavern, history, options: { timers } } = work;
    const control = new ScriptControl();
    const givenUp = new Promise((resolve) => {
        control.addEventListener('abort', () => timers.set(() => resolve(undefined), ABORT_PATIENCE));
    });
    const start = () => tavern.talk.script(control, () => Promise.race([run(control), givenUp]));
    const late = 'the script did not come to its end in 29 minutes; the rest of it is not run';
    const outcome = await work.run(start, late, HUMAN_PATIENCE).catch((error) => {
        control.abort('ChatBridge has ended the script', true);
        if (tavern.isGenerating()) {
            tavern.talk.stop();
        }
        throw error;
    });
    history.flush();
    const { aborted, reason } = control.signal;
    if (outcome.error !== null && !aborted) {
        throw new RequestError('failed', `the script: ${outcome.error}`, { reason: outcome.error });
    }
    return { value: outcome.value, aborted, reason: aborted ? beginningOf(reason, LIMITS.reasonCharacters) : '' };
}

/**
 * What is answered of a script.
 * @param {{aborted: boolean, reason: string}} end How it ended.
 * @param {unknown} pipe What it returned.
 * @returns {Record<string, unknown>}
 */
export function scriptResult({ aborted, reason }, pipe) {
    const { text, total } = pageOf(typeof pipe === 'string' ? pipe : '', 0);
    return { pipe: text, total, aborted, reason };
}
