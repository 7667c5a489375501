import assert from 'node:assert/strict';
import { test } from 'node:test';

import { commandsOf } from '../../extension/src/actions/commands.js';

const plain = (html) => html.replace(/<[^>]*>/g, '');

test('each command is told of once, with what it takes, in plain words', () => {
    const echo = {
        name: 'echo',
        aliases: ['say'],
        namedArgumentList: [{ name: 'severity', description: 'how <b>bad</b>', isRequired: false, enumList: [{ value: 'info' }, 'error'] }],
        unnamedArgumentList: [{ description: 'text', isRequired: true, enumList: [] }],
        returns: 'the text',
        helpString: '\n  <div>\n  Shows a <code>text</code>.\n </div>\n',
    };
    assert.deepEqual(commandsOf([echo, echo], plain), [{
        name: 'echo',
        aliases: ['say'],
        arguments: [
            { name: 'severity', description: 'how bad', required: false, values: ['info', 'error'] },
            { name: '', description: 'text', required: true, values: [] },
        ],
        returns: 'the text',
        help: 'Shows a text.',
    }]);
});

test('what another extension leaves out or overdoes does no harm', () => {
    const bare = { name: 'bare', aliases: null };
    const [{ aliases, arguments: args, returns, help }] = commandsOf([bare], plain);
    assert.deepEqual([aliases, args, returns, help], [[], [], '', '']);
    const [long] = commandsOf([{
        name: 'x'.repeat(500),
        helpString: `${'a'.repeat(599)}😀 and more`,
        unnamedArgumentList: [{ enumList: Array.from({ length: 999 }, (_, i) => ({ value: i })) }],
    }], plain);
    assert.equal(long.name.length, 101);
    assert.equal(long.help, `${'a'.repeat(599)}…`);
    assert.equal(long.arguments[0].values.length, 30);
    assert.deepEqual(long.arguments[0].values.slice(0, 2), ['0', '1']);
});
