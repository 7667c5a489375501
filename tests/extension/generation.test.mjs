/** The life of each generation, by the orders of events that the real SillyTavern has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ready } from './desk.mjs';
import { SEQUENCES } from './fake-sillytavern.mjs';

async function say(all, ...pieces) {
    for (const piece of pieces) {
        await all.tavern.token(piece);
        all.timers.pass(100);
    }
}

/** The steps so far, when all has come to rest; and forgets them. */
function phases(all) {
    all.timers.pass(3000);
    return all.steps.splice(0).map(({ phase, kind }) => `${phase} ${kind}`);
}

const WHOLE = (kind) => [`started ${kind}`, `first_token ${kind}`, `finished ${kind}`];

test('with streaming: begun, first words, over; with what came, and how fast', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    all.timers.pass(500);
    await say(all, 'One ', 'two ', 'three');
    await all.tavern.emitter.emit('STREAM_TOKEN_RECEIVED', all.tavern.text);
    await all.tavern.finish();
    assert.deepEqual(all.tavern.said, SEQUENCES['send, streaming']);
    all.timers.pass(3000);
    const [start, first, end] = all.steps;
    assert.deepEqual(start, {
        generation: 1, phase: 'started', kind: 'normal', speaker: 'Alice', stream: 1, streaming: true, tokens: 0, seconds: 0, rate: null,
    });
    assert.deepEqual([first.phase, first.tokens, first.seconds], ['first_token', 1, 0.5]);
    assert.deepEqual(end, {
        generation: 1, phase: 'finished', kind: 'normal', speaker: 'Alice', stream: 1, streaming: true, tokens: 3, seconds: end.seconds, rate: 10,
        warning: null, error: null,
    });
    assert.equal(all.steps.length, 3);
});

test('without streaming: begun and over', async () => {
    const all = ready(false);
    await all.tavern.begin('normal', 'Hi');
    await all.tavern.finish('All at once');
    assert.deepEqual(all.tavern.said, SEQUENCES['send, not streaming']);
    all.timers.pass(3000);
    assert.deepEqual(all.steps.map(({ phase, streaming, tokens, rate }) => [phase, streaming, tokens, rate]), [
        ['started', false, 0, null], ['finished', false, 0, null],
    ]);
});

test('stopped in mid-stream, and before the first byte', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    await all.tavern.finish('One', true);
    assert.deepEqual(phases(all), ['started normal', 'first_token normal', 'stopped normal']);
    await all.tavern.begin('normal', 'Again');
    await all.tavern.abort(true);
    assert.deepEqual(phases(all), ['started normal', 'stopped normal']);
});

test('an error before and in mid-stream, with the words of the page', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    all.streams.complained('Too many requests');
    await all.tavern.abort();
    all.timers.pass(3000);
    assert.deepEqual(all.steps.splice(0).map(({ phase, error }) => [phase, error ?? null]), [['started', null], ['failed', 'Too many requests']]);
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    all.streams.complained('Overloaded');
    await all.tavern.finish();
    all.timers.pass(3000);
    assert.deepEqual(all.steps.map(({ phase, warning }) => [phase, warning ?? null]), [
        ['started', null], ['first_token', null], ['finished', 'Overloaded'],
    ]);
});

test('an error in a stream that brings nothing else has failed, whatever SillyTavern stores', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await all.tavern.token('');
    all.streams.complained('Overloaded');
    await all.tavern.finish('');
    all.timers.pass(3000);
    assert.deepEqual(all.steps.map(({ phase, error }) => [phase, error ?? null]), [['started', null], ['failed', 'Overloaded']]);
});

test('swipe, continue, impersonate', async () => {
    const all = ready();
    for (const kind of ['swipe', 'continue']) {
        await all.tavern.begin(kind);
        await say(all, 'Other words');
        await all.tavern.finish();
        assert.deepEqual(phases(all), WHOLE(kind));
    }
    await all.tavern.begin('impersonate');
    await say(all, 'I say');
    await all.tavern.emitter.emit('GENERATION_ENDED', 1);
    await all.tavern.emitter.emit('IMPERSONATE_READY', 'I say');
    all.tavern.streamingProcessor = null;
    assert.deepEqual(phases(all), WHOLE('impersonate'));
});

test('in a group each speaker has a generation, the frame has none', async () => {
    const all = ready();
    const { emitter } = all.tavern;
    await emitter.emit('GENERATION_STARTED', 'normal', {}, false);
    await emitter.emit('GROUP_WRAPPER_STARTED', { selected_group: 1, type: 'normal' });
    for (const text of ['From one', 'From two', 'From three']) {
        await all.tavern.begin('normal');
        await say(all, text);
        await all.tavern.finish();
    }
    await emitter.emit('GROUP_WRAPPER_FINISHED', { selected_group: 1, type: 'normal' });
    all.timers.pass(3000);
    assert.deepEqual(all.steps.map(({ generation, phase }) => [generation, phase]), [1, 2, 3].flatMap((number) =>
        ['started', 'first_token', 'finished'].map((phase) => [number, phase])));
});

test('a quiet one is finished, stopped or failed', async () => {
    const all = ready();
    const { emitter } = all.tavern;
    for (const end of ['finished', 'stopped', 'failed']) {
        await emitter.emit('GENERATION_STARTED', 'quiet', {}, false);
        await emitter.emit('GENERATE_AFTER_DATA', {}, false);
        all.timers.pass(1000);
        if (end === 'failed') {
            all.generations.complained('No credit');
        }
        await emitter.emit('GENERATION_ENDED', 1);
        if (end === 'stopped') {
            await emitter.emit('GENERATION_STOPPED');
        }
        all.timers.pass(3000);
        const [start, last] = all.steps.splice(0);
        assert.deepEqual([start.phase, start.kind, start.stream, start.streaming], ['started', 'quiet', null, false]);
        assert.deepEqual([last.phase, last.kind, last.error], [end, 'quiet', end === 'failed' ? 'No credit' : null]);
    }
    assert.equal(all.ofType('stream_start').length, 0);
});

test('dry runs, slash commands and what has no connection have none', async () => {
    const all = ready();
    const { emitter } = all.tavern;
    for (const type of ['normal', 'quiet']) {
        await emitter.emit('GENERATION_STARTED', type, {}, true);
        await emitter.emit('GENERATE_AFTER_DATA', {}, true);
    }
    await emitter.emit('GENERATION_STARTED', 'normal', {}, false);
    assert.deepEqual(phases(all), []);
});

test('a quiet one within the beginning of a reply: both have their own', async () => {
    const all = ready(false);
    const { emitter } = all.tavern;
    const within = async () => {
        emitter.removeListener('GENERATION_STARTED', within);
        await emitter.emit('GENERATION_STARTED', 'quiet', {}, false);
        await emitter.emit('GENERATE_AFTER_DATA', {}, false);
        await emitter.emit('GENERATION_ENDED', 1);
        all.timers.pass(100);
    };
    emitter.on('GENERATION_STARTED', within);
    await all.tavern.begin('normal', 'Hi');
    await all.tavern.finish('Done');
    assert.deepEqual(phases(all), ['started quiet', 'finished quiet', 'started normal', 'finished normal']);
});

test('tool calls: what is said before them, and after', async () => {
    const all = ready();
    const { emitter } = all.tavern;
    await all.tavern.begin('normal', 'Weather?');
    await say(all, 'Let me see');
    all.tavern.streamingProcessor = null;
    await emitter.emit('MESSAGE_RECEIVED', 2, 'normal');
    await emitter.emit('TOOL_CALLS_PERFORMED', []);
    await all.tavern.begin('normal');
    await say(all, 'Rain');
    await all.tavern.finish();
    assert.deepEqual(phases(all), [...WHOLE('normal'), ...WHOLE('normal')]);
});

test('a continuation that comes by itself is another one', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One');
    await all.tavern.finish();
    await all.tavern.begin('continue');
    await say(all, ' two');
    await all.tavern.finish();
    assert.deepEqual(phases(all), [...WHOLE('normal'), ...WHOLE('continue')]);
});

test('a model that is gone in mid-stream: stalled; then it goes on, or is stopped', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    all.timers.pass(70000);
    assert.deepEqual(all.steps.map(({ phase }) => phase), ['started', 'first_token', 'stalled']);
    assert.equal(all.steps[2].seconds, 60.0);
    await say(all, 'two ');
    all.timers.pass(70000);
    await all.tavern.finish('One two', true);
    assert.deepEqual(phases(all), ['started', 'first_token', 'stalled', 'resumed', 'stalled', 'stopped'].map((phase) => `${phase} normal`));
});

test('a chat that is left ends it', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    await all.tavern.open('another');
    all.timers.pass(3000);
    assert.deepEqual(all.steps.map(({ phase, warning }) => [phase, warning ?? null]).at(-1), ['stopped', 'another chat was opened']);
});

test('who begins to listen late is told what runs', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    all.steps.length = 0;
    all.generations.retell();
    assert.deepEqual(all.steps.map(({ phase, tokens, seconds }) => [phase, tokens, seconds]), [['started', 1, 0.1]]);
});
