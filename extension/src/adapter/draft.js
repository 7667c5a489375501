/**
 * The user's draft in the input box, kept through what would eat it. SillyTavern takes the box's value when it generates, and
 * empties it. While a draft is guarded, scripts see an empty box and cannot change it; the page shows, and takes in, what the
 * user types. So nothing has to be put back, not even the caret.
 */

/** Guards one input box. */
export class DraftGuard {
    /** @param {() => HTMLTextAreaElement | null} find Finds the box. */
    constructor(find) {
        this.find = find;
        /** @type {HTMLTextAreaElement | null} */
        this.guarded = null;
    }

    /** Shows scripts an empty box. */
    on() {
        const box = this.guarded ?? this.find();
        if (box && !this.guarded) {
            this.guarded = box;
            Object.defineProperty(box, 'value', { configurable: true, get: () => '', set: () => { } });
        }
    }

    /** Shows them the draft again. */
    off() {
        const box = this.guarded;
        if (box) {
            this.guarded = null;
            delete (/** @type {{value?: string}} */ (box).value);
            // Those who go by the box's value (its height, the stored draft) have seen it empty.
            box.dispatchEvent(new Event('input', { bubbles: true }));
        }
    }
}
