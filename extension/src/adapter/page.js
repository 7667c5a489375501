/** SillyTavern's page: what it shows, and what is done by hand in it where SillyTavern has no function. */

/** The document, as far as it is SillyTavern's. */
export class Page {
    constructor() {
        /** @type {MutationObserver[]} */
        this.observers = [];
    }

    /** Whether the page says that it generates. */
    get generating() {
        return document.body.dataset.generating === 'true';
    }

    /** SillyTavern's version; empty if the page does not say. */
    get version() {
        return document.querySelector('#version_display')?.textContent?.match(/\d+\.\d+\.\d+\S*/)?.[0] ?? '';
    }

    /**
     * Whether the page shows a message; of a long chat it shows the end only.
     * @param {number} at The message's index.
     * @returns {boolean}
     */
    isShown(at) {
        return document.querySelector(`#chat .mes[mesid="${at}"]`) !== null;
    }

    /**
     * Whether the user is editing a message, or its reasoning.
     * @param {number} [at] The message's index; left out: any.
     * @returns {boolean}
     */
    isEditing(at = undefined) {
        const row = at === undefined ? '.mes' : `.mes[mesid="${at}"]`;
        return document.querySelector(`#chat ${row} :is(.edit_textarea, .reasoning_edit_textarea)`) !== null;
    }

    /**
     * Watches whether the page says that it generates, the errors it shows, and its popups.
     * @param {(generating: boolean) => void} onGenerating Told of each change.
     * @param {(text: string) => void} onError Told of each error's words.
     * @param {() => void} onPopup Told when one may have come or gone.
     */
    watch(onGenerating, onError, onPopup) {
        const generating = new MutationObserver(() => onGenerating(this.generating));
        generating.observe(document.body, { attributes: true, attributeFilter: ['data-generating'] });
        // When one toast goes, SillyTavern puts the place with the others into the page anew.
        const told = new WeakSet();
        const look = (/** @type {Iterable<Node>} */ nodes) => {
            for (const node of nodes) {
                const toast = node instanceof Element && node.matches('.toast-error') && !told.has(node) ? node : null;
                const text = toast?.querySelector('.toast-message')?.textContent?.trim();
                if (toast && text) {
                    told.add(toast);
                    onError(text);
                }
            }
        };
        const toasts = new MutationObserver((records) => records.forEach((record) => look(record.addedNodes)));
        // The place for toasts is made for the first one, and thrown away after the last.
        const places = new MutationObserver((records) => {
            if (records.some((record) => [...record.addedNodes, ...record.removedNodes].some((node) => node instanceof HTMLDialogElement))) {
                onPopup();
            }
            for (const node of records.flatMap((record) => [...record.addedNodes])) {
                if (node instanceof Element && node.id === 'toast-container') {
                    look(node.childNodes);
                    toasts.observe(node, { childList: true });
                }
            }
        });
        places.observe(document.body, { childList: true });
        const place = document.getElementById('toast-container');
        if (place) {
            toasts.observe(place, { childList: true });
        }
        this.observers.push(generating, toasts, places);
    }

    /** Stops watching. */
    unwatch() {
        this.observers.forEach((observer) => observer.disconnect());
        this.observers = [];
    }

    /**
     * Puts a text in the draft's place.
     * @param {string} text The text.
     * @returns {boolean} Whether it stands there.
     */
    setDraft(text) {
        const box = document.querySelector('#send_textarea');
        if (!(box instanceof HTMLTextAreaElement)) {
            return false;
        }
        box.value = text;
        box.dispatchEvent(new Event('input', { bubbles: true }));
        return box.value === text.replace(/\r\n?/g, '\n');
    }

    /** Empties the author's note, for which its slash command has no words. */
    clearAuthorsNote() {
        const box = document.querySelector('#extension_floating_prompt');
        if (box instanceof HTMLTextAreaElement) {
            box.value = '';
            box.dispatchEvent(new Event('input', { bubbles: true }));
        }
    }

    /**
     * Sets aside the files that the user has attached to the draft, which are not the new message's.
     * @returns {(() => void) | null} Puts them back; null if there are none.
     */
    setAsideFiles() {
        const input = document.querySelector('#file_form_input');
        if (!(input instanceof HTMLInputElement) || !input.files?.length) {
            return null;
        }
        const transfer = new DataTransfer();
        [...input.files].forEach((file) => transfer.items.add(file));
        input.value = '';
        return () => {
            input.files = transfer.files;
            input.dispatchEvent(new Event('change', { bubbles: true }));
        };
    }

    /**
     * Opens a group. SillyTavern has no function for it, and `/go` knows names only and takes a character for the group: an entry of
     * its list of groups is clicked, one of our own, because the list shows but a page of them.
     * @param {string} id The group's id.
     */
    openGroup(id) {
        const entry = document.createElement('div');
        entry.className = 'group_select';
        entry.hidden = true;
        entry.dataset.grid = id;
        document.body.append(entry);
        entry.click();
        entry.remove();
    }

    /**
     * Puts the settings panel into the page.
     * @param {string} html What it holds.
     * @returns {HTMLElement | null} Null if there is no place for it.
     */
    addPanel(html) {
        const place = document.querySelector('#extensions_settings2');
        if (!place) {
            return null;
        }
        const panel = document.createElement('div');
        panel.id = 'chatbridge_settings';
        panel.className = 'extension_container';
        panel.innerHTML = html;
        place.append(panel);
        return panel;
    }
}
