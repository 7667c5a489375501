import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Connection } from '../../extension/src/connection.js';
import { CLOSE_REASONS } from '../../extension/src/protocol.js';
import { FakeSocket, FakeTimers } from './fake-sillytavern.mjs';

function setUp(more = {}) {
    const sockets = [];
    const statuses = [];
    const frames = [];
    const told = { lost: 0, welcomed: 0 };
    const timers = new FakeTimers();
    const connection = new Connection({
        target: () => ({ url: 'ws://localhost:8001', hello: { role: 'tavern' } }),
        open: (url) => {
            sockets.push(new FakeSocket(url));
            return sockets.at(-1);
        },
        timers,
        random: () => 1,
        onStatus: (status) => statuses.push(status),
        onWelcome: () => told.welcomed++,
        onFrame: (frame) => frames.push(frame),
        onLost: () => told.lost++,
        log: () => { },
        ...more,
    });
    const welcome = () => {
        sockets.at(-1).opened();
        sockets.at(-1).says('welcome', { server: 'ChatBridge', version: '0.1.0' });
    };
    return { connection, sockets, statuses, frames, told, timers, welcome, now: () => [connection.status.state, connection.status.code] };
}

test('it greets, is welcomed, and takes frames', () => {
    const { connection, sockets, statuses, frames, told, welcome } = setUp();
    connection.connect();
    assert.equal(connection.send('{}'), false);
    welcome();
    assert.deepEqual(sockets[0].sent[0], { type: 'hello', content: { role: 'tavern' } });
    sockets[0].says('check');
    sockets[0].onmessage({ data: 'rubbish' });
    assert.deepEqual(frames.map((frame) => frame.type), ['check']);
    assert.deepEqual(statuses.map((status) => status.state), ['connecting', 'connected']);
    assert.equal(told.welcomed, 1);
    assert.ok(connection.send('{}'));
});

test('it comes back with growing pauses, and says that nobody answers', () => {
    const { connection, sockets, timers, now } = setUp();
    connection.connect();
    const gaps = [];
    for (let i = 0; i < 10; i++) {
        sockets.at(-1).gone();
        assert.deepEqual(now(), ['error', 'unreachable']);
        const count = sockets.length;
        const from = timers.time;
        while (sockets.length === count) {
            timers.pass(100);
        }
        gaps.push(timers.time - from);
    }
    assert.deepEqual(gaps, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000, 30000]);
});

test('chance spreads the pauses', () => {
    const { connection, sockets, timers } = setUp({ random: () => 0 });
    connection.connect();
    sockets[0].gone();
    timers.pass(250);
    assert.equal(sockets.length, 2);
});

test('it tries at once when the page wakes, and only if it waits', () => {
    const { connection, sockets, welcome } = setUp();
    connection.connect();
    connection.wake();
    assert.equal(sockets.length, 1);
    sockets[0].gone();
    connection.wake();
    assert.equal(sockets.length, 2);
    welcome();
    connection.wake();
    assert.equal(sockets.length, 2);
});

test('a manual disconnect stays', () => {
    const { connection, sockets, timers, told, welcome, now } = setUp();
    connection.connect();
    welcome();
    connection.disconnect();
    connection.wake();
    timers.pass(120000);
    assert.equal(sockets.length, 1);
    assert.ok(sockets[0].closed);
    assert.equal(told.lost, 1);
    assert.deepEqual(now(), ['disconnected', 'disconnected']);
});

test('only close codes that say so stop it', () => {
    for (const [code, row] of Object.entries(CLOSE_REASONS)) {
        const { connection, sockets, timers, welcome, now } = setUp();
        connection.connect();
        welcome();
        sockets[0].gone(Number(code));
        assert.deepEqual(now(), ['error', `close_${code}`]);
        timers.pass(60000);
        connection.wake();
        assert.equal(sockets.length > 1, row.retry, code);
    }
});

test('no welcome in time, or something else: another program', () => {
    const { connection, sockets, timers, now } = setUp();
    connection.connect();
    sockets[0].opened();
    timers.pass(4999);
    assert.equal(connection.status.state, 'connecting');
    timers.pass(1);
    assert.deepEqual(now(), ['error', 'no_welcome']);
    assert.ok(sockets[0].closed);
    timers.pass(500);
    sockets[1].opened();
    sockets[1].says('APIError');
    assert.deepEqual(now(), ['error', 'no_hub']);
});

test('a socket that never opens is given up', () => {
    const { connection, timers, now } = setUp();
    connection.connect();
    timers.pass(15000);
    assert.deepEqual(now(), ['error', 'unreachable']);
});

test('twenty silent seconds mean a dead socket; a frame now and then does not', () => {
    const { connection, sockets, timers, told, welcome } = setUp();
    connection.connect();
    welcome();
    for (let i = 0; i < 20; i++) {
        timers.pass(5000);
        sockets[0].says('check');
    }
    assert.equal(told.lost, 0);
    timers.pass(41000);
    assert.equal(told.lost, 1);
    assert.ok(sockets.length > 1);
});

test('the reason of a refusal is kept', () => {
    const { connection, sockets } = setUp();
    connection.connect();
    sockets[0].opened();
    sockets[0].says('error', { code: 'unauthorized', message: 'a token is needed' });
    sockets[0].gone(4002);
    assert.equal(connection.status.params.reason, 'a token is needed');
});

test('an address that is none is said, and not tried again', () => {
    const { connection, timers, now } = setUp({ open: () => { throw new SyntaxError('bad URL'); } });
    connection.connect();
    timers.pass(60000);
    assert.deepEqual(now(), ['error', 'bad_address']);
    assert.equal(connection.wanted, false);
});

test('what an old socket still says is not heard', () => {
    const { connection, sockets, frames, welcome } = setUp();
    connection.connect();
    welcome();
    const { onmessage, onclose } = sockets[0];
    connection.connect();
    welcome();
    onmessage({ data: '{"type":"check"}' });
    onclose({ code: 4004, reason: '' });
    assert.equal(connection.status.state, 'connected');
    assert.deepEqual(frames, []);
});

test('a sleeping page lets go, and comes back when it is shown', () => {
    const { connection, sockets, welcome } = setUp();
    connection.connect();
    welcome();
    connection.sleep();
    assert.ok(sockets[0].closed);
    connection.wake();
    welcome();
    assert.equal(connection.status.state, 'connected');
});
