/** The debug log: the last lines, bounded. Never holds texts of messages, nor tokens. Pure. */

/** @typedef {{at: Date, text: string}} LogLine */

/** The last lines, oldest first. */
export class Log {
    /** @param {number} most How many lines are kept. */
    constructor(most = 500) {
        this.most = most;
        /** @type {LogLine[]} */
        this.lines = [];
        /** @type {((line: LogLine | null) => void) | null} Told of each line, and with null that all are gone. */
        this.onLine = null;
    }

    /**
     * Adds a line.
     * @param {string} text The line.
     */
    add(text) {
        const line = { at: new Date(), text };
        this.lines.push(line);
        if (this.lines.length > this.most) {
            this.lines.splice(0, this.lines.length - this.most);
        }
        this.onLine?.(line);
    }

    /** Forgets all lines. */
    clear() {
        this.lines = [];
        this.onLine?.(null);
    }

    /**
     * A line as it is shown and copied.
     * @param {LogLine} line The line.
     * @returns {string}
     */
    static format(line) {
        const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
        return `${two(line.at.getHours())}:${two(line.at.getMinutes())}:${two(line.at.getSeconds())}  ${line.text}`;
    }
}
