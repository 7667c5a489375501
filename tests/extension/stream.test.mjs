import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DeltaTracker } from '../../extension/src/delta.js';
import { Silence } from '../../extension/src/stall.js';
import { FakeTimers, SEQUENCES } from './fake-sillytavern.mjs';
import { ready, texts } from './desk.mjs';

function agree({ tavern, mirror, timers }) {
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

test('a reply: one start, deltas, one end with the stored message', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ', 'two ');
    assert.deepEqual(texts(all.mirror.messages), ['Hello', 'Hi']);
    assert.equal([...all.mirror.streams.values()][0].text, 'One two ');
    await all.tavern.finish();
    assert.deepEqual(all.tavern.said, SEQUENCES['send, streaming']);
    agree(all);
    const [start] = all.ofType('stream_start');
    assert.deepEqual([start.kind, start.at, start.speaker, start.base], ['normal', 2, 'Alice', '']);
    assert.deepEqual(all.mirror.ended.map((end) => [end.outcome, end.insert, end.at, end.message.mes]), [['finished', true, 2, 'One two']]);
    assert.deepEqual(all.kinds, ['normal', null]);
});

test('without streaming there is a start and an end, when all is stored', async () => {
    const all = ready(false);
    await all.tavern.begin('normal', 'Hi');
    await all.tavern.finish('All at once');
    assert.deepEqual(all.tavern.said, SEQUENCES['send, not streaming']);
    agree(all);
    assert.equal(all.ofType('stream_update').length, 0);
    assert.deepEqual(all.mirror.ended.map((end) => [end.outcome, end.message.mes, end.message.swipe_id]), [['finished', 'All at once', 0]]);
});

test('tokens that come fast are sent together, the first at once', async () => {
    const all = ready();
    await all.tavern.begin('normal');
    for (let i = 0; i < 1000; i++) {
        await all.tavern.token('x ');
        all.timers.pass(1);
    }
    const updates = all.ofType('stream_update');
    assert.equal(updates[0].append, 'x ');
    assert.ok(updates.length <= 32, String(updates.length));
    await all.tavern.finish();
    assert.equal(all.mirror.ended[0].live.text, 'x '.repeat(1000));
});

test('stopped in mid-stream, and before the first byte', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    await all.tavern.finish('One', true);
    assert.deepEqual(all.tavern.said, SEQUENCES['stop, streaming']);
    agree(all);
    all.tavern.said.length = 0;
    await all.tavern.begin('normal', 'Again');
    await all.tavern.abort(true);
    assert.deepEqual(all.tavern.said, SEQUENCES['stop, not streaming']);
    agree(all);
    assert.deepEqual(all.mirror.ended.map((end) => [end.outcome, end.message?.mes]), [['stopped', 'One'], ['stopped', undefined]]);
});

test('a failed request ends the stream with the words of the page', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    all.streams.complained('Too many requests');
    await all.tavern.abort();
    assert.deepEqual(all.tavern.said, SEQUENCES['fail, streaming']);
    agree(all);
    assert.deepEqual(all.mirror.ended.map((end) => [end.outcome, end.error, end.message]), [['failed', 'Too many requests', undefined]]);
});

test('a generation that throws before it began is a stream that failed', () => {
    const all = ready();
    all.streams.failed('Server unreachable', 'normal');
    agree(all);
    assert.deepEqual(all.mirror.ended.map((end) => [end.outcome, end.error]), [['failed', 'Server unreachable']]);
});

test('a swipe rewrites its message; while it is generated nothing else is told of it', async () => {
    const all = ready();
    const uid = all.mirror.messages[0].uid;
    all.tavern.chat[0].swipe_id = 1;
    await all.tavern.emitter.emit('MESSAGE_SWIPED', 0);
    await all.tavern.begin('swipe');
    await say(all, 'Other ', 'words');
    all.history.compareSoon();
    all.timers.settle();
    assert.equal(all.mirror.messages[0].mes, 'Hello');
    assert.equal(all.ofType('chat_changes').length, 0);
    await all.tavern.finish();
    agree(all);
    const [start] = all.ofType('stream_start');
    assert.deepEqual([start.kind, start.at, start.uid], ['swipe', 0, uid]);
    assert.deepEqual([all.mirror.messages[0].uid, all.mirror.messages[0].swipe_count, all.mirror.ended[0].insert], [uid, 2, false]);
});

test('a failed swipe that is put back without an event leaves no trace', async () => {
    const all = ready();
    all.tavern.chat[0].swipe_id = 1;
    await all.tavern.emitter.emit('MESSAGE_SWIPED', 0);
    await all.tavern.begin('swipe');
    await all.tavern.abort();
    all.timers.pass(100);
    all.tavern.chat[0].swipe_id = 0;
    agree(all);
    assert.equal(all.mirror.ended[0].outcome, 'failed');
    assert.equal(all.ofType('chat_changes').length, 0);
});

test('regenerate: the old reply goes, the new one comes', async () => {
    const all = ready();
    await all.tavern.begin('regenerate');
    await say(all, 'New');
    assert.equal(all.mirror.total, 0);
    await all.tavern.finish();
    agree(all);
    assert.deepEqual(all.ofType('stream_start').map((start) => [start.kind, start.at]), [['regenerate', 0]]);
});

test('continue keeps the old text as base', async () => {
    const all = ready();
    await all.tavern.begin('continue');
    await say(all, ' and', ' more');
    await all.tavern.finish();
    agree(all);
    assert.deepEqual(all.ofType('stream_start').map((start) => [start.kind, start.at, start.base]), [['continue', 0, 'Hello']]);
    assert.equal(all.mirror.ended[0].live.text, ' and more');
    assert.equal(all.mirror.messages[0].mes, 'Hello and more');
});

test('impersonation ends as text only', async () => {
    const all = ready();
    await all.tavern.begin('impersonate');
    await say(all, 'I say');
    await all.tavern.emitter.emit('GENERATION_ENDED', 1);
    await all.tavern.emitter.emit('IMPERSONATE_READY', 'I say this');
    all.tavern.streamingProcessor = null;
    agree(all);
    assert.deepEqual(all.mirror.ended.map((end) => [end.outcome, end.text, end.message]), [['text_only', 'I say this', undefined]]);
});

test('a chat left in mid-stream abandons the stream, and what it still says concerns nobody', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    await all.tavern.open('another', [{ name: 'Alice', mes: 'Here' }, { name: 'User', mes: 'x' }, { name: 'User', mes: 'y' }]);
    await say(all, 'two ');
    assert.equal(all.ofType('stream_start').length, 1);
    assert.deepEqual(all.mirror.ended.map((end) => [end.outcome, end.message]), [['abandoned', undefined]]);
    agree(all);
});

test('dry runs, quiet generations and slash commands leave no ghosts', async () => {
    const all = ready();
    const { emitter } = all.tavern;
    await emitter.emit('GENERATION_STARTED', 'normal', {}, true);
    await emitter.emit('GENERATE_AFTER_DATA', {}, true);
    await emitter.emit('GENERATION_STARTED', 'quiet', {}, false);
    await emitter.emit('GENERATE_AFTER_DATA', {}, false);
    await emitter.emit('GENERATION_ENDED', 1);
    await emitter.emit('GENERATION_STARTED', 'normal', {}, false);
    await emitter.emit('GENERATION_STARTED', 'quiet', {}, false);
    await emitter.emit('GENERATE_AFTER_DATA', {}, false);
    all.timers.pass(3000);
    assert.equal(all.ofType('stream_start').length, 0);
});

test('a group: the frame starts nothing, each speaker has a stream', async () => {
    const all = ready();
    await all.tavern.emitter.emit('GENERATION_STARTED', 'normal', {}, false);
    for (const text of ['From one', 'From two']) {
        await all.tavern.begin('normal');
        await say(all, text);
        await all.tavern.finish();
    }
    agree(all);
    assert.deepEqual(all.mirror.ended.map((end) => end.message.mes), ['From one', 'From two']);
});

test('after a reconnect the stream goes on with what has come', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    all.history.online = false;
    await say(all, 'two ');
    all.connect();
    assert.deepEqual(all.ofType('stream_start').map((start) => start.text), ['', 'One two ']);
    assert.deepEqual(texts(all.mirror.messages), ['Hello', 'Hi']);
    await say(all, 'three');
    await all.tavern.finish();
    agree(all);
    assert.equal(all.mirror.ended[0].live.text, 'One two three');
});

test('a reply that ends while nobody listens is in the next history', async () => {
    const all = ready();
    await all.tavern.begin('normal', 'Hi');
    await say(all, 'One ');
    all.history.online = false;
    await all.tavern.finish();
    all.timers.pass(3000);
    all.connect();
    agree(all);
    assert.equal(all.mirror.total, 3);
});

test('listeners return at once, so SillyTavern does not wait', async () => {
    const all = ready();
    for (const listener of Object.values(all.tavern.emitter.events).flat()) {
        assert.ok(!listener.toString().startsWith('async'));
    }
    await all.tavern.begin('normal');
    assert.equal(all.streams.token('x'), undefined);
});

test('reasoning goes its own way', async () => {
    const all = ready();
    await all.tavern.begin('normal');
    await all.tavern.token('');
    all.tavern.streamingProcessor.reasoningHandler = { reasoning: 'Let me think' };
    await say(all, '', '', 'So');
    assert.deepEqual(all.ofType('stream_update'), [{ stream: 1, channel: 'reasoning', tokens: 1, append: 'Let me think' }, { stream: 1, tokens: 2, append: 'So' }]);
    await all.tavern.finish();
    agree(all);
});

test('the text is the one that SillyTavern makes of the words, not the words', async () => {
    const all = ready();
    const shown = () => [...all.mirror.streams.values()].map((live) => live.base + live.text).join();
    const close = (text) => text.trimEnd() + '"'.repeat(text.split('"').length % 2 ? 0 : 1);
    all.tavern.cook = (text) => close(text.replaceAll('cat', 'dog'));
    await all.tavern.begin('normal');
    for (const piece of ['A cat ', 'said: "W', 'oof', '!" The ', 'c', 'at', ' left']) {
        await say(all, piece);
        assert.equal(shown().trimEnd(), all.tavern.chat.at(-1).mes.trimEnd());
        all.timers.pass(500);
        assert.equal(shown().trimEnd(), all.tavern.chat.at(-1).mes.trimEnd());
    }
    const [, quoted] = all.ofType('stream_update').slice(1);
    assert.deepEqual(quoted, { stream: 1, tokens: 3, drop: '"', append: 'oof"' });
    await all.tavern.finish(all.tavern.cook(all.tavern.text));
    agree(all);
    assert.equal(all.mirror.ended[0].live.text, 'A dog said: "Woof!" The dog left');
});

test('reasoning that SillyTavern takes out of the words is never shown among them', async () => {
    const all = ready();
    all.tavern.parses = true;
    all.tavern.cook = (text) => text.split('</think>').slice(1).join('');
    all.tavern.shows = () => false;
    await all.tavern.begin('normal');
    const seen = new Set();
    for (const piece of ['<think>', 'Hm', 'm', '</think>', 'Well', ', yes']) {
        await say(all, piece);
        all.timers.pass(500);
        seen.add([...all.mirror.streams.values()][0].text);
        all.tavern.shows = () => true;
    }
    assert.deepEqual([...seen], ['', 'Well', 'Well, yes']);
});

test('what SillyTavern does not show of a stream that is held up follows after a while, and does not go again', async () => {
    const all = ready();
    const shown = () => [...all.mirror.streams.values()][0].text;
    await all.tavern.begin('normal');
    all.tavern.shows = () => false;
    await say(all, 'One ', 'two ');
    assert.equal(shown(), '');
    all.timers.pass(300);
    assert.equal(shown(), 'One two ');
    await say(all, 'three ');
    assert.equal(shown(), 'One two ');
    all.tavern.shows = () => true;
    await say(all, 'four ');
    assert.equal(shown(), 'One two three four ');
    assert.ok(all.ofType('stream_update').every((update) => update.text === undefined && update.drop === undefined));
    all.tavern.cook = (text) => text.slice(0, 8);
    await say(all, 'five ');
    assert.equal(shown(), 'One two ');
    all.tavern.shows = () => false;
    await say(all, 'six ');
    all.timers.pass(500);
    assert.equal(shown(), 'One two ', 'it would show what SillyTavern may never show');
});

test('a quotation that SillyTavern closes is open again in what follows after a while', async () => {
    const all = ready();
    const shown = () => [...all.mirror.streams.values()][0].text;
    const close = (text) => text.split('*').length % 2 ? text : `${text.trimEnd()}*`;
    all.tavern.cook = close;
    await all.tavern.begin('normal');
    await say(all, '*Once ');
    assert.equal(shown(), '*Once*');
    all.tavern.shows = () => false;
    await say(all, 'upon ');
    assert.equal(shown(), '*Once*');
    all.timers.pass(300);
    assert.equal(shown(), '*Once upon ');
    await say(all, 'a ');
    assert.equal(shown(), '*Once upon ');
    all.tavern.shows = () => true;
    await say(all, 'time');
    assert.equal(shown(), '*Once upon a time*');
    await say(all, '.*');
    assert.equal(shown(), '*Once upon a time.*');
    assert.ok(all.ofType('stream_update').every((update) => update.text === undefined));
});

test('a continued message whose old part is made over has no base any longer', async () => {
    const all = ready();
    const shown = () => [...all.mirror.streams.values()].map((live) => [live.base, live.text]);
    all.tavern.cook = (text) => text.replaceAll('el', 'al');
    await all.tavern.begin('continue');
    await say(all, ', w', 'ell');
    assert.deepEqual(shown(), [['', 'Hallo, wall']]);
    await all.tavern.finish();
    agree(all);
    assert.deepEqual(all.ofType('stream_start').map((start) => [start.stream, start.base, start.text]), [[1, 'Hello', ''], [1, '', 'Hallo, w']]);
});

test('deltas join to the text, rewrites and split pairs included', () => {
    const tracker = new DeltaTracker();
    let shown = '';
    const take = (text, last = false) => {
        const delta = tracker.advance(text, last);
        if (delta) {
            assert.ok(!('drop' in delta) || shown.endsWith(delta.drop));
            shown = 'append' in delta ? shown.slice(0, shown.length - (delta.drop ?? '').length) + delta.append : delta.text;
            assert.ok(last || shown.isWellFormed());
        }
        return delta;
    };
    assert.deepEqual(take('Hi \ud83d'), { append: 'Hi ' });
    assert.equal(take('Hi \ud83d'), null);
    assert.deepEqual(take('Hi \ud83d\ude00!'), { append: '😀!' });
    assert.deepEqual(take('Ho 😀! more'), { text: 'Ho 😀! more' });
    assert.deepEqual(take('Ho'), { text: 'Ho' });
    assert.deepEqual(take('Ho! 😀'), { append: '! 😀' });
    assert.deepEqual(take('Ho! 😁'), { drop: '😀', append: '😁' });
    assert.deepEqual(take('Ho! "'), { drop: '😁', append: '"' });
    assert.deepEqual(take('Ho! '), { drop: '"', append: '' });
    assert.deepEqual(take('Oh! "'), { text: 'Oh! "' });
    take('Ho'.padEnd(5000, 'abc') + '*');
    assert.deepEqual(take('Ho'.padEnd(5000, 'abc') + ' *'), { drop: '*', append: ' *' });
    assert.equal(take('Ho'.padEnd(4800, 'abc')).text.length, 4800);
    take('Ho'.padEnd(5000, 'abc'));
    take('Ho'.padEnd(5000, 'abc') + '\ud83d', true);
    assert.equal(shown, 'Ho'.padEnd(5000, 'abc') + '\ud83d');
});

test('texts too long for a frame go in pieces, at the start, in between and at the end', async () => {
    const long = '好😀"'.repeat(40000);
    const all = ready();
    all.tavern.chat[0].mes = long;
    all.history.compareSoon();
    all.timers.settle();
    await all.tavern.begin('continue');
    const shown = () => {
        const [live] = all.mirror.streams.values();
        return [live.base + live.text, live.reasoning];
    };
    assert.ok(shown()[0] === long);
    await all.tavern.token('more');
    all.tavern.streamingProcessor.reasoningHandler = { reasoning: long };
    await say(all, ' and more');
    assert.ok(shown()[0] === `${long}more and more` && shown()[1] === long);
    all.tavern.text = `rewritten ${long}`;
    await say(all, '!');
    assert.ok(shown()[0] === `${long}rewritten ${long}!`);
    all.streams.retell();
    assert.ok(shown()[0] === `${long}rewritten ${long}!` && shown()[1] === long);
    await all.tavern.finish();
    agreeWhole(all);
    all.streams.failed('x'.repeat(300000), 'normal');
    all.timers.pass(3000);
    assert.equal(all.mirror.ended.at(-1).error.length, 2000);
    await all.tavern.begin('impersonate');
    await say(all, long);
    await all.tavern.emitter.emit('IMPERSONATE_READY', `${long}.`);
    assert.ok(all.mirror.ended.at(-1).live.text === `${long}.`);
});

/** The mirror has the stored message, though cut. */
function agreeWhole({ mirror, tavern, timers }) {
    timers.pass(3000);
    const { mes, truncated } = mirror.messages.at(-1);
    assert.ok(tavern.chat.at(-1).mes.startsWith(mes) && truncated.mes === tavern.chat.at(-1).mes.length);
}

test('300 swipes cost no more than one', async () => {
    const all = ready();
    const bytes = () => {
        const at = all.frames.length;
        all.history.compareSoon();
        all.timers.settle();
        return all.frames.slice(at).reduce((sum, frame) => sum + frame.bytes, 0);
    };
    Object.assign(all.tavern.chat[0], { mes: 'again', swipes: ['again', 'b'] });
    const few = bytes();
    Object.assign(all.tavern.chat[0], { mes: 'again', swipes: Array.from({ length: 300 }, (_, i) => `${i} ${'x'.repeat(5000)}`), swipe_info: [{}] });
    const many = bytes();
    assert.ok(few > 0 && many > 0 && many <= few + 2, `${few} ${many}`);
});

test('a generation that falls silent is stalled, until something comes', () => {
    const timers = new FakeTimers();
    let seconds = 60;
    const said = [];
    const silence = new Silence({ timers, now: () => timers.time, seconds: () => seconds, onChange: () => said.push([timers.time, silence.stalled]) });
    timers.pass(100000);
    silence.sign();
    timers.pass(100000);
    assert.deepEqual(said, []);
    timers.time = 0;
    silence.watch(true);
    silence.watch(true);
    timers.pass(59000);
    silence.sign();
    timers.pass(59000);
    assert.deepEqual(said, []);
    timers.pass(2000);
    assert.deepEqual(said, [[119000, true]]);
    timers.pass(1000);
    silence.sign();
    assert.deepEqual(said[1], [121000, false]);
    timers.pass(60000);
    silence.watch(false);
    assert.deepEqual(said.slice(2), [[181000, true], [181000, false]]);
    silence.watch(true);
    timers.pass(10000);
    seconds = 5;
    silence.again();
    assert.deepEqual(said[4], [191000, true]);
    silence.watch(false);
    assert.equal(timers.waiting.size, 0);
});
