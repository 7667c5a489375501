/** A page whose connection was lost and is back: nothing lost, nothing doubled, nothing told twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { desk, texts } from './desk.mjs';

function ready(count = 5) {
    const all = desk();
    for (let i = 0; i < count; i++) {
        all.tavern.say(i % 2 ? 'Alice' : 'User', `message ${i}`, { is_system: undefined });
    }
    all.connect();
    all.frames.length = 0;
    return all;
}

function agree({ tavern, mirror, timers, history }) {
    timers.pass(3000);
    history.compareSoon();
    timers.pass(3000);
    assert.deepEqual(texts(mirror.messages), texts(tavern.chat));
    assert.equal(mirror.streams.size, 0);
}

async function say(all, ...pieces) {
    for (const piece of pieces) {
        await all.tavern.token(piece);
        all.timers.pass(40);
    }
}

test('a hub that has it all is sent nothing', () => {
    const all = ready();
    all.lose();
    assert.equal(all.connect(), true);
    assert.deepEqual(all.frames, []);
    agree(all);
});

test('what was done meanwhile goes out as changes', async () => {
    const all = ready();
    const { epoch } = all.mirror;
    all.lose();
    await all.tavern.edit(1, 'edited');
    await all.tavern.delete(3);
    all.tavern.say('User', 'more');
    all.timers.pass(2000);
    assert.equal(all.connect(), true);
    agree(all);
    assert.equal(all.mirror.epoch, epoch);
    assert.deepEqual([...new Set(all.frames.map((frame) => frame.type))], ['chat_changes']);
});

test('a hub that lost a change, has only some pages, another chat or nothing is sent all of it', async () => {
    const spoil = {
        'a lost change': async (all) => {
            all.line.cut = true;
            await all.tavern.edit(1, 'edited');
            all.timers.settle();
        },
        'another chat': (all) => {
            all.lose();
            return all.tavern.open('another', [{ name: 'Alice', mes: 'Hi' }]);
        },
        'the same chat loaded again': (all) => {
            all.lose();
            return all.tavern.open('chat', all.tavern.chat.map((message) => ({ ...message })));
        },
        'another chat that is not loaded yet': (all) => {
            all.lose();
            all.tavern.id = 'another';
        },
        'a new hub': (all) => { all.mirror.epoch = -1; },
        'missing pages': (all) => { all.mirror.messages.splice(0, all.mirror.start = 2); },
        'no more than the first page sent': (all) => { all.history.ledger.sentFrom = 2; },
    };
    for (const [name, act] of Object.entries(spoil)) {
        const all = ready();
        const { epoch } = all.history;
        await act(all);
        all.lose();
        assert.equal(all.connect(), false, name);
        assert.ok(all.history.epoch > epoch, name);
        agree(all);
    }
});

test('a reply in progress goes on in its place', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    all.lose();
    await say(all, 'two ');
    assert.equal(all.connect(), true);
    assert.deepEqual(all.ofType('stream_start').map((start) => [start.stream, start.text]), [[1, ''], [1, 'One two ']]);
    assert.equal(all.ofType('chat_history').length, 0);
    await say(all, 'three');
    await all.tavern.finish();
    agree(all);
    assert.equal(all.mirror.flickers, 0);
    assert.deepEqual(all.mirror.ended.map((end) => [end.stream, end.outcome, end.live.text]), [[1, 'finished', 'One two three']]);
});

test('a reply that ended meanwhile is ended, its message comes by the comparison', async () => {
    for (const kind of ['normal', 'swipe', 'continue', 'regenerate']) {
        const all = ready(4);
        all.tavern.chat[3].swipes = [all.tavern.chat[3].mes];
        all.tavern.chat[3].swipe_id = 0;
        all.history.compareSoon();
        all.timers.settle();
        if (kind === 'swipe') {
            all.tavern.chat[3].swipe_id = 1;
        }
        await all.tavern.begin(kind, kind === 'normal' ? 'Hi' : undefined);
        await say(all, 'One ');
        all.lose();
        await say(all, 'two');
        await all.tavern.finish();
        all.timers.pass(3000);
        all.frames.length = 0;
        assert.equal(all.connect(), true, kind);
        agree(all);
        assert.deepEqual(all.ofType('stream_end'), [{ stream: 1, outcome: 'finished', warning: null }]);
        assert.equal(all.ofType('chat_history').length, 0);
        assert.equal(all.mirror.ended.length, 1);
    }
});

test('a reply that began and ended meanwhile is a change only, and the next one is told from it', async () => {
    const all = ready();
    all.lose();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One');
    await all.tavern.finish();
    all.timers.pass(3000);
    await all.tavern.begin('normal');
    assert.equal(all.connect(), true);
    assert.deepEqual(texts(all.mirror.messages).slice(-2), ['Hi', 'One']);
    await say(all, 'Two');
    await all.tavern.finish();
    agree(all);
    assert.deepEqual(all.mirror.ended.map((end) => [end.stream, end.message?.mes]), [[2, 'Two']]);
});

test('an end that got lost on its way is said again', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    all.timers.settle();
    all.line.cut = true;
    await all.tavern.abort(true);
    all.timers.pass(3000);
    assert.equal(all.mirror.streams.size, 1);
    all.lose();
    assert.equal(all.connect(), true);
    agree(all);
    assert.deepEqual(all.mirror.ended.map((end) => [end.stream, end.outcome]), [[1, 'stopped']]);
    all.timers.pass(60000);
    all.frames.length = 0;
    all.lose();
    all.connect();
    assert.deepEqual(all.frames, []);
});

test('whatever is cut when, both ends agree in the end', async () => {
    let seed = 7;
    const random = (most) => {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        return (seed >> 8) % most;
    };
    for (let round = 0; round < 60; round++) {
        const all = ready(random(8));
        const { tavern } = all;
        let running = false;
        for (let step = 0; step < 40; step++) {
            const action = random(10);
            if (action === 0 && !running) {
                await tavern.begin(tavern.chat.at(-1)?.name === 'Alice' && random(2) ? 'continue' : 'normal', random(2) ? `u${step}` : undefined);
                if (tavern.type === 'continue' && tavern.chat.at(-1).name !== 'Alice') {
                    tavern.type = 'normal';
                }
                running = true;
            } else if (action <= 2 && running) {
                await tavern.token(`t${step} `);
            } else if (action === 3 && running && tavern.streamingProcessor) {
                await tavern.finish(undefined, Boolean(random(2)));
                running = false;
            } else if (action === 4 && running && !tavern.streamingProcessor) {
                await tavern.abort(Boolean(random(2)));
                running = false;
            } else if (action === 5 && !running && tavern.chat.length) {
                await tavern.edit(random(tavern.chat.length), `e${step}`);
            } else if (action === 6 && !running && tavern.chat.length > 2) {
                await tavern.delete(random(tavern.chat.length));
            } else if (action === 7) {
                all.line.cut = true;
            } else if (action === 8) {
                all.lose();
            } else if (!all.history.online) {
                all.connect();
            }
            all.timers.pass(random(3) * 50);
        }
        if (running) {
            await tavern.token('last');
            await tavern.finish();
        }
        all.timers.pass(4000);
        all.lose();
        all.connect();
        agree(all);
    }
});
