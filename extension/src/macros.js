/**
 * SillyTavern's macros in a text that is to arrive as it is. Pure.
 *
 * Nothing in the text is replaced when it is stored. When a prompt is built SillyTavern replaces the macros in every message, whoever
 * wrote it; most then only say something else to the model. Those that change something are not for others to send.
 */

const CHANGING = /\{\{[\s!?~#>/]*(?:(?:set|add|inc|dec|delete|flush)(?:global)?var|banned\b)/i;
/** A macro that begins with a variable changes it if an operator that does so comes before it ends. */
const VARIABLE = /\{\{[\s!?~#>/]*[.$]/;
const OPERATOR = /\+\+|--|[+-]=|\?\?=|\|\|=|(?<![=!<>])=(?!=)/;

/**
 * The text with all that SillyTavern would replace in it broken up. It reads the same, and holds no macro.
 * @param {string} text Any text.
 * @returns {string}
 */
export function withoutMacros(text) {
    return text.replace(/[{}<\\]/g, '$&\u2060');
}

/**
 * Whether a text holds a macro that changes a variable, or bans words, when a prompt is built.
 * @param {string} text Any text.
 * @returns {boolean}
 */
export function hasChangingMacro(text) {
    return CHANGING.test(text) || text.split('}').some((part) => {
        // The first is enough, and looked at but once: a text may be millions of beginnings without an end.
        const found = VARIABLE.exec(part);
        return found !== null && OPERATOR.test(part.slice(found.index + found[0].length));
    });
}
