import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PromptKeeper } from '../../extension/src/prompt.js';
import { runScript, scriptResult } from '../../extension/src/script.js';
import { Work } from '../../extension/src/work.js';
import { ready, texts } from './desk.mjs';

/** A desk that is connected, with a greeting in the chat; and what the bridge does when reading is no longer allowed. */
function reading() {
    const all = ready();
    return Object.assign(all, {
        hide() {
            all.streams.withdraw();
            all.history.conceal();
            all.frames.length = 0;
        },
        show() {
            all.history.online = true;
            all.history.resend(true);
            all.streams.resume(false);
            all.timers.settle();
        },
    });
}

/** What the actions share, with a clock that runs as fast as it can. */
function working(tavern = {}, more = {}) {
    const asked = [];
    const page = {
        popup: () => null, isGenerating: () => false, isSaving: () => false, isSwiping: () => false, isOnline: () => true, chatId: () => 'chat',
        talk: { stop: () => asked.push('stop'), script: (control, run) => run() }, ...tavern,
    };
    const options = {
        tavern: page, history: { flush() { } }, timers: { set: (callback, ms) => setTimeout(callback, ms > 100 ? 20 : 0) },
        streams: { ending: false }, permits: () => true, ...more,
    };
    return { work: new Work(options).within({ permission: 'scripts' }), page, asked };
}

test('a chat that may no longer be read is gone at once, and is all told anew', async () => {
    const all = reading();
    all.tavern.say('User', 'Secret');
    all.history.compareSoon();
    all.timers.settle();
    const { epoch } = all.mirror;
    all.hide();
    assert.deepEqual([all.mirror.chat.id, all.mirror.chat.persona, all.mirror.total], [null, null, 0]);
    assert.ok(all.mirror.epoch > epoch);
    await all.tavern.begin('normal', 'Hidden');
    await all.tavern.token('Unheard');
    await all.tavern.finish();
    await all.tavern.open('another', []);
    all.tavern.say('Bob', 'Good day');
    all.history.compareSoon();
    all.timers.pass(5000);
    assert.deepEqual(all.frames, []);
    all.show();
    assert.deepEqual([all.mirror.chat.id, texts(all.mirror.messages)], ['another', ['Good day']]);
    assert.equal(all.mirror.streams.size, 0);
});

test('a reply that runs while reading is forbidden and allowed again ends for the readers, and is another when it is back', async () => {
    const all = reading();
    await all.tavern.begin('normal', 'Hi');
    await all.tavern.token('One ');
    all.timers.pass(40);
    const [first] = all.mirror.streams.keys();
    all.hide();
    assert.equal(all.mirror.streams.size, 0);
    assert.deepEqual(all.mirror.ended.map((end) => [end.stream, end.outcome]), [[first, 'abandoned']]);
    await all.tavern.token('two ');
    all.timers.pass(40);
    assert.deepEqual(all.frames, []);
    all.show();
    const [[second, live]] = all.mirror.streams;
    assert.notEqual(second, first);
    assert.deepEqual([live.text, live.at], ['One two ', 2]);
    assert.deepEqual(texts(all.mirror.messages), ['Hello', 'Hi']);
    await all.tavern.token('three');
    await all.tavern.finish();
    all.timers.pass(3000);
    assert.deepEqual(texts(all.mirror.messages), ['Hello', 'Hi', 'One two three']);
    assert.deepEqual(texts(all.mirror.messages), texts(all.tavern.chat));
});

test('what waits is refused when its permission is taken back, and has done nothing', async () => {
    let allowed = true;
    const { work } = working({ isGenerating: () => true }, { permits: (permission) => permission !== 'scripts' || allowed });
    const waiting = work.ready({ ifBusy: 'wait' });
    setTimeout(() => { allowed = false; }, 20);
    await assert.rejects(waiting, { code: 'forbidden', params: { permission: 'scripts' }, message: /“Run scripts”/ });
});

test('an open popup refuses what changes something, and ends the waiting for an effect', async () => {
    let popup = 'Delete it?';
    const { work } = working({ popup: () => popup });
    await assert.rejects(work.ready(), { code: 'needs_attention', params: { popup }, retryable: true });
    await assert.rejects(work.untilDone(() => false, 1e9), { code: 'needs_attention', params: { popup }, retryable: false });
    let looks = 0;
    assert.equal(await work.untilDone(() => ++looks > 3, 1e9), true);
    // One that goes by itself is nobody's affair.
    const passing = work.untilDone(() => false, 3000);
    setTimeout(() => { popup = null; }, 5);
    assert.equal(await passing, false);
});

test('what has ended is not waited for', async () => {
    const { work } = working({}, { timers: { set() { } } });
    assert.equal(await work.done(async () => 'done'), 'done');
    await assert.rejects(work.done(async () => { throw new Error('not done'); }), { message: 'not done' });
});

test('a script whose popup nobody answers is ended, as is one whose permission is taken back', async () => {
    let allowed = true;
    const { work, page, asked } = working({}, { permits: () => allowed });
    let control;
    const hanging = (given) => {
        control = given;
        return new Promise(() => { });
    };
    page.popup = () => 'What is your name?';
    await assert.rejects(runScript(work, hanging), { code: 'needs_attention', retryable: false });
    assert.equal(control.signal.aborted, true);
    page.popup = () => null;
    await work.until(() => work.underWay.running === 0, 10000);
    assert.equal(work.underWay.running, 0);
    const running = runScript(work, hanging);
    page.isGenerating = () => true;
    allowed = false;
    await assert.rejects(running, { code: 'forbidden' });
    assert.equal(control.signal.aborted, true);
    assert.deepEqual(asked, ['stop']);
});

test('a script gives what it returned, its own reason to end, or its error', async () => {
    const { work } = working();
    const end = await runScript(work, async () => ({ pipe: 'done' }));
    assert.deepEqual(scriptResult(end, end.value.pipe), { pipe: 'done', total: 4, aborted: false, reason: '' });
    const left = await runScript(work, async (control) => {
        control.abort('enough');
        return { isAborted: true };
    });
    assert.deepEqual(scriptResult(left, left.value.pipe), { pipe: '', total: 0, aborted: true, reason: 'enough' });
    await assert.rejects(runScript(work, () => Promise.reject(new Error('no such command'))), { code: 'failed', params: { reason: 'no such command' } });
    const long = scriptResult(end, '😀'.repeat(100000));
    assert.equal(long.total, 200000);
    assert.ok(long.pipe.length <= 65536 && long.pipe.isWellFormed());
});

test('of what goes to the model only the prompt is kept, and only while that is allowed', () => {
    let allowed = true;
    const keeper = new PromptKeeper(() => allowed);
    const secrets = { proxy_password: 'x', custom_include_headers: 'y', api_server: 'z' };
    keeper.started('normal', false);
    keeper.started('quiet', true);
    keeper.prompted({ prompt: [{ role: 'user', content: 'Hi' }], ...secrets }, false);
    assert.deepEqual(keeper.last, { json: '[{"role":"user","content":"Hi"}]', kind: 'normal' });
    keeper.prompted({ prompt: 'dry' }, true);
    assert.equal(keeper.last.kind, 'normal');
    keeper.started('quiet', false);
    keeper.prompted({ prompt: 'A text', ...secrets }, false);
    assert.deepEqual(keeper.last, { json: '"A text"', kind: 'quiet' });
    keeper.prompted({ messages: ['m'], ...secrets }, false);
    assert.equal(keeper.last.json, '["m"]');
    keeper.prompted(secrets, false);
    assert.equal(keeper.last, null);
    allowed = false;
    keeper.prompted({ prompt: 'unseen' }, false);
    assert.equal(keeper.last, null);
});
