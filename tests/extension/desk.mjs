/** History and streams as the bridge wires them, over a fake SillyTavern, with a mirror at the other end. */
import assert from 'node:assert/strict';

import { Generations } from '../../extension/src/generation.js';
import { History } from '../../extension/src/history.js';
import { LIMITS } from '../../extension/src/protocol.js';
import { Silence } from '../../extension/src/stall.js';
import { Streams } from '../../extension/src/stream.js';
import { FakeTavern, FakeTimers } from './fake-sillytavern.mjs';
import { Mirror } from './mirror.mjs';

/**
 * Sets it all up.
 * @returns {object}
 */
export function desk() {
    const tavern = new FakeTavern();
    const timers = new FakeTimers();
    const mirror = new Mirror();
    const frames = [];
    const line = { backlog: 0, cut: false };
    const sendRaw = (text) => {
        if (!history.online) {
            return false;
        }
        const frame = JSON.parse(text);
        const bytes = Buffer.byteLength(text);
        assert.ok(bytes <= LIMITS.pageBytes, `${frame.type} of ${bytes} bytes`);
        frames.push({ ...frame, bytes });
        if (!line.cut) {
            mirror.apply(frame);
        }
        return true;
    };
    const history = new History({
        chatRef: () => ({ id: tavern.id, title: tavern.id ?? '', kind: 'solo' }),
        messages: () => tavern.chat,
        send: sendRaw,
        backlog: () => line.backlog,
        timers,
        now: () => timers.time,
    });
    const kinds = [];
    const steps = [];
    const now = () => timers.time;
    const generations = new Generations({
        tell: (step) => steps.push(step),
        streams: () => tavern.streaming,
        timers,
        now,
    });
    const silence = new Silence({ timers, now, seconds: () => 60, onChange: () => silence.generating && generations.silent(silence.stalled) });
    const streams = new Streams({
        history,
        messages: () => tavern.chat,
        processor: () => tavern.streamingProcessor,
        mayBeReasoning: (text) => tavern.parses && text.startsWith('<think>'),
        names: () => ({ user: 'User', character: 'Alice' }),
        send: sendRaw,
        timers,
        now: () => timers.time,
        onKind: (kind) => kinds.push(kind),
        onBegin: (start) => generations.began(start),
        onGrowth: (tokens) => generations.grown(tokens),
        onEnd: (end) => generations.ended(end),
    });
    const on = (name, listener) => tavern.emitter.on(name, listener);
    on('CHAT_CHANGED', () => {
        streams.left();
        history.open();
    });
    on('GENERATION_STARTED', (type, options, dryRun) => {
        streams.started(type, dryRun);
        generations.started(type, dryRun);
    });
    on('GENERATE_AFTER_DATA', (data, dryRun) => {
        silence.watch(tavern.generating);
        silence.sign();
        streams.prompted(dryRun);
        generations.prompted(dryRun);
    });
    on('STREAM_TOKEN_RECEIVED', (text) => {
        silence.sign();
        streams.token(text);
    });
    on('GENERATION_ENDED', () => {
        generations.hidden();
        streams.hidden();
    });
    on('GENERATION_STOPPED', () => {
        generations.stop();
        streams.stop();
    });
    on('MESSAGE_RECEIVED', (at, type) => {
        silence.sign();
        streams.received(at, type);
    });
    on('IMPERSONATE_READY', (text) => streams.impersonated(text));
    for (const name of ['MESSAGE_SENT', 'MESSAGE_EDITED', 'MESSAGE_UPDATED', 'MESSAGE_SWIPED', 'CHARACTER_MESSAGE_RENDERED']) {
        on(name, (at) => history.compareSoon(at));
    }
    on('MESSAGE_DELETED', () => history.compareSoon());
    return {
        tavern, timers, mirror, frames, line, history, streams, generations, kinds, steps,
        connect() {
            history.online = true;
            const goesOn = history.resumes(mirror.known);
            if (!goesOn) {
                history.resend(true);
            }
            streams.resume(goesOn);
            timers.settle();
            return goesOn;
        },
        lose() {
            line.cut = false;
            history.online = false;
            streams.lost();
        },
        ofType: (type) => frames.filter((frame) => frame.type === type).map((frame) => frame.content),
    };
}

/**
 * One that is connected, with a greeting in the chat.
 * @param {boolean} streaming Whether the model streams.
 * @returns {object}
 */
export function ready(streaming = true) {
    const all = desk();
    all.tavern.streaming = streaming;
    all.tavern.say('Alice', 'Hello', { swipe_id: 0, swipes: ['Hello'] });
    all.connect();
    return all;
}

/**
 * What a mirror shows, beside what the chat holds.
 * @param {object[]} messages Messages.
 * @returns {string[]}
 */
export function texts(messages) {
    return messages.map((message) => message.mes);
}
