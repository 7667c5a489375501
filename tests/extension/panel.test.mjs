import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { DraftGuard } from '../../extension/src/adapter/draft.js';
import { Log } from '../../extension/src/log.js';
import { hasChangingMacro, withoutMacros } from '../../extension/src/macros.js';
import { CLOSE_REASONS, VERSION } from '../../extension/src/protocol.js';
import { DEFAULTS, parseHost, parsePort, parseSeconds, urlOf } from '../../extension/src/settings.js';
import { createTimers } from '../../extension/src/timer.js';
import { PERMISSIONS } from '../../extension/src/request-table.js';
import { PERMISSION_LABELS, SENTENCES, conflictText, isLoopback, isPublic, statusText } from '../../extension/src/words.js';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const manifest = JSON.parse(read('extension/manifest.json'));

test('the manifest, the program and the extension have the same version', () => {
    const [, version] = /__version__ = "(.+)"/.exec(read('chatbridge_gui/__init__.py'));
    assert.deepEqual([manifest.version, VERSION], [version, version]);
});

test('the manifest names files and functions that are there', () => {
    const index = read(`extension/${manifest.js}`);
    read(`extension/${manifest.css}`);
    for (const name of Object.values(manifest.hooks)) {
        assert.match(index, new RegExp(`export (async )?function ${name}\\(`));
    }
    assert.equal(manifest.auto_update, false);
});

test('each text is translated into each language, and none too many', () => {
    const html = read('extension/index.html');
    const keys = [...html.matchAll(/data-i18n="(?:\[\w+\])?(\w+)"/g)].map((match) => match[1]);
    keys.push(...Object.keys(SENTENCES).map((name) => `chatbridge_status_${name}`));
    keys.push(...Object.values(CLOSE_REASONS).map((row) => row.key));
    for (const [locale, path] of Object.entries(manifest.i18n)) {
        const texts = JSON.parse(read(`extension/${path}`));
        assert.deepEqual(Object.keys(texts).sort(), [...new Set(keys)].sort(), locale);
        for (const [name, sentence] of Object.entries(SENTENCES)) {
            const params = (text) => (text.match(/\$\{\w+\}/g) ?? []).sort();
            assert.deepEqual(params(texts[`chatbridge_status_${name}`]), params(sentence), `${locale} ${name}`);
        }
    }
});

test('each permission has its switch, a label that refusals name it by, and a mark if it is off at first', () => {
    const html = read('extension/index.html');
    const rows = [...html.matchAll(/<label class="checkbox_label" for="chatbridge_allow_(\w+)">([^]*?)<\/label>\s*<small id="chatbridge_allow_(\w+)_words"[^>]*>(.+)<\/small>/g)];
    assert.deepEqual(rows.map((row) => row[1]), PERMISSIONS);
    for (const [, permission, label, described, words] of rows) {
        assert.match(label, new RegExp(`<input id="chatbridge_allow_${permission}" type="checkbox"`));
        assert.ok(label.includes(`<span data-i18n="chatbridge_allow_${permission}">${PERMISSION_LABELS[permission]}</span>`), permission);
        assert.equal(described, permission);
        assert.ok(words.length > 30);
        assert.equal(label.includes('chatbridge_danger'), !DEFAULTS[`allow_${permission}`], permission);
    }
});

test('the close codes are those of the program', () => {
    const source = read('chatbridge_gui/protocol/close_codes.py');
    const codes = Object.fromEntries([...source.matchAll(/^ {4}([A-Z_]+) = (\d+)$/gm)].map(([, name, code]) => [name, code]));
    const rows = [...source.matchAll(/CloseCode\.([A-Z_]+): CloseReason\(\s*(True|False)/g)];
    assert.deepEqual(
        Object.fromEntries(rows.map(([, name, retry]) => [codes[name], retry === 'True'])),
        Object.fromEntries(Object.entries(CLOSE_REASONS).map(([code, row]) => [code, row.retry])),
    );
});

test('the status says what is wrong and what to do', () => {
    const english = (text) => text;
    const say = (code, params = {}, place = {}) => statusText(
        { state: 'error', code, params: { url: 'ws://localhost:8001', ...params } }, { protocol: 'http:', hostname: '127.0.0.1', ...place }, english);
    assert.match(say('unreachable', { seconds: 4 }), /ws:\/\/localhost:8001.*running.*Trying again in 4 s/);
    assert.match(say('no_welcome'), /VTube Studio/);
    assert.match(say('close_4002'), /token/);
    assert.match(say('unreachable', { url: 'ws://192.168.0.5:8001' }, { protocol: 'https:', hostname: 'st.example.org' }), /https/);
    assert.match(say('unreachable', {}, { protocol: 'https:', hostname: 'st.example.org' }), /local network/);
    assert.doesNotMatch(say('unreachable'), /local network|https|window asks/);
    assert.match(say('unreachable', {}, { hostname: '192.168.0.20' }), /window asks whether to let this page in/);
    assert.match(say('connected', { server: 'ChatBridge', version: '9.9.9' }), /9\.9\.9.*Update/);
    assert.doesNotMatch(say('connected', { server: 'ChatBridge', version: VERSION }), /Update/);
    for (const code of ['disconnected', 'connecting', ...Object.keys(CLOSE_REASONS).map((one) => `close_${one}`)]) {
        assert.ok(say(code).length > 5 && !say(code).includes('${'));
    }
});

test('other tabs with the same chat are named, and what follows is said', () => {
    const english = (text) => text;
    assert.equal(conflictText({ others: [], stale: false, leads: true }, english), '');
    const one = conflictText({ others: ['Tab $& <b>'], stale: false, leads: true }, english);
    assert.match(one, /“Tab \$& <b>”/);
    assert.doesNotMatch(one, /out of date|goes to/);
    assert.match(conflictText({ others: ['a', 'b'], stale: true, leads: false }, english), /“a”, “b”.*out of date.*goes to/);
    assert.deepEqual(['60', ' 5 ', '0', '1.5', '', 'x', '86401'].map(parseSeconds), [60, 5, null, null, null, null, null]);
});

test('addresses are told apart', () => {
    assert.ok(['localhost', '127.0.0.1', '127.8.8.8', '[::1]', 'a.localhost'].every(isLoopback));
    assert.ok(['st.example.org', '8.8.8.8', '2001:db8::1'].every(isPublic));
    assert.ok(!['localhost', '192.168.1.2', '10.0.0.1', '172.20.0.1', '100.64.1.1', 'nas', 'nas.local', '[fd00::1]'].some(isPublic));
});

test('an address is read as people type it', () => {
    assert.deepEqual(parseHost(' ws://127.0.0.1:9000/x '), { host: '127.0.0.1', port: 9000 });
    assert.deepEqual(parseHost('my-pc'), { host: 'my-pc', port: null });
    assert.deepEqual(parseHost(''), { host: 'localhost', port: null });
    assert.deepEqual(parseHost('[::1]:8001'), { host: '[::1]', port: 8001 });
    assert.deepEqual(['8001', ' 80 ', '0', '65536', 'x', '', '1.5'].map(parsePort), [8001, 80, null, null, null, null, null]);
    assert.equal(urlOf({ host: '::1', port: 1, auto_connect: true }), 'ws://[::1]:1');
});

test('the log keeps the last lines', () => {
    const log = new Log(3);
    const seen = [];
    log.onLine = (line) => seen.push(line?.text ?? null);
    ['a', 'b', 'c', 'd'].forEach((text) => log.add(text));
    log.clear();
    assert.deepEqual(seen, ['a', 'b', 'c', 'd', null]);
    log.add('e');
    assert.match(Log.format(log.lines[0]), /^\d\d:\d\d:\d\d {2}e$/);
});

test('a guarded draft can be neither read nor changed, and is there afterwards', () => {
    class Box extends EventTarget {
        #value = 'draft';
        get value() { return this.#value; }
        set value(text) { this.#value = text; }
        type(text) { this.#value += text; }
    }
    const box = new Box();
    let inputs = 0;
    box.addEventListener('input', () => inputs++);
    const guard = new DraftGuard(() => box);
    guard.off();
    guard.on();
    guard.on();
    assert.equal(box.value, '');
    box.value = 'lost';
    box.type(' and more');
    guard.off();
    assert.equal(box.value, 'draft and more');
    assert.equal(inputs, 1);
    box.value = 'free';
    assert.equal(box.value, 'free');
});

test('what SillyTavern would replace is broken up', () => {
    const text = withoutMacros('{{user}} <USER> \\{x\\} /echo a | b');
    assert.doesNotMatch(text, /\{\{|<USER>|\\[{}]/i);
    assert.equal(text.replaceAll('\u2060', ''), '{{user}} <USER> \\{x\\} /echo a | b');
});

test('macros that change something are told from those that say something', () => {
    const changing = [
        '{{setvar::x::1}}', '{{ SetGlobalVar::x::1}}', '{{#setvar::x}}1{{/setvar}}', '{{incvar::x}}', '{{deleteglobalvar::x}}', '{{banned "word"}}',
        '{{.x = 1}}', '{{$x++}}', '{{.x += 2}}', '{{.x ??= 2}}', '{{!.x--}}',
    ];
    const saying = ['{{user}} and {{char}}', '{{getvar::x}}', '{{.x}}', '{{.x == 1}}', '{{$x >= 2}}', '{{random::a::b}}', 'setvar', '{setvar}', '/setvar key=x 1'];
    assert.deepEqual(changing.filter((text) => !hasChangingMacro(text)), []);
    assert.deepEqual(saying.filter(hasChangingMacro), []);
});

test('a text of many macros without an end takes no longer than its length makes it', () => {
    const least = (text) => Math.min(...Array.from({ length: 9 }, () => {
        const begun = performance.now();
        assert.equal(hasChangingMacro(text), false);
        return performance.now() - begun;
    }));
    for (const piece of ['{{.', '{{ $x', '{{   ', '{{.x !== {']) {
        // Sixteen times the length is sixteen times the work; 256 times if each beginning is followed to the end of the text.
        const [short, long] = [least(piece.repeat(4000)), least(piece.repeat(64000))];
        assert.ok(long < short * 80, `${piece}: ${short} and ${long} ms`);
    }
    assert.ok(hasChangingMacro(`${'{{.'.repeat(10)} a {{x++`));
    assert.ok(!hasChangingMacro('{{.x}} a++ {{$y}} = 1'));
});

test('timers come in order, can be taken back, and live on when the worker cannot', async () => {
    const posted = [];
    const worker = { postMessage: (message) => posted.push(message), terminate: () => posted.push('end') };
    for (const start of [() => null, () => worker]) {
        const timers = createTimers(start);
        try {
            const heard = [];
            const late = new Promise((resolve) => timers.set(() => resolve(heard.push('late')), 30));
            timers.set(() => heard.push('soon'), 1);
            timers.clear(timers.set(() => heard.push('never'), 1));
            if (start()) {
                worker.onerror();
            }
            await new Promise((resolve) => timers.soon(() => resolve(undefined)));
            await late;
            assert.deepEqual(heard, ['soon', 'late']);
        } finally {
            timers.dispose();
        }
    }
    assert.deepEqual(posted, [{ handle: 1, ms: 30 }, { handle: 2, ms: 1 }, { handle: 3, ms: 1 }, { handle: 3 }, 'end']);
});
