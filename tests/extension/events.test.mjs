/** SillyTavern's events: hooked while somebody listens, and sent with nothing but what may leave the page. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { EVENTS } from '../../extension/src/event-table.js';
import { Events } from '../../extension/src/events.js';
import { EVENT_BYTES, PROJECTIONS, project } from '../../extension/src/projections.js';
import { toJson, utf8Length } from '../../extension/src/protocol.js';
import { FakeEmitter, FakeTimers } from './fake-sillytavern.mjs';

const TYPES = { MESSAGE_SENT: 'message_sent', STREAM_TOKEN_RECEIVED: 'token', CHAT_COMPLETION_PROMPT_READY: 'prompt', SETTINGS_LOADED_AFTER: 'loaded', OF_A_LATER_VERSION: 'later', APP_READY: 'ready' };

/** Events over a fake emitter. */
function setup() {
    const emitter = new FakeEmitter();
    const timers = new FakeTimers();
    const frames = [];
    const state = { online: true, granted: new Set(['read', 'prompts']) };
    const tavern = {
        eventOf: (name) => Object.hasOwn(TYPES, name) ? TYPES[name] : name,
        keyOf: (name) => Object.hasOwn(TYPES, name) ? name : Object.keys(TYPES).find((key) => TYPES[key] === name) ?? null,
        hook: (event, listener) => {
            emitter.on(event, listener);
            if (event === 'ready') {
                listener();
            }
        },
        off: (listener) => Object.keys(emitter.events).forEach((event) => emitter.removeListener(event, listener)),
    };
    const events = new Events({
        tavern,
        timers,
        permits: (permission) => state.granted.has(permission),
        send: (text) => {
            state.online && frames.push(JSON.parse(text));
            return state.online;
        },
    });
    const told = () => {
        timers.settle();
        return frames.splice(0).map(({ content: { name, args, cut } }) => cut ? [name, args, cut] : [name, args]);
    };
    const count = () => Object.values(emitter.events).flat().length;
    return { emitter, timers, events, state, told, count };
}

test('every event of the table has a projection for each of its arguments, and no other has one', () => {
    for (const [name, { args }] of Object.entries(EVENTS)) {
        assert.equal(PROJECTIONS[name]?.length ?? 0, args, name);
    }
    assert.deepEqual(Object.keys(PROJECTIONS).filter((name) => !(name in EVENTS)), []);
});

test('what leaves the page is what the reference says', () => {
    const text = readFileSync(new URL('../../chatbridge_gui/docs/protocol.md', import.meta.url), 'utf8');
    const rows = Object.fromEntries([...text.matchAll(/^\| `([A-Z_]+)` \| `\w+` \| `(?:read|prompts)` \| (.*) \|$/gm)].map(([, name, said]) => [name, said]));
    assert.deepEqual(Object.keys(rows), Object.keys(EVENTS));
    for (const [name, projections] of Object.entries(PROJECTIONS)) {
        const asked = new Set();
        const probe = () => new Proxy({}, {
            get(_, field) {
                asked.add(field);
                return probe();
            },
        });
        projections.forEach((projection) => projection(probe(), { take: () => true, text: () => '' }));
        asked.delete(Symbol.toPrimitive);
        const sampling = name.endsWith('_SETTINGS_READY') ? ' temperature top_p top_k top_a min_p frequency_penalty presence_penalty repetition_penalty max_tokens seed n' : '';
        for (const field of asked) {
            assert.match(`${rows[name]}${sampling}`, new RegExp(`\\b${String(field)}\\b`), `${name}: ${String(field)}`);
        }
    }
});

test('an event is hooked only while somebody listens', async () => {
    const { emitter, events, told, count } = setup();
    assert.equal(count(), 0);
    events.listen(['MESSAGE_SENT', 'their_own', 7, '__proto__']);
    assert.deepEqual([emitter.events.message_sent.length, emitter.events.their_own.length], [1, 1]);
    events.listen(['MESSAGE_SENT', 'their_own']);
    assert.equal(count(), 2);
    await emitter.emit('message_sent', 4);
    await emitter.emit('their_own', 'x', { y: [1, null, true] });
    assert.deepEqual(told(), [['MESSAGE_SENT', [4]], ['their_own', ['x', { y: [1, null, true] }]]]);
    events.listen(['their_own']);
    await emitter.emit('message_sent', 5);
    assert.deepEqual(told(), []);
    events.listen([]);
    assert.equal(count(), 0);
});

test('listeners return at once and send nothing before the page has had its turn', () => {
    const { emitter, events, told } = setup();
    events.listen(['MESSAGE_SENT']);
    const [listener] = emitter.events.message_sent;
    assert.equal(listener(1), undefined);
    const frames = told();
    assert.equal(frames.length, 1);
});

test('what SillyTavern tells again to a late listener is no news', () => {
    const { events, told } = setup();
    events.listen(['APP_READY']);
    assert.deepEqual(told(), []);
});

test('what the user does not grant does not go out, from the moment it is not granted', async () => {
    const { emitter, events, state, told } = setup();
    events.listen(['MESSAGE_SENT', 'CHAT_COMPLETION_PROMPT_READY']);
    const both = async () => {
        await emitter.emit('message_sent', 1);
        await emitter.emit('prompt', { chat: [{ role: 'user', content: 'Hi', extra: 1 }], dryRun: true });
        return told().map(([name]) => name);
    };
    assert.deepEqual(await both(), ['MESSAGE_SENT', 'CHAT_COMPLETION_PROMPT_READY']);
    state.granted.delete('prompts');
    assert.deepEqual(await both(), ['MESSAGE_SENT']);
    state.granted = new Set(['prompts']);
    assert.deepEqual(await both(), []);
});

test('the emitted string of an event is cut like its key', async () => {
    const { emitter, events, told } = setup();
    events.listen(['loaded', 'token', 'OF_A_LATER_VERSION', 'later']);
    await emitter.emit('loaded', { anything: 'at all' });
    await emitter.emit('token', 'So far');
    await emitter.emit('later', { anything: 'at all' });
    assert.deepEqual(told(), [['loaded', []], ['token', [6]], ['OF_A_LATER_VERSION', []], ['later', []]]);
});

test('what happens while the connection is lost comes afterwards; after a while nobody listens', async () => {
    const { emitter, events, state, timers, told, count } = setup();
    events.listen(['MESSAGE_SENT']);
    state.online = false;
    events.lost();
    for (let i = 0; i < 3; i++) {
        await emitter.emit('message_sent', i);
        timers.settle();
    }
    timers.pass(10000);
    state.online = true;
    events.listen(['MESSAGE_SENT']);
    assert.deepEqual(told().map(([, [at]]) => at), [0, 1, 2]);
    state.online = false;
    events.lost();
    await emitter.emit('message_sent', 3);
    timers.pass(30000);
    assert.equal(count(), 0);
    state.online = true;
    events.listen(['MESSAGE_SENT']);
    assert.deepEqual(told(), []);
});

test('what was noted before a permission was taken back is not told afterwards, and the rest is', async () => {
    const { emitter, events, state, told } = setup();
    events.listen(['MESSAGE_SENT', 'CHAT_COMPLETION_PROMPT_READY'], true);
    const note = async () => {
        state.online = false;
        events.lost();
        await emitter.emit('message_sent', 1);
        await emitter.emit('prompt', { chat: [{ role: 'user', content: 'Secret' }], dryRun: false });
        events.tellOfGeneration({ step: 'started' });
        assert.deepEqual(told(), []);
    };
    const back = () => {
        state.online = true;
        events.listen(['MESSAGE_SENT', 'CHAT_COMPLETION_PROMPT_READY'], true);
        return told().map(([name]) => name);
    };
    await note();
    state.granted.delete('prompts');
    events.permissionsChanged();
    state.granted.add('prompts');
    events.permissionsChanged();
    assert.ok(events.units > 0);
    assert.deepEqual(back(), ['MESSAGE_SENT', undefined]);
    await note();
    state.granted.delete('read');
    events.permissionsChanged();
    state.granted.add('read');
    events.permissionsChanged();
    assert.equal(events.units, 0);
    assert.deepEqual(back(), []);
});

test('what waits for a hub that is gone is bounded; the newest stays', async () => {
    const { emitter, events, state, told } = setup();
    events.listen(['their_own']);
    state.online = false;
    for (let i = 0; i < 200; i++) {
        await emitter.emit('their_own', i, 'x'.repeat(30000));
    }
    assert.ok(events.units <= 2 * 1024 * 1024 && events.waiting.length < 75);
    state.online = true;
    events.listen(['their_own']);
    assert.equal(told().at(-1)[1][0], 199);
    assert.equal(events.units, 0);
});

test('no event is longer than it may be, whatever comes', () => {
    const long = ['"\u0001'.repeat(20000), '好😀'.repeat(20000), '\ud800'.repeat(40000), 'x'.repeat(10 ** 6)];
    const deep = (levels) => levels ? { a: deep(levels - 1), b: [deep(levels - 1)] } : 'x'.repeat(1000);
    const wide = Object.fromEntries(Array.from({ length: 100000 }, (_, i) => [`field ${i}`, i]));
    const messages = Array.from({ length: 3000 }, (_, i) => ({ role: 'user', name: 'Ann', content: `${i} ${'words '.repeat(50)}` }));
    for (const [key, args] of [
        ...long.map((text) => [null, [text, text, 'end']]),
        ...long.map((text) => ['IMPERSONATE_READY', [text]]),
        [null, [deep(12)]], [null, [wide]], [null, [messages]], [null, Array.from({ length: 10000 }, () => 1.2345678901234567e-100)],
        [null, [[...long]]], [null, [Object.fromEntries(long.map((text) => [text, 1]))]],
        ['CHAT_COMPLETION_PROMPT_READY', [{ chat: messages }]],
        ['TOOL_CALLS_PERFORMED', [Array.from({ length: 5000 }, () => ({ id: 'x'.repeat(100), result: 'y' }))]],
    ]) {
        const { args: found, cut } = project(key, args);
        const bytes = utf8Length(toJson(found));
        assert.ok(bytes <= EVENT_BYTES, `${key} ${bytes}`);
        assert.ok(cut || key === null, String(key));
    }
    const { args: [{ chat }] } = project('CHAT_COMPLETION_PROMPT_READY', [{ chat: messages }]);
    assert.ok(chat.length > 50 && chat.at(-1).content.startsWith('2999 '), 'the end of the prompt is there');
    assert.deepEqual(project('MESSAGE_SENT', [1]), { args: [1], cut: false });
});

test('another extension\'s event: what is plain, nothing that looks like a secret, and nothing is touched', () => {
    let called = 0;
    const args = [{
        text: 'hi', count: 3, yes: true, none: null, missing: undefined, not: NaN, big: 10n,
        apiKey: 'S', api_key: 'S', openai_token: 'S', proxy_password: 'S', reverse_proxy: 'S', Authorization: 'S', custom_include_headers: 'S',
        custom_include_body: 'S', clientSecret: 'S', sessionId: 'S', 'api-url': 'S', server_urls: { a: 'S' }, cookies: ['S'],
        url: 'https://S.org', json: ' {"apiKey": "S"}', open: { link: 'https://me:S@example.org/x', json: '[1]' }, nested: { secret: 'S', deeper: { passwd: 'S', fine: 1 } },
        call: () => 'S', date: new Date(), map: new Map([['a', 'S']]), node: new (class Node { })(), error: new Error('S'),
        get computed() {
            called += 1;
            return 'S';
        },
        a: { b: { c: { d: { e: 1 } } } },
        [Symbol('s')]: 'S',
    }];
    Object.defineProperty(args[0], 'hidden', { value: 'S', enumerable: false });
    args[0].self = args[0];
    const before = Object.keys(args[0]).join();
    const { args: [found] } = project(null, args);
    assert.equal(called, 0);
    assert.equal(before, Object.keys(args[0]).join());
    assert.ok(!JSON.stringify(found).includes('S'), JSON.stringify(found));
    const { self, ...rest } = found;
    assert.equal(typeof self, 'object');
    assert.deepEqual(rest, {
        text: 'hi', count: 3, yes: true, none: null, missing: null, not: null, big: null, json: null, open: { link: 'https://example.org/x', json: '[1]' },
        nested: { deeper: { fine: 1 } }, date: null, map: null, node: null, error: null, a: { b: { c: { d: null } } },
    });
});

test('frozen arguments are projected as well: nothing writes to them', () => {
    const freeze = (value) => {
        if (value !== null && typeof value === 'object') {
            Object.values(value).forEach(freeze);
            Object.freeze(value);
        }
        return value;
    };
    const args = freeze([{ chat: [{ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'image_url', image_url: { url: 'data:' } }] }], dryRun: false }]);
    assert.deepEqual(project('CHAT_COMPLETION_PROMPT_READY', args).args, [
        { dryRun: false, chat: [{ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'image_url' }] }] },
    ]);
    project(null, args);
});

test('of settings and characters next to nothing leaves', () => {
    const character = { name: 'Ann', avatar: 'ann.png', description: 'S', data: { extensions: { key: 'S' } } };
    assert.deepEqual(project('CHARACTER_EDITED', [{ detail: { id: 2, character } }]).args, [{ detail: { id: 2, character: { name: 'Ann', avatar: 'ann.png' } } }]);
    assert.deepEqual(project('SETTINGS_LOADED_BEFORE', [{ a: 'S' }]).args, []);
    assert.deepEqual(project('CONNECTION_PROFILE_UPDATED', [{ id: 1, name: 'a', 'api-url': 'S' }, { id: 1, name: 'b' }]).args, [{ id: 1, name: 'a' }, { id: 1, name: 'b' }]);
    assert.deepEqual(project('IMAGE_SWIPED', [{ message: {}, element: {}, direction: 'left' }]).args, [{ direction: 'left' }]);
    assert.deepEqual(project('CHAT_CHANGED', [undefined]).args, [null]);
    assert.deepEqual(project('GENERATION_STARTED', [undefined, { quiet_prompt: 'S', signal: {}, automatic_trigger: true }, false]).args, [null, { automatic_trigger: true }, false]);
    assert.deepEqual(project('WORLDINFO_SCAN_DONE', [{ state: { current: 1 }, new: { all: [1, 2] }, activated: { entries: new Map([[1, 2]]), text: 'S' } }]).args, [
        { state: { current: 1 }, new: { all: 2 }, activated: { entries: 1 } },
    ]);
});
