import assert from 'node:assert/strict';
import { test } from 'node:test';

import { oneNamed, rangesOf, severalNamed } from '../../extension/src/actions/naming.js';
import { LIMITS } from '../../extension/src/protocol.js';
import { Requests } from '../../extension/src/requests.js';
import { wordsOf } from '../../extension/src/failure.js';
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
        isMuted: () => false,
        isEditing: () => false,
        messages: () => all.tavern.chat,
        popup: () => all.popup ?? null,
        has: () => true,
        saved: async () => !all.saving,
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
        tavern: Object.assign(actor, { page: actor, talk: actor }),
        history: all.history,
        timers: { ...all.timers, set: (callback, ms) => setTimeout(callback, ms) },
        now: () => all.timers.time,
        streams: {
            key: null,
            stopped: false,
            underWay: false,
            get ending() { return all.streams.ending; },
            failed: (reason, kind) => failures.push([reason, kind]),
        },
        permits: (permission) => !all.forbidden?.includes(permission),
        state: () => ({}),
        prompt: () => null,
        answer: (type, content, id) => answers.push({ type, content, id }),
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
    assert.equal(all.requests.work.underWay.running, 1);
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
    assert.equal((await all.ask('regenerate')).content.code, 'not_found');
    all.tavern.say('Alice', 'Hello');
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
    const long = 'x'.repeat(LIMITS.reasonCharacters - 1);
    assert.deepEqual([wordsOf(`${long}😀`), wordsOf(`${long}yz`)], [long, `${long}y`]);
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
    assert.match(content.message, /“Send messages”/);
    // A reply that is waited for is told, which is reading.
    all.forbidden = ['read'];
    const reading = await all.ask('send_message', { text: 'Hi', wait: 'reply' });
    assert.deepEqual([reading.content.code, reading.content.params], ['forbidden', { permission: 'read' }]);
    const stale = await all.ask('send_message', { text: 'Hi', chat_id: 'guessed' });
    assert.deepEqual(stale.content.params, { chat_id: 'guessed' });
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

test('who waits for a reply holds up nobody, and is told what came of it', async () => {
    const all = setUp();
    const { work, options: { streams } } = all.requests;
    const asked = all.ask('send_message', { text: 'Hi', wait: 'reply', key: 'k' }, 'waiting');
    await work.until(() => work.underWay.running > 0, 5000);
    assert.deepEqual([work.underWay.running, streams.key, all.history.ledger.key], [1, 'k', null]);
    assert.equal((await all.ask('send_message', { text: 'x', if_busy: 'reject' })).content.code, 'busy');
    all.timers.settle();
    const one = all.tavern.say('Alice', 'One');
    const two = all.tavern.say('Bob', 'Two');
    work.underWay.replyEnded({ outcome: 'finished', error: null, message: one });
    work.underWay.replyEnded({ outcome: 'finished', error: 'a warning', message: two });
    all.actor.resolve();
    await asked;
    const { type, content, id } = all.answers.at(-1);
    assert.deepEqual([type, id, content.outcome, content.error], ['result', 'waiting', 'finished', 'a warning']);
    assert.deepEqual(content.replies.map((reply) => reply.mes), ['One', 'Two']);
    assert.equal(streams.key, null);
    all.history.flush();
    assert.deepEqual(all.ofType('chat_changes').map((changes) => changes.key).slice(0, 2), ['k', undefined]);
});

test('what came of a generation is told as it was', async () => {
    const cases = [
        [[{ outcome: 'finished' }, { outcome: 'failed', error: 'no money' }], {}, 'failed', 'no money'],
        [[{ outcome: 'finished' }], { stopped: true }, 'stopped', null],
        [[{ outcome: 'stopped' }], {}, 'stopped', null],
        [[], {}, 'failed', 'SillyTavern has generated nothing; its own page may say why'],
        [[], { throws: new Error('AbortError') }, 'failed', 'AbortError'],
        [[], { throws: new Error('AbortError'), stopped: true }, 'stopped', null],
        [[{ outcome: 'abandoned' }], { forever: true }, 'failed', 'another chat was opened in SillyTavern before the reply was there'],
    ];
    for (const [replies, { throws, stopped = false, forever = false }, outcome, error] of cases) {
        const all = setUp();
        const { work, options: { streams } } = all.requests;
        const generation = work.generate('normal', () => new Promise((resolve, reject) => Object.assign(all.actor, { resolve, reject })));
        streams.stopped = stopped;
        replies.forEach((reply) => work.underWay.replyEnded({ error: null, message: null, ...reply }));
        throws ? all.actor.reject(throws) : forever || all.actor.resolve();
        const found = await work.outcome(generation);
        assert.deepEqual([found.outcome, found.error], [outcome, error]);
    }
});

test('a guard is looked at again when the wait for the end of a reply is over', async () => {
    const all = setUp();
    all.tavern.generating = true;
    const asked = all.ask('send_message', { text: 'x', reply: false, if_busy: 'wait', revision: all.history.revision });
    setTimeout(() => {
        all.tavern.say('Alice', 'A reply');
        all.tavern.generating = false;
    }, 60);
    assert.equal((await asked).content.code, 'stale_chat');
    assert.deepEqual(all.done, []);
});

test('messages are named by their ids, by where they stand, or by both', () => {
    const all = setUp();
    ['a', 'b', 'c', 'd'].forEach((text) => all.tavern.say('User', text));
    all.history.flush();
    const { work } = all.requests;
    const uids = all.mirror.messages.map((message) => message.uid);
    const places = (named) => named.map((one) => one.at);
    const refusal = (run) => {
        try {
            run();
        } catch (error) {
            return error.code;
        }
        return null;
    };
    assert.equal(oneNamed(work, { uid: uids[2] }).at, 2);
    assert.equal(oneNamed(work, { uid: uids[2], at: 2 }).message.mes, 'c');
    assert.equal(oneNamed(work, { at: 0 }).at, 0);
    assert.deepEqual(places(severalNamed(work, { uids: [uids[3], uids[1], uids[3]] })), [1, 3]);
    assert.deepEqual(places(severalNamed(work, { uids: [uids[2], uids[1]], at: 1 })), [1, 2]);
    assert.deepEqual(places(severalNamed(work, { uids: [], at: 1, count: 3 })), [1, 2, 3]);
    assert.equal(refusal(() => oneNamed(work, { uid: uids[2], at: 1 })), 'stale_chat');
    assert.equal(refusal(() => oneNamed(work, { uid: 'none', at: 1 })), 'not_found');
    assert.equal(refusal(() => oneNamed(work, { at: 4 })), 'not_found');
    assert.equal(refusal(() => oneNamed(work, { at: 0.5 })), 'not_found');
    assert.equal(refusal(() => oneNamed(work, {})), 'bad_field');
    assert.equal(refusal(() => severalNamed(work, { uids: [uids[1], uids[3]], at: 1 })), 'stale_chat');
    assert.equal(refusal(() => severalNamed(work, { at: 2, count: 3 })), 'not_found');
    assert.equal(refusal(() => severalNamed(work, { uids: [uids[0], 'none'] })), 'not_found');
    assert.equal(refusal(() => severalNamed(work, {})), 'bad_field');
    assert.deepEqual(rangesOf([0, 2, 3, 4, 7].map((at) => ({ at }))), ['0', '2-4', '7']);
    all.tavern.id = null;
    assert.equal(refusal(() => oneNamed(work, { uid: uids[0] })), 'not_found');
});

test('pages and swipes fit into a frame, whatever they hold', async () => {
    const all = setUp();
    for (let i = 0; i < 6; i++) {
        all.tavern.say('User', `${i}${'好'.repeat(20000)}`);
    }
    const swipes = Array.from({ length: 5 }, (_, i) => `${i}${'\u0001😀'.repeat(60000)}`);
    const swipe_info = swipes.map((text, i) => ({ send_date: new Date(0), extra: i ? { reasoning: 'r'.repeat(90000) } : Object.fromEntries(Array.from({ length: 20000 }, (_, n) => [n, n])) }));
    const message = all.tavern.say('Alice', swipes[0], { swipes, swipe_id: 0, swipe_info });
    all.history.flush();
    const fits = (answer) => assert.ok(Buffer.byteLength(JSON.stringify(answer)) <= LIMITS.pageBytes);
    const got = [];
    for (let start = 0; start !== null;) {
        const answer = await all.ask('get_messages', { start });
        fits(answer);
        got.push(...answer.content.messages);
        start = answer.content.next;
    }
    assert.deepEqual(got, all.mirror.messages);
    const found = [];
    for (let swipe = 0; swipe !== null;) {
        const answer = await all.ask('get_message', { at: 6, swipe });
        fits(answer);
        assert.ok(answer.content.swipes.length);
        found.push(...answer.content.swipes);
        swipe = answer.content.next;
    }
    assert.equal(found.length, 5);
    found.forEach(({ mes, truncated }, i) => {
        assert.ok(swipes[i].startsWith(mes));
        assert.equal(truncated[`swipes.${i}`] ?? mes.length, swipes[i].length);
    });
    assert.ok(found[0].truncated['swipe_info.0.extra']);
    const uid = all.history.uidOf(message);
    assert.equal((await all.ask('get_field', { uid, field: 'swipe_info.1.extra.reasoning', offset: 80000 })).content.total, 90000);
    assert.equal((await all.ask('get_field', { uid, field: 'swipe_info.9' })).content.code, 'not_found');
});

test('a message that SillyTavern holds otherwise at first is told of when it is as it was asked', async () => {
    const all = setUp();
    all.actor.addUserMessage = async (text) => {
        const message = all.tavern.say('User', 'not yet');
        all.history.compareSoon();
        all.timers.settle();
        assert.equal(all.mirror.messages.length, 0);
        message.mes = text;
        return { at: 0, message };
    };
    assert.equal((await all.ask('send_message', { text: 'Hi {{user}}', reply: false })).type, 'result');
    assert.deepEqual(all.mirror.messages.map((message) => message.mes), ['Hi {{user}}']);
});

test('a save that asks a human ends the request that began it, and holds up no other', async () => {
    const cases = [
        ['send_message', { text: 'Hi', reply: false }, (all, ask) => { all.actor.addUserMessage = ask; }],
        ['edit_message', { at: 0, text: 'New' }, (all, ask) => { all.actor.save = ask; }],
        ['delete_messages', { at: 0 }, (all, ask) => Object.assign(all.actor, { save: ask, isShown: () => false })],
        ['hide_messages', { at: 0 }, (all, ask) => { all.actor.command = ask; }],
        ['swipe', { to: 1 }, (all, ask) => { all.actor.context.swipe.to = ask; }],
        ['delete_swipe', { swipe: 1 }, (all, ask) => { all.actor.context.deleteMessage = ask; }],
        ['set_authors_note', { text: '' }, (all, ask) => { all.actor.save = ask; }],
    ];
    for (const [type, content, prepare] of cases) {
        const all = setUp();
        const { timers } = all.requests.options;
        all.requests.options.timers = { ...timers, set: (callback) => setTimeout(callback, 0) };
        all.tavern.say('Alice', 'One', { swipes: ['One', 'Two'], swipe_id: 0 });
        Object.assign(all.actor, {
            context: { chatMetadata: {}, swipe: {} },
            isShown: () => true,
            showEdited: async () => { },
            save: async () => { },
        });
        prepare(all, () => {
            all.popup = 'ERROR: Chat integrity check failed';
            return new Promise(() => { });
        });
        const before = [...all.tavern.chat];
        const { content: { code, params, retryable } } = await all.ask(type, content);
        assert.deepEqual([type, code, params, retryable], [type, 'needs_attention', { popup: all.popup }, false]);
        assert.deepEqual(all.tavern.chat, before);
        assert.equal((await all.ask(type, content)).content.retryable, true);
        all.popup = null;
        all.actor.addUserMessage = async (text) => ({ at: 1, message: all.tavern.say('User', text) });
        assert.equal((await all.ask('send_message', { text: 'Again', reply: false })).type, 'result');
    }
});

test('what SillyTavern could not save is not said to be, and a reply is not asked for', async () => {
    const all = setUp();
    const { underWay } = all.requests.work;
    const add = all.actor.addUserMessage;
    all.actor.addUserMessage = async (text) => {
        underWay.complaint = 'Check the server connection';
        return await add(text);
    };
    for (const reply of [false, true]) {
        const { content } = await all.ask('send_message', { text: 'Hi', reply });
        assert.deepEqual([content.code, content.params, content.retryable], ['failed', { reason: 'Check the server connection' }, false]);
        assert.match(content.message, /^it is done in the page, but SillyTavern could not save the chat: Check/);
        assert.equal(underWay.running, 0);
    }
    assert.deepEqual(all.mirror.messages.map((message) => message.mes), ['Hi', 'Hi']);
    all.actor.addUserMessage = add;
    assert.equal((await all.ask('send_message', { text: 'Hi', reply: false })).type, 'result');
});

test('while SillyTavern saves nothing is sent, and what is changed in the page is not said to be saved', async () => {
    const all = setUp();
    let saves = 0;
    Object.assign(all.actor, { context: { chatMetadata: {} }, showEdited: async () => { }, save: async () => { saves += 1; } });
    all.tavern.say('Alice', 'Hello');
    all.saving = true;
    const sent = (await all.ask('send_message', { text: 'Hi', reply: false })).content;
    assert.deepEqual([sent.code, sent.params, sent.retryable, all.done], ['busy', { reason: 'saving' }, true, []]);
    const edited = (await all.ask('edit_message', { at: 0, text: 'New' })).content;
    assert.deepEqual([edited.code, edited.retryable, all.tavern.chat[0].mes, saves], ['failed', false, 'New', 0]);
    assert.match(edited.message, /could not save the chat: it was still/);
    all.saving = false;
    assert.equal((await all.ask('edit_message', { at: 0, text: 'Newer' })).type, 'result');
    assert.equal(saves, 1);
});

test('what waited for the end of a save is sent to the chat it was meant for, or not at all', async () => {
    const all = setUp();
    all.actor.saved = async () => {
        all.tavern.id = 'another';
        return true;
    };
    assert.equal((await all.ask('send_message', { text: 'Hi', reply: false, chat_id: 'chat' })).content.code, 'stale_chat');
    assert.deepEqual(all.done, []);
});

test('a quick reply that is a text is sent as any message is', async () => {
    const all = setUp();
    Object.assign(all.actor, {
        quickReplies: { getQrByLabel: () => ({ message: 'Hi, {{char}}' }), getSetByName: () => ({ disableSend: false, injectInput: false }) },
        context: { substituteParams: (text) => text.replace('{{char}}', '{Alice}') },
    });
    const press = () => all.ask('run_quick_reply', { set: 'Mine', label: 'Text' });
    const add = all.actor.addUserMessage;
    all.actor.addUserMessage = async (text) => {
        const stored = await add('not yet');
        all.history.flush();
        assert.deepEqual(all.mirror.messages, []);
        stored.message.mes = text;
        return stored;
    };
    assert.deepEqual((await press()).content, { pipe: '', total: 0, aborted: false, reason: '' });
    assert.deepEqual(all.mirror.messages.map((message) => message.mes), ['Hi, {Alice}']);
    assert.equal(all.requests.work.underWay.running, 1);
    all.actor.resolve();
    all.actor.addUserMessage = async (text) => {
        all.tavern.id = 'another';
        return await add(text);
    };
    assert.deepEqual((await press()).content.params, { reason: 'chat_switched' });
    assert.equal(all.requests.work.underWay.running, 0);
    all.actor.isMuted = () => true;
    all.actor.context.substituteParams = () => assert.fail('its macros are not for a message that is not sent');
    assert.deepEqual((await press()).content.params, { reason: 'muted' });
});

test('an error from before is not the reason why something is not done now', async () => {
    const all = setUp();
    const { underWay } = all.requests.work;
    all.tavern.say('Alice', 'Hello');
    Object.assign(all.actor, {
        context: { characters: [{ avatar: 'a.png' }], characterId: 0 },
        save: async () => { },
        post: async () => [],
        command: async () => '',
    });
    const old = 'the model is tired';
    for (const type of ['checkpoint', 'branch']) {
        underWay.complaint = old;
        const { code, message } = (await all.ask(type, { at: 0 })).content;
        assert.deepEqual([code, message.includes(old), message.includes('its own page may say why')], ['failed', false, true]);
    }
    underWay.complaint = old;
    assert.equal((await all.ask('send_message', { text: 'Hi', reply: false })).type, 'result');
    all.actor.command = async () => {
        underWay.complaint = 'no space left';
        return '';
    };
    assert.match((await all.ask('checkpoint', { at: 0 })).content.message, /no space left/);
});

test('who has a chat whose file cannot be read is not selected; a group may have none yet', async () => {
    const all = setUp();
    let lines = [];
    Object.assign(all.actor, {
        context: {
            characters: [{ avatar: 'b.png', name: 'Bob', chat: 'Bob - 1' }],
            groups: [{ id: 'g', name: 'All', members: [], chat_id: 'All - 1', chats: ['All - 1'] }],
        },
        post: async (path) => path === '/api/characters/chats' ? [{ file_name: 'Bob - 1.jsonl' }] : lines,
    });
    const unreadable = (await all.ask('select_character', { name: 'Bob' })).content;
    assert.deepEqual([unreadable.code, unreadable.params], ['failed', { reason: 'unreadable' }]);
    assert.match(unreadable.message, /the chat "Bob - 1"; it was not opened/);
    // These come as far as the opening itself.
    all.saving = true;
    assert.equal((await all.ask('select_group', { name: 'All' })).content.code, 'busy');
    lines = [{ chat_metadata: {} }];
    assert.equal((await all.ask('select_character', { name: 'Bob' })).content.code, 'busy');
});
