import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fileName } from '../../extension/src/actions/chat-files.js';
import { chosen, isoTime, named, partOf } from '../../extension/src/actions/listing.js';
import { LIMITS, encode } from '../../extension/src/protocol.js';

const refusal = (run) => {
    try {
        run();
    } catch (error) {
        return [error.code, error.params];
    }
    return ['nothing', {}];
};

test('a list is had whole by going on from where each part ends', () => {
    const items = Array.from({ length: 7 }, (_, i) => ({ name: `${i}` }));
    const got = [];
    for (let start = 0; start !== null;) {
        const { part, total, next } = partOf(items, { start, limit: 3 });
        assert.equal(total, 7);
        assert.ok(part.length <= 3);
        got.push(...part);
        start = next;
    }
    assert.deepEqual(got, items);
    assert.deepEqual(partOf(items, {}), { part: items, total: 7, next: null });
    assert.deepEqual(partOf(items, { start: null, limit: null }).next, null);
    assert.deepEqual(partOf(items, { start: 99 }), { part: [], total: 7, next: null });
    assert.deepEqual(partOf([], {}), { part: [], total: 0, next: null });
});

test('no part is longer than a frame, and none is empty', () => {
    for (const letter of ['x', '好', '\u0001', '\ud800']) {
        const items = Array.from({ length: 200 }, (_, i) => ({ name: `${i}`, text: letter.repeat(i === 5 ? 40000 : 3000) }));
        let count = 0;
        for (let start = 0; start !== null;) {
            const { part, next } = partOf(items, { start, limit: 1000 });
            assert.ok(part.length > 0);
            assert.ok(Buffer.byteLength(encode('result', { characters: part, total: 200, next }, 2 ** 53)) <= LIMITS.pageBytes);
            count += part.length;
            start = next;
        }
        assert.equal(count, 200);
    }
});

test('names are found whatever their case, and given in order', () => {
    const items = [{ name: 'bob' }, { name: 'Alice' }, { name: 'Bobby' }];
    assert.deepEqual(named(items, 'BOB').map((one) => one.name), ['bob', 'Bobby']);
    assert.deepEqual(named(items, null).map((one) => one.name), ['Alice', 'bob', 'Bobby']);
});

test('one is chosen by its key, or by a name that only one has', () => {
    const items = [{ id: '1', name: 'Ann' }, { id: '2', name: 'Bob' }, { id: '3', name: 'bob' }, { id: '4', name: 'Zoe' }, { id: '5', name: 'Zoe' }];
    const choose = (content) => chosen(items, content, 'id', 'group');
    assert.equal(choose({ id: '4' }).id, '4');
    assert.equal(choose({ name: 'ann', id: null }).id, '1');
    assert.equal(choose({ name: 'Bob' }).id, '2');
    const [code, { candidates }] = refusal(() => choose({ name: 'Zoe' }));
    assert.deepEqual([code, candidates], ['bad_field', ['4', '5']]);
    assert.deepEqual(refusal(() => choose({ name: 'BOB' }))[1].candidates, ['2', '3']);
    assert.deepEqual(refusal(() => choose({ id: '9' })), ['not_found', { id: '9' }]);
    assert.deepEqual(refusal(() => choose({ name: 'Nobody' })), ['not_found', { name: 'Nobody' }]);
    assert.equal(refusal(() => choose({}))[0], 'bad_field');
    assert.equal(refusal(() => choose({ id: '1', name: 'Ann' }))[0], 'bad_field');
});

test('a moment that is not known is no moment', () => {
    assert.equal(isoTime(1e12), '2001-09-09T01:46:40.000Z');
    for (const unknown of [0, undefined, null, NaN, 'x', 1e300]) {
        assert.equal(isoTime(unknown), '');
    }
});

test('the name of a file holds nothing that the server would take out or choke on', () => {
    assert.equal(fileName(' A/ b: "c"?\u0007 '), 'A b c');
    assert.equal(fileName('小雨 😀'), '小雨 😀');
    for (const wrong of ['', '  ', '???', 'con', 'LPT1', 'nul.txt', 'x'.repeat(241), '雨'.repeat(81)]) {
        assert.equal(refusal(() => fileName(wrong))[0], 'bad_field', wrong);
    }
});
