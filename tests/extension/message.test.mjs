import assert from 'node:assert/strict';
import { test } from 'node:test';

import { awaitsSwipe, fieldText, fieldsOf, isUnchanged, writeMessage } from '../../extension/src/message.js';
import { decode, encode, utf8Length, wellFormed, checkFields, RequestError } from '../../extension/src/protocol.js';

function message(more = {}) {
    return {
        name: 'Alice', mes: 'Hello', is_user: false, send_date: '2026-01-01T00:00:00.000Z', gen_started: new Date(0),
        swipes: ['Hello', 'Hi'], swipe_info: [{}, {}], swipe_id: 0, extra: { api: 'openai', list: [1, undefined, Number.NaN], gone: undefined },
        title: undefined, ...more,
    };
}

test('a message is sent as JSON would write it, without the other swipes', () => {
    const live = message();
    const { swipes, swipe_info, ...rest } = live;
    assert.deepEqual(fieldsOf(live), { ...JSON.parse(JSON.stringify(rest)), swipe_count: swipes.length });
    assert.ok(swipe_info);
});

test('an unchanged message is seen as unchanged, whatever it is made of', () => {
    for (const live of [message(), message({ mes: undefined }), { name: 'x' }, {}, message({ extra: null }), message({ extra: [{ a: [] }] })]) {
        assert.ok(isUnchanged(live, fieldsOf(live)), JSON.stringify(live));
    }
});

test('each change in place is seen', () => {
    const changes = [
        (live) => { live.mes += '!'; },
        (live) => { live.name = 'Bob'; },
        (live) => { live.is_system = true; },
        (live) => { live.swipe_id = 1; },
        (live) => { live.swipes.push('x'); },
        (live) => { live.extra.api = 'other'; },
        (live) => { live.extra.more = 0; },
        (live) => { delete live.extra.api; },
        (live) => { live.extra.list[0] = 2; },
        (live) => { live.extra.list.push(3); },
        (live) => { live.gen_started = new Date(1); },
        (live) => { delete live.send_date; },
        (live) => { live.title = ''; },
        (live) => { live.extra = null; },
    ];
    for (const change of changes) {
        const live = message();
        const fields = fieldsOf(live);
        change(live);
        assert.ok(!isUnchanged(live, fields), change.toString());
        assert.ok(isUnchanged(live, fieldsOf(live)));
    }
});

test('a message that waits for a new swipe is told apart', () => {
    assert.ok(awaitsSwipe(message({ swipe_id: 2 })));
    assert.ok(!awaitsSwipe(message()));
    assert.ok(!awaitsSwipe({ mes: 'x' }));
});

test('of a message of very many values what is no value of values is kept, and the rest is named', () => {
    const many = (n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`field ${i}`, i]));
    const most = 10000;
    const written = (live) => {
        const fields = fieldsOf(live);
        const { json, bytes } = writeMessage(fields, 'u1', most);
        assert.ok(bytes <= most && bytes === utf8Length(json));
        return { fields, ...JSON.parse(json) };
    };
    const flat = { force_avatar: '/thumbnail?x', original_avatar: 'a.png', title: 'x'.repeat(3000), gen_id: 7, is_locked: false, none: null };
    const { fields, uid, truncated, ...kept } = written(message({ ...flat, extra: many(5000), variables: [many(2000)] }));
    assert.equal(uid, 'u1');
    assert.deepEqual(kept, {
        name: 'Alice', mes: 'Hello', is_user: false, send_date: '2026-01-01T00:00:00.000Z', gen_started: '1970-01-01T00:00:00.000Z', swipe_id: 0,
        swipe_count: 2, ...flat, title: 'x'.repeat(1024),
    });
    assert.deepEqual(Object.keys(truncated).sort(), ['extra', 'title', 'variables']);
    Object.entries(truncated).forEach(([key, length]) => assert.equal(fieldText(fields, key).length, length));

    // What is not there is not asked for.
    assert.deepEqual(Object.keys(written({ name: 'x', mes: 'y', list: [many(5000)] }).truncated), ['list']);
    // Too many of any kind: what every reader needs is left.
    const least = written({ name: 'x', mes: 'y', send_date: 'z', extra: { a: 1 }, ...many(5000) });
    assert.deepEqual(Object.keys(least).sort(), ['fields', 'mes', 'name', 'send_date', 'swipe_count', 'truncated', 'uid']);
    assert.deepEqual(least.truncated, { extra: 7 });
});

test('a message that is its own part does not hang', () => {
    const live = message();
    live.extra.self = live.extra;
    assert.ok(JSON.stringify(fieldsOf(live)));
});

test('half a surrogate pair never leaves, in texts or in names', () => {
    const { content } = decode(encode('x', { 'a\ud83d': ['\udc00b', '😀', '\\ud83d'] }));
    assert.deepEqual(content, { 'a\ufffd': ['\ufffdb', '😀', '\\ud83d'] });
    assert.ok(!/\\ud[89a-f]/i.test(encode('x', { a: '\ud83d' })));
    assert.equal(wellFormed('\ud83d\ud83d\ude00\ude00'), '\ufffd😀\ufffd');
});

test('what is no frame is no frame', () => {
    for (const data of ['', '{', '[]', '1', 'null', '{"type":1}', '{}', new Uint8Array(1)]) {
        assert.equal(decode(data), null);
    }
    assert.deepEqual(decode('{"type":"x","content":[1],"id":{}}'), { type: 'x', content: {}, id: undefined });
});

test('bytes are counted as UTF-8', () => {
    assert.equal(utf8Length('aé好😀'), 1 + 2 + 3 + 4);
});

test('a wrong field is named', () => {
    const rules = { text: { types: ['string'], required: true, filled: true }, reply: { types: ['boolean'] } };
    checkFields('send_message', { text: 'x', reply: null }, rules);
    for (const [content, field, got] of [[{}, 'content.text', 'nothing'], [{ text: '' }, 'content.text', 'an empty string'], [{ text: 'x', reply: 1 }, 'content.reply', 'number']]) {
        assert.throws(() => checkFields('send_message', content, rules), (error) =>
            error instanceof RequestError && error.code === 'bad_field' && error.params.field === field && error.params.got === got);
    }
});
