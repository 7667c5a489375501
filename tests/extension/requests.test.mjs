import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Requests, wordsOf } from '../../extension/src/requests.js';
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
        capabilities: () => ['send_message', 'regenerate', 'stop', 'get_field'],
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
        answer: (type, content, id) => answers.push({ type, content, id }),
        onFailure: (reason, kind) => failures.push([reason, kind]),
        log: () => { },
    });
    const ask = async (type, content = {}, id = answers.length + 1) => {
        await requests.take(type, content, id);
        return answers.at(-1);
    };
    return { ...all, answers, failures, done, actor, requests, ask };
}

test('a message is answered when it is stored, the change before the answer, the reply not waited for', async () => {
    const all = setUp();
    const { type, content, id } = await all.ask('send_message', { text: 'Hi', reply: true }, 'r1');
    assert.deepEqual([type, id, content.confirmed, content.chat_id, content.at, content.message.mes], ['result', 'r1', true, 'chat', 0, 'Hi']);
    assert.equal(all.mirror.messages[0].uid, content.message.uid);
    assert.equal(all.requests.running, 1);
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
    all.actor.capabilities = () => ['stop'];
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
