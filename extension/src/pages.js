/** Sends the open chat page by page, in slices, as fast as the line takes them. Pure. */

import { LIMITS } from './protocol.js';
import { beginSlice, goOn } from './slice.js';

/** The pages that are still to be sent. */
export class Pages {
    /**
     * @param {import('./ledger.js').Ledger} ledger What the hub has.
     * @param {import('./held.js').Held} held The message that is being generated.
     */
    constructor(ledger, held) {
        this.ledger = ledger;
        this.held = held;
        this.pumping = false;
    }

    /** Sends the newest page, even of an empty chat, and then the others. */
    begin() {
        if (this.ledger.online) {
            this.#send();
            this.pump();
        }
    }

    /** Sends what is left. */
    pump() {
        if (!this.pumping) {
            this.pumping = true;
            this.ledger.options.timers.soon(() => this.#turn());
        }
    }

    #turn() {
        const { ledger } = this;
        this.pumping = false;
        if (!ledger.online || ledger.sentFrom === 0 || !ledger.isOpen) {
            return;
        }
        if (ledger.options.backlog() <= LIMITS.backlogBytes) {
            this.#send();
        }
        this.pumping = true;
        goOn(ledger.options, () => this.#turn());
    }

    #send() {
        this.ledger.sendPage((message) => this.held.fieldsOf(message), beginSlice(this.ledger.options.now));
    }
}
