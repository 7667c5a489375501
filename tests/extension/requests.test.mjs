import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../extension/src/protocol.js';
import { Requests } from '../../extension/src/requests.js';
import { wordsOf } from '../../extension/src/work.js';
import { desk } from './desk.mjs';

function setUp() {
    const all = desk();
    all.connect();
    const answers = [];
    const failures = [];
    const done = [];
    const actor = {
        chatId: () => all.tavern.id,
        isGenerating: () => all.tavern.generating,
        isSaving: () => false,
        isOnline: () => all.tavern.online,
        isSwiping: () => false,
        has: () => true,
        async addUserMessage(text) {
            done.push(text);
            await new Promise((resolve) => setTimeout(resolve, 5));
            const message = all.tavern.say('User', text);
            return { at: all.tavern.chat.length - 1, message };
        },
        reply: () => new Promise((resolve, reject) => Object.assign(actor, { resolve, reject })),
        regenerate: () => actor.reply(),
        stop: () => {
            all.tavern.generating = false;
            actor.resolve?.();
        },
    };
    const requests = new Requests({
        tavern: actor,
        history: all.history,
        timers: { ...all.timers, set: (callback, ms) => setTimeout(callback, ms) },
        now: () => all.timers.time,
        isEnding: () => all.streams.ending,
        permits: (permission) => !all.forbidden?.includes(permission),
        answer: (type, content, id) => answers.push({ type, content, id }),
        onFailure: (reason, kind) => failures.push([reason, kind]),
        log: () => { },
    });
    const ask = async (type, content = {}, id = answers.length + 1) => {
        await requests.take(type, content, id);
        return answers.at(-1);
    };
    return Object.assign(all, { answers, failures, done, actor, requests, ask });
}

test('a message is answered when it is stored, the change before the answer, the reply not waited for', async () => {
    const all = setUp();
    const { type, content, id } = await all.ask('send_message', { text: 'Hi', reply: true }, 'r1');
    assert.deepEqual([type, id, content.confirmed, content.chat_id, content.at, content.message.mes], ['result', 'r1', true, 'chat', 0, 'Hi']);
    assert.equal(all.mirror.messages[0].uid, content.message.uid);
    assert.equal(all.requests.work.running, 1);
    all.tavern.generating = true;
    assert.equal((await all.ask('send_message', { text: 'More' })).content.code, 'busy');
    all.tavern.generating = false;
    setTimeout(() => all.actor.resolve(), 60);
    assert.equal((await all.ask('send_message', { text: 'While it is being saved', reply: false })).type, 'result');
});

test('requests that change something wait for each other, and each is answered once', async () => {
    const all = setUp();
    await Promise.all(['a', 'b', 'c'].map((text, i) => all.requests.take('send_message', { text, reply: false }, i)));
    assert.deepEqual(all.done, ['a', 'b', 'c']);
    assert.deepEqual(all.tavern.chat.map((message) => message.mes), ['a', 'b', 'c']);
    assert.deepEqual(all.answers.map((answer) => answer.id), [0, 1, 2]);
});

test('what cannot be done is refused and nothing is done', async () => {
    const all = setUp();
    const refusals = [
        [{}, { text: '' }, 'bad_field', false],
        [{}, { text: 1 }, 'bad_field', false],
        [{}, { text: 'x', chat_id: 'other' }, 'stale_chat', false],
        [{ online: false }, { text: 'x' }, 'no_connection', true],
        [{ generating: true }, { text: 'x' }, 'busy', true],
        [{ id: null }, { text: 'x' }, 'no_chat', false],
    ];
    for (const [state, content, code, retryable] of refusals) {
        Object.assign(all.tavern, { online: true, generating: false, id: 'chat' }, state);
        const answer = await all.ask('send_message', content);
        assert.deepEqual([answer.type, answer.content.code, answer.content.retryable], ['error', code, retryable]);
        assert.ok(answer.content.message.length > 20);
    }
    assert.deepEqual(all.done, []);
    Object.assign(all.tavern, { online: false, generating: false, id: 'chat' });
    assert.equal((await all.ask('send_message', { text: 'x', reply: false })).type, 'result');
    all.actor.has = (need) => need === 'stopGeneration';
    assert.equal((await all.ask('regenerate')).content.code, 'unsupported');
});

test('stop overtakes, and tells the truth', async () => {
    const all = setUp();
    assert.deepEqual((await all.ask('stop')).content, { stopped: false });
    await all.ask('send_message', { text: 'Hi' });
    all.tavern.generating = true;
    assert.deepEqual((await all.ask('stop')).content, { stopped: true });
});

test('regenerate is done when it has begun, and fails with words', async () => {
    const all = setUp();
    const asked = all.ask('regenerate');
    await new Promise(setImmediate);
    all.tavern.generating = true;
    assert.deepEqual((await asked).type, 'result');
    all.tavern.generating = false;
    all.actor.reject(new Error('out of money'));
    await new Promise(setImmediate);
    assert.deepEqual(all.failures, [['out of money', 'regenerate']]);
    const failing = all.ask('regenerate');
    await new Promise(setImmediate);
    all.actor.reject(new Error('[object Object]'));
    const answer = await failing;
    assert.equal(answer.content.code, 'failed');
    assert.ok(!answer.content.message.includes('[object'));
});

test('errors are put in words whatever was thrown', () => {
    assert.equal(wordsOf(new Error('a')), 'a');
    assert.equal(wordsOf({ error: { message: 'b' } }), 'b');
    assert.equal(wordsOf('c'), 'c');
    for (const odd of [undefined, null, {}, new Error({}), 3]) {
        assert.match(wordsOf(odd), /failed/);
    }
});

test('a request is done once, wherever the connection is cut', async () => {
    const cuts = {
        'before it arrives': async () => { },
        'while it is done': async (all) => {
            all.requests.take('send_message', { text: 'Hi', reply: false, key: 'k' }, 7);
            await new Promise(setImmediate);
            assert.equal(all.tavern.chat.length, 0);
            all.lose();
        },
        'when it is done and not answered': async (all) => {
            all.lose();
            await all.requests.take('send_message', { text: 'Hi', reply: false, key: 'k' }, 7);
            assert.equal(all.tavern.chat.length, 1);
        },
        'when it is answered': (all) => all.requests.take('send_message', { text: 'Hi', reply: false, key: 'k' }, 7),
    };
    for (const [name, cut] of Object.entries(cuts)) {
        const all = setUp();
        await cut(all);
        all.lose();
        const before = all.answers.length;
        all.connect();
        await all.requests.take('send_message', { text: 'Hi', reply: false, key: 'k' }, 7);
        await all.requests.take('send_message', { text: 'Hi', reply: false, key: 'k' }, 'another id');
        all.timers.settle();
        assert.deepEqual(all.done, ['Hi'], name);
        assert.deepEqual(all.mirror.messages.map((message) => message.mes), ['Hi'], name);
        assert.deepEqual(all.answers.slice(before).map((answer) => [answer.type, answer.id]), [['result', 7], ['result', 'another id']], name);
        assert.equal(new Set(all.answers.map((answer) => answer.content.message.uid)).size, 1);
    }
});

test('what failed is not tried again with its key, what was only refused for now is', async () => {
    const all = setUp();
    all.tavern.generating = true;
    assert.equal((await all.ask('send_message', { text: 'Hi', key: 'k' })).content.code, 'busy');
    all.tavern.generating = false;
    assert.equal((await all.ask('send_message', { text: 'Hi', reply: false, key: 'k' })).type, 'result');
    const { addUserMessage } = all.actor;
    all.actor.addUserMessage = () => Promise.reject(new Error('no room'));
    const failed = await all.ask('send_message', { text: 'x', reply: false, key: 'l' });
    all.actor.addUserMessage = addUserMessage;
    const again = await all.ask('send_message', { text: 'x', reply: false, key: 'l' });
    assert.deepEqual([again.type, again.content], ['error', failed.content]);
    assert.deepEqual(all.done, ['Hi']);
});

test('keys are remembered for a while, and not too many', async () => {
    const all = setUp();
    all.actor.addUserMessage = async (text) => {
        all.done.push(text);
        return { at: 0, message: all.tavern.say('User', text) };
    };
    for (let i = 0; i < 1100; i++) {
        await all.ask('send_message', { text: `${i}`, reply: false, key: `k${i}` });
    }
    assert.equal(all.requests.keyed.size, 1000);
    await all.ask('send_message', { text: 'again', reply: false, key: 'k1099' });
    assert.equal(all.done.length, 1100);
    all.timers.time += 600001;
    await all.ask('send_message', { text: 'again', reply: false, key: 'k1099' });
    assert.equal(all.done.length, 1101);
    assert.equal(all.requests.keyed.size, 1);
});

test('right after Stop, or at the end of a reply, a request waits for the page to come to rest', async () => {
    const all = setUp();
    await all.ask('send_message', { text: 'Hi' });
    all.tavern.generating = true;
    // Stop is pressed in the page, which needs a moment to say so, and another to have its promise settle.
    all.streams.stop();
    const asked = all.ask('regenerate');
    setTimeout(() => { all.tavern.generating = false; }, 60);
    const { resolve } = all.actor;
    setTimeout(() => {
        resolve();
        setTimeout(() => { all.tavern.generating = true; }, 80);
    }, 120);
    assert.equal((await asked).type, 'result');
    all.actor.resolve();
    await new Promise(setImmediate);
    all.streams.hidden();
    setTimeout(() => { all.tavern.generating = false; }, 60);
    assert.equal((await all.ask('send_message', { text: 'More', reply: false })).type, 'result');
    all.tavern.generating = true;
    all.streams.started('normal', false);
    assert.equal((await all.ask('send_message', { text: 'x' })).content.code, 'busy');
});

test('a chat is loaded again when nothing is generated, and once', async () => {
    const all = setUp();
    let loaded = 0;
    all.actor.reloadChat = async () => { loaded += 1; };
    all.tavern.generating = true;
    const loading = [all.requests.reloadChat(), all.requests.reloadChat()];
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(loaded, 0);
    all.tavern.generating = false;
    await Promise.all(loading);
    assert.equal(loaded, 1);
    all.actor.reloadChat = () => Promise.reject(new Error('gone'));
    await all.requests.reloadChat();
    assert.equal(all.requests.reloading, false);
});

test('a long field is given in pieces that never break a pair', async () => {
    const all = setUp();
    const mes = `${'ab😀好\u0001"'.repeat(80000)}`;
    const extra = { 'deep.er': { list: ['x', `data:image/png;base64,${'A'.repeat(400000)}`] } };
    all.tavern.say('User', mes, { extra });
    all.history.compareSoon();
    all.timers.settle();
    const [{ uid, truncated }] = all.mirror.messages;
    assert.deepEqual(truncated, { 'mes': mes.length, 'extra.deep.er.list.1': extra['deep.er'].list[1].length });
    for (const [field, whole] of [['mes', mes], ['extra.deep.er.list.1', extra['deep.er'].list[1]]]) {
        let text = '';
        for (let next = 0; next !== null;) {
            const { content } = await all.ask('get_field', { uid, field, offset: next });
            assert.ok(content.text.isWellFormed() && content.text.length <= 65536);
            assert.ok(Buffer.byteLength(JSON.stringify({ type: 'result', content, id: 2 ** 53 })) <= LIMITS.pageBytes);
            assert.equal(content.total, whole.length);
            text += content.text;
            next = content.next;
        }
        assert.ok(text === whole);
    }
    const past = await all.ask('get_field', { uid, field: 'mes', offset: 1e9 });
    assert.deepEqual(past.content, { text: '', total: mes.length, next: null });
    assert.deepEqual((await all.ask('get_field', { uid, field: 'is_user' })).content.text, 'true');
    for (const wrong of [{ uid: 'none', field: 'mes' }, { uid, field: 'extra.none' }, { uid, field: 'mes.length' }, { uid, field: 'swipes.0' }]) {
        assert.equal((await all.ask('get_field', wrong)).content.code, 'not_found');
    }
    assert.equal((await all.ask('get_field', { uid })).content.code, 'bad_field');
});

test('what the user has not allowed is refused, and the switch is named', async () => {
    const all = setUp();
    all.forbidden = ['send'];
    const { type, content } = await all.ask('send_message', { text: 'Hi' });
    assert.deepEqual([type, content.code, content.params.permission], ['error', 'forbidden', 'send']);
    all.forbidden = [];
    assert.equal((await all.ask('send_message', { text: 'Hi', reply: false })).type, 'result');
    assert.deepEqual(all.done, ['Hi']);
});

test('a chat that has changed since is not touched', async () => {
    const all = setUp();
    const revision = all.history.revision;
    all.tavern.say('Somebody', 'was faster');
    assert.equal((await all.ask('send_message', { text: 'Hi', reply: false, revision })).content.code, 'stale_chat');
    assert.deepEqual(all.done, []);
    assert.equal((await all.ask('send_message', { text: 'Hi', reply: false, revision: all.history.revision })).type, 'result');
});
