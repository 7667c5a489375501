import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../extension/src/protocol.js';
import { desk, texts } from './desk.mjs';

/** Whether the mirror is whole and equals the chat. */
function agree({ tavern, mirror, timers }) {
    timers.settle();
    assert.equal(mirror.start, 0);
    assert.deepEqual(texts(mirror.messages), texts(tavern.chat));
    assert.equal(new Set(mirror.messages.map((message) => message.uid)).size, tavern.chat.length);
}

function filled(count, size = 20) {
    const all = desk();
    for (let i = 0; i < count; i++) {
        all.tavern.say('User', `${i} ${'x'.repeat(size)}`);
    }
    return all;
}

test('a chat comes in pages, the newest first, none of them too big', () => {
    const all = filled(2000, 1000);
    all.connect();
    const pages = all.ofType('chat_history');
    assert.ok(pages.length >= 8);
    assert.equal(pages[0].start + pages[0].messages.length, 2000);
    assert.equal(pages.at(-1).start, 0);
    assert.ok(all.frames.every((frame) => frame.bytes <= LIMITS.pageBytes + 1000));
    agree(all);
});

test('an empty chat and no chat are pages without messages', () => {
    const all = desk();
    all.connect();
    assert.deepEqual(all.ofType('chat_history').map((page) => [page.total, page.start, page.messages]), [[0, 0, []]]);
    all.tavern.id = null;
    all.tavern.say('System', 'Welcome');
    all.history.open();
    const last = all.ofType('chat_history').at(-1);
    assert.deepEqual([last.chat.id, last.total, last.messages], [null, 0, []]);
});

test('pages wait while the line is busy, and a chat switch cancels them', async () => {
    const all = filled(3000, 1000);
    all.line.backlog = LIMITS.backlogBytes + 1;
    all.connect();
    assert.equal(all.ofType('chat_history').length, 1);
    all.timers.pass(500);
    assert.equal(all.ofType('chat_history').length, 1);
    await all.tavern.open('another', [{ name: 'Alice', mes: 'Hi' }]);
    all.line.backlog = 0;
    all.timers.pass(500);
    assert.equal(all.ofType('chat_history').length, 2);
    agree(all);
});

test('a message too long for a frame is cut and says so', () => {
    const all = desk();
    all.tavern.say('User', 'before');
    all.tavern.say('User', 'y'.repeat(400 * 1024));
    all.tavern.say('User', `${'z'.repeat(1024 * 1024 - 1)}😀${'z'.repeat(9 * 1024 * 1024)}`, { extra: { media: [{ url: 'u'.repeat(5 * 1024 * 1024) }] } });
    all.connect();
    const cut = all.mirror.messages[2];
    assert.deepEqual(cut.truncated, { 'mes': 10 * 1024 * 1024 + 1, 'extra.media.0.url': 5 * 1024 * 1024 });
    assert.ok(cut.mes.isWellFormed());
    assert.equal(all.mirror.messages[1].truncated.mes, 400 * 1024);
});

test('a message of very many small values still fits', () => {
    const all = desk();
    all.tavern.say('User', 'kept', { extra: { list: Array.from({ length: 1_500_000 }, (_, i) => i) } });
    all.connect();
    assert.equal(all.mirror.messages[0].mes, 'kept');
    assert.ok('extra' in all.mirror.messages[0].truncated);
});

test('an edit is a set, a deletion and an insertion are splices', async () => {
    const all = filled(10);
    all.connect();
    const uid = all.mirror.messages[3].uid;
    await all.tavern.edit(3, 'edited');
    all.timers.settle();
    await all.tavern.delete(5);
    all.timers.settle();
    all.tavern.chat.splice(2, 0, { name: 'User', mes: 'between' });
    all.history.compareSoon();
    agree(all);
    const ops = all.ofType('chat_changes').flatMap((news) => news.changes).map(({ op, at, remove = 0, insert = [] }) => [op, at, remove, insert.length]);
    assert.deepEqual(ops, [['set', 3, 0, 0], ['splice', 5, 1, 0], ['splice', 2, 0, 1]]);
    assert.equal(all.mirror.messages[4].uid, uid);
});

test('changes without an event are found when the hub asks', () => {
    const all = filled(300);
    all.connect();
    all.tavern.chat[7].is_system = true;
    all.tavern.chat[8].extra.note = { deep: [1] };
    delete all.tavern.chat[9].extra;
    all.history.compareSoon();
    all.timers.settle();
    assert.deepEqual(all.ofType('chat_changes').map((news) => news.changes.map((change) => change.at)), [[9, 8, 7]]);
    all.frames.length = 0;
    all.history.compareSoon();
    all.timers.settle();
    assert.deepEqual(all.frames, []);
});

test('before what was sent only the indexes move', () => {
    const all = filled(3000, 1000);
    all.line.backlog = LIMITS.backlogBytes + 1;
    all.connect();
    const { start } = all.mirror;
    assert.ok(start > 1000);
    all.tavern.chat.splice(10, 3, { name: 'User', mes: 'new below' });
    all.tavern.chat.splice(start - 10, 30);
    all.history.compareSoon();
    all.timers.settle();
    assert.equal(all.mirror.total, all.tavern.chat.length);
    assert.equal(all.history.ledger.sentFrom, all.mirror.start);
    all.line.backlog = 0;
    all.timers.pass(200);
    agree(all);
});

test('whatever happens while pages are on their way, the mirror ends up equal', () => {
    let seed = 1;
    const random = (most) => {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        return seed % most;
    };
    for (let round = 0; round < 40; round++) {
        const all = filled(random(600), 2000);
        all.line.backlog = LIMITS.backlogBytes + 1;
        all.connect();
        const { chat } = all.tavern;
        for (let step = 0; step < 30; step++) {
            const at = random(chat.length + 1);
            const action = random(6);
            if (action === 0) {
                chat.splice(at, random(4), { name: 'User', mes: `i${round}.${step}` });
            } else if (action === 1 && chat.length > 5) {
                chat.splice(at, random(4));
            } else if (action === 2 && at < chat.length) {
                chat[at].mes += '!';
            } else if (action === 3 && chat.length > 2) {
                chat.splice(random(chat.length - 1), 0, chat.splice(random(chat.length), 1)[0]);
            } else if (action === 4) {
                all.line.backlog = all.line.backlog ? 0 : LIMITS.backlogBytes + 1;
                all.timers.pass(random(3) * 30);
            } else {
                all.history.compareSoon(at);
            }
        }
        all.line.backlog = 0;
        all.history.compareSoon();
        all.timers.pass(2000);
        all.history.compareSoon();
        agree(all);
    }
});

test('an array emptied to be loaded anew is not believed at once', async () => {
    const all = filled(5);
    all.connect();
    const before = [...all.tavern.chat];
    all.tavern.chat.length = 0;
    all.history.compareSoon();
    all.timers.pass(300);
    assert.equal(all.mirror.total, 5);
    await all.tavern.open('chat', before.map((message) => ({ ...message })));
    agree(all);
    all.tavern.chat.length = 0;
    all.history.compareSoon();
    all.timers.pass(1500);
    assert.equal(all.mirror.total, 0);
});

test('the ids stay when the same chat is loaded anew, and its epoch rises', async () => {
    const all = filled(5);
    all.connect();
    const uids = all.mirror.messages.map((message) => message.uid);
    const { epoch } = all.mirror;
    await all.tavern.open('chat', all.tavern.chat.map((message) => ({ ...message })));
    agree(all);
    assert.ok(all.mirror.epoch > epoch);
    assert.deepEqual(all.mirror.messages.map((message) => message.uid), uids);
});

test('what another chat\'s array holds is not told as this chat\'s', () => {
    const all = filled(5);
    all.connect();
    all.tavern.id = 'another';
    all.tavern.chat.splice(0, 5, { name: 'Alice', mes: 'Hi' });
    all.frames.length = 0;
    all.history.compareSoon();
    all.timers.settle();
    assert.deepEqual(all.frames, []);
});

test('very many new messages at once come in pages', () => {
    const all = filled(5);
    all.connect();
    for (let i = 0; i < 5000; i++) {
        all.tavern.say('User', `more ${i}`);
    }
    all.history.compareSoon();
    agree(all);
    assert.ok(all.frames.every((frame) => frame.bytes <= LIMITS.pageBytes + 1000));
});

/** A clock that goes on by `step` ms with each look at it, and counts how long each turn of the page lasts. */
function clocked(all, step) {
    const { options } = all.history;
    let time = 0;
    const turns = [];
    options.now = () => time += step;
    options.timers = {
        ...all.timers,
        set: (callback, ms) => all.timers.set(callback, ms),
        soon: (callback) => all.timers.soon(() => {
            const began = time;
            callback();
            turns.push(time - began);
        }),
    };
    return { turns, now: () => time, pass: (ms) => { time += ms; } };
}

test('a hundred thousand messages are compared in slices of at most 5 ms', () => {
    const all = desk();
    const clock = clocked(all, 0);
    let looked = 0;
    for (let i = 0; i < 100000; i++) {
        const mes = `m${i}`;
        all.tavern.chat.push({ name: 'User', is_user: true, get mes() {
            looked += 1;
            // Slower than on any computer that runs a browser.
            clock.pass(0.02);
            return mes;
        } });
    }
    all.connect();
    assert.equal(all.mirror.total, 100000);
    looked = 0;
    clock.turns.length = 0;
    all.history.compareSoon();
    all.timers.settle();
    assert.equal(looked, 100000);
    assert.ok(clock.turns.length > 100);
    assert.ok(Math.max(...clock.turns) <= 3, String(Math.max(...clock.turns)));
});

test('what changed in very many messages is told in slices, too', () => {
    const all = filled(20000);
    all.connect();
    const clock = clocked(all, 0.2);
    all.tavern.chat.forEach((message) => { message.is_system = true; });
    all.history.compareSoon();
    all.timers.settle();
    assert.ok(Math.max(...clock.turns) <= 5, String(Math.max(...clock.turns)));
    assert.ok(all.mirror.messages.every((message) => message.is_system));
});

test('one message that takes long ends its slice', () => {
    const all = filled(200);
    all.connect();
    const clock = clocked(all, 0.02);
    for (const at of [20, 21, 22]) {
        const mes = `slow ${at}`;
        Object.defineProperty(all.tavern.chat[at], 'mes', { enumerable: true, get() {
            clock.pass(4);
            return mes;
        } });
    }
    all.history.compareSoon();
    all.timers.settle();
    agree(all);
    // Read to be compared, and again to be told.
    assert.ok(Math.max(...clock.turns) <= 3 + 3 * 4, String(Math.max(...clock.turns)));
});

test('many messages that are named at once are compared in slices', () => {
    const all = filled(2000);
    all.connect();
    const clock = clocked(all, 0);
    all.history.comparison.rested = Infinity;
    all.tavern.chat.forEach((message, at) => {
        const { mes } = message;
        Object.defineProperty(message, 'mes', { enumerable: true, get() {
            clock.pass(0.02);
            return mes;
        } });
        message.is_system = true;
        all.history.compareSoon(at);
    });
    all.timers.settle();
    assert.ok(Math.max(...clock.turns) <= 3, String(Math.max(...clock.turns)));
    assert.ok(all.mirror.messages.every((message) => message.is_system));
});

test('sweeps of a huge chat rest; the newest, what is named, and what comes and goes are seen at once', () => {
    const all = filled(5000);
    all.connect();
    const clock = clocked(all, 0.2);
    const check = () => {
        all.history.compareSoon();
        all.timers.settle();
    };
    check();
    const cost = clock.now();
    const rested = all.history.comparison.rested - clock.now();
    assert.ok(rested > 15 * cost * 0.9, `${rested} after ${cost}`);
    const { chat } = all.tavern;
    chat[0].mes = 'unseen for a while';
    chat[1000].mes = 'named';
    chat[4990].mes = 'new';
    chat.splice(2000, 1);
    all.history.compareSoon(1000);
    all.timers.settle();
    assert.deepEqual(texts(all.mirror.messages).map((text, at) => text === chat[at].mes ? -1 : at).filter((at) => at >= 0), [0]);
    clock.pass(rested);
    check();
    agree(all);
    chat[0].mes = 'seen without being asked';
    check();
    clock.pass(rested * 2);
    all.timers.pass(rested * 2);
    agree(all);
});
