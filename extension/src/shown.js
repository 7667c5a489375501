/**
 * What SillyTavern shows of a reply that streams. It makes the model's words over before it shows them: scripts rewrite
 * them, reasoning is taken out, an open quotation is closed. It does so a few times a second, after it has told of the
 * words, and never for the last ones of a stream that is held up. Pure; costs the same however long the texts are.
 */

const TAIL = 256;
/** What SillyTavern puts where the reply will stand. */
const PLACEHOLDER = '...';
/** What SillyTavern puts behind a text in which they are open, the last of them first. */
const CLOSERS = ['\n~~~', '\n```', '"', '*'];

/**
 * Whether one text is the beginning of another, judged by its length and its end.
 * @param {string} text The longer text.
 * @param {string} beginning The shorter text.
 * @returns {boolean}
 */
function begins(text, beginning) {
    const { length } = beginning;
    const from = Math.max(0, length - TAIL);
    return text.length >= length && text.slice(from, length) === beginning.slice(from);
}

/**
 * Whether nothing but white space is left of a text.
 * @param {string} text The text.
 * @param {number} from Where the rest begins.
 * @returns {boolean}
 */
function blankFrom(text, from) {
    return !/\S/.test(text.slice(from));
}

/**
 * How much of the model's words SillyTavern shows, if it has changed nothing in them.
 * @param {string} shown What it shows.
 * @param {string} raw What the model has said.
 * @returns {number | null} Null if it has.
 */
function shownOf(shown, raw) {
    let words = shown;
    for (const closer of ['', ...CLOSERS]) {
        if (words.endsWith(closer)) {
            words = words.slice(0, words.length - closer.length);
            if (begins(raw, words)) {
                return words.length;
            }
        }
    }
    return null;
}

/** Follows one reply. */
export class ShownText {
    /** @param {string} kept The old text, if it is continued. */
    constructor(kept) {
        this.kept = kept;
        this.text = '';
        /** SillyTavern has changed nothing but the end. */
        this.plain = true;
    }

    /**
     * Looks at the message.
     * @param {string} mes Its text.
     * @param {string} raw What the model has said.
     * @param {{behind: boolean, ahead: boolean}} how SillyTavern has not shown the last of it yet; it will not as long as
     *     nothing more comes, so that somebody else has to.
     * @returns {string} What follows the kept text; if SillyTavern has changed that, nothing is kept any longer.
     */
    look(mes, raw, { behind, ahead }) {
        const part = this.#part(mes, raw);
        const waiting = part === null;
        const shown = part ?? '';
        const length = shownOf(shown, raw);
        const all = length !== null && blankFrom(raw, length);
        if (length === null || !(all || behind || waiting)) {
            this.plain = false;
            this.text = shown;
        } else if (this.plain && (ahead || (all && length === shown.length))) {
            this.text = raw;
        } else if (!this.plain || !behind || !begins(this.text, shown.slice(0, length)) || !begins(raw, this.text)) {
            this.text = shown;
        }
        return this.text;
    }

    /**
     * The message's text without the kept one.
     * @param {string} mes The message's text.
     * @param {string} raw What the model has said.
     * @returns {string | null} Null while there is but the placeholder.
     */
    #part(mes, raw) {
        const { kept } = this;
        if (begins(mes, kept)) {
            const part = mes.slice(kept.length);
            return part === PLACEHOLDER && !raw.startsWith(PLACEHOLDER) ? null : part;
        }
        if (begins(kept, mes) && blankFrom(kept, mes.length)) {
            return '';
        }
        this.kept = '';
        this.plain = false;
        return mes;
    }
}
