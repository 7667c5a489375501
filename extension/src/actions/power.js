/** What can do anything, or costs money: scripts, and generation outside the chat. */

import { hasChangingMacro } from '../macros.js';
import { RequestError } from '../protocol.js';
import { runScript, scriptResult } from '../script.js';
import { commandsOf, describe } from './commands.js';
import { named, partOf } from './listing.js';

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const POWER = Object.freeze({
    run_command: { needs: ['executeSlashCommandsWithOptions'], run: runCommand },
    list_commands: { needs: ['SlashCommandParser'], run: listCommands },
    generate_quiet: { needs: ['generateQuietPrompt', 'stopGeneration'], run: generateQuiet },
    generate_raw: { needs: ['generateRaw', 'stopGeneration'], run: generateRaw },
});

/**
 * Runs slash commands.
 * @type {import('../work.js').Run}
 */
async function runCommand(work, { script, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ needsChat: false, ifBusy });
    const end = await runScript(work, (abortController) => tavern.context.executeSlashCommandsWithOptions(script, {
        handleParserErrors: false,
        handleExecutionErrors: false,
        source: 'ChatBridge',
        abortController,
    }));
    return scriptResult(end, /** @type {any} */ (end.value)?.pipe);
}

/**
 * The slash commands.
 * @type {import('../work.js').Run}
 */
async function listCommands({ tavern }, { search, start, limit }) {
    const commands = named(commandsOf(tavern.commands), search);
    const { part, total, next } = partOf(commands, { start, limit }, (one) => describe(one, (html) => tavern.plainText(html)));
    return { commands: part, total, next };
}

/**
 * Has a text written with the open chat as its context.
 * @type {import('../work.js').Run}
 */
async function generateQuiet(work, { prompt, length, if_busy: ifBusy }) {
    const { tavern } = work;
    refuseChanging(prompt);
    await work.ready({ generates: true, ifBusy });
    return { text: await written(work, () => tavern.context.generateQuietPrompt({ quietPrompt: prompt, responseLength: length ?? null })) };
}

/**
 * Has a text written with nothing but this for its prompt.
 * @type {import('../work.js').Run}
 */
async function generateRaw(work, { prompt, system, length, if_busy: ifBusy }) {
    const { tavern } = work;
    const messages = typeof prompt === 'string' ? [prompt] : prompt.map((/** @type {{content?: unknown}} */ { content }) => String(content ?? ''));
    [...messages, system ?? ''].forEach(refuseChanging);
    await work.ready({ generates: true, needsChat: false, ifBusy });
    return { text: await written(work, () => tavern.context.generateRaw({ prompt, systemPrompt: system ?? '', responseLength: length ?? null })) };
}

/**
 * Refuses a prompt that SillyTavern would act on when it reads it.
 * @param {string} text The prompt.
 */
function refuseChanging(text) {
    if (hasChangingMacro(text)) {
        throw new RequestError('unsupported', 'the prompt holds a macro that changes a variable or bans words; SillyTavern would run it', { reason: 'macro' });
    }
}

/**
 * Waits for a text to be written.
 * @param {import('../work.js').Work} work What the actions share.
 * @param {() => Promise<unknown>} start Starts it.
 * @returns {Promise<string>}
 * @throws {RequestError} failed: it was stopped, threw, or is empty; forbidden.
 */
async function written(work, start) {
    const { tavern } = work;
    let stopped = false;
    const onStopped = () => {
        stopped = true;
    };
    tavern.events.on('GENERATION_STOPPED', onStopped);
    try {
        const outcome = await work.run(start, 'the model did not answer in 29 minutes').catch((error) => {
            tavern.talk.stop();
            throw error;
        });
        const text = String(outcome.value ?? '');
        if (stopped) {
            throw new RequestError('failed', 'the generation was stopped', { reason: 'stopped' });
        }
        if (outcome.error !== null || text.trim() === '') {
            const reason = outcome.error ?? 'the model has written nothing';
            throw new RequestError('failed', `SillyTavern: ${reason}`, { reason });
        }
        return text;
    } finally {
        tavern.events.off(onStopped);
    }
}
