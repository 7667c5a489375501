import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ACTIONS } from '../../extension/src/actions/index.js';
import { commandsOf, describe } from '../../extension/src/actions/commands.js';

const plain = (html) => html.replace(/<[^>]*>/g, '');
const told = (commands) => commandsOf(commands).map((one) => describe(one, plain));

test('each command is told of once, with what it takes, in plain words', () => {
    const echo = {
        name: 'echo',
        aliases: ['say'],
        namedArgumentList: [{ name: 'severity', description: 'how <b>bad</b>', isRequired: false, enumList: [{ value: 'info' }, 'error'] }],
        unnamedArgumentList: [{ description: 'text', isRequired: true, enumList: [] }],
        returns: 'the text',
        helpString: '\n  <div>\n  Shows a <code>text</code>.\n </div>\n',
    };
    assert.deepEqual(told([echo, echo]), [{
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
    const [{ aliases, arguments: args, returns, help }] = told([bare]);
    assert.deepEqual([aliases, args, returns, help], [[], [], '', '']);
    const [long] = told([{
        name: 'x'.repeat(500),
        helpString: `${'a'.repeat(599)}😀 and more`,
        unnamedArgumentList: [{ enumList: Array.from({ length: 999 }, (_, i) => ({ value: i })) }],
    }]);
    assert.equal(long.name.length, 101);
    assert.equal(long.help, `${'a'.repeat(599)}…`);
    assert.equal(long.arguments[0].values.length, 30);
    assert.deepEqual(long.arguments[0].values.slice(0, 2), ['0', '1']);
});

test('only those that are told of are looked into', async () => {
    const seen = [];
    const commands = Array.from({ length: 200 }, (_, i) => ({
        name: `command ${String(i).padStart(3, '0')}`, helpString: `<b>${i}</b>`, unnamedArgumentList: [{ description: `<i>${i}</i>` }],
    }));
    const tavern = {
        commands,
        plainText: (html) => {
            html && seen.push(plain(html));
            return plain(html);
        },
    };
    const { commands: found, total, next } = await ACTIONS.list_commands.run({ tavern }, { search: 'COMMAND', start: 150, limit: 2 });
    assert.deepEqual([found.map(({ name, help }) => [name, help]), total, next], [[['command 150', '150'], ['command 151', '151']], 200, 152]);
    assert.deepEqual(seen, ['150', '150', '151', '151']);
});
