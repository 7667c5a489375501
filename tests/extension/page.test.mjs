import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Page } from '../../extension/src/adapter/page.js';

/** As much of a document as the watching of toasts needs. */
class FakeElement {
    constructor(className = '', text = '') {
        Object.assign(this, { className, textContent: text, id: '', childNodes: [], dataset: {} });
    }

    matches(selector) {
        return selector === `.${this.className}`;
    }

    querySelector() {
        return this;
    }
}

test('an error that the page shows is told of once, however often SillyTavern moves the place where it stands', () => {
    const observers = [];
    class FakeObserver {
        constructor(callback) {
            this.callback = callback;
            observers.push(this);
        }

        observe(target) {
            this.target = target;
        }
    }
    const body = new FakeElement();
    const document = { body, querySelector: () => null, getElementById: () => null };
    Object.assign(globalThis, { MutationObserver: FakeObserver, Element: FakeElement, HTMLDialogElement: class { }, document });
    const added = (target, ...addedNodes) => observers.filter((one) => one.target === target).forEach((one) => one.callback([{ addedNodes, removedNodes: [] }]));
    const errors = [];
    try {
        new Page().watch(() => { }, (text) => errors.push(text), () => { });
        const place = Object.assign(new FakeElement(), { id: 'toast-container' });
        const [first, second] = ['One', 'Two'].map((text) => new FakeElement('toast-error', text));
        place.childNodes.push(first);
        added(body, place);
        assert.deepEqual(errors, ['One']);
        place.childNodes.push(second);
        added(place, second);
        // The first is gone: the place comes again with what is left.
        place.childNodes.shift();
        added(body, place);
        assert.deepEqual(errors, ['One', 'Two']);
        added(place, new FakeElement('toast-error', 'Two'), new FakeElement('toast-info', 'Three'));
        assert.deepEqual(errors, ['One', 'Two', 'Two']);
    } finally {
        ['MutationObserver', 'Element', 'HTMLDialogElement', 'document'].forEach((name) => delete globalThis[name]);
    }
});
