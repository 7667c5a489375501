/** Whether a generation has fallen silent. SillyTavern waits for a model without end, and only the user can stop it. Pure. */

/**
 * @typedef {object} SilenceOptions
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {() => number} now Milliseconds.
 * @property {() => number} seconds How long a silence may be.
 * @property {() => void} onChange Told when `stalled` has changed.
 */

/** Listens to one generation after another for signs of life. */
export class Silence {
    /** @param {SilenceOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        this.stalled = false;
        this.generating = false;
        this.heard = 0;
        this.timer = 0;
    }

    /**
     * What the page says.
     * @param {boolean} generating Whether it generates.
     */
    watch(generating) {
        if (generating !== this.generating) {
            this.generating = generating;
            this.sign();
        }
    }

    /** Something has come, or began, or ended. */
    sign() {
        this.heard = this.options.now();
        if (this.stalled || !this.generating || !this.timer) {
            this.again();
        }
    }

    /** Looks anew, as when another silence is allowed. */
    again() {
        const { timers, now, seconds, onChange } = this.options;
        timers.clear(this.timer);
        this.timer = 0;
        const left = seconds() * 1000 - (now() - this.heard);
        const stalled = this.generating && left <= 0;
        if (this.generating && !stalled) {
            // A timer may come a little early.
            this.timer = timers.set(() => this.again(), Math.max(50, left));
        }
        if (stalled !== this.stalled) {
            this.stalled = stalled;
            onChange();
        }
    }
}
