/**
 * The requests, written by `python -m chatbridge_gui.protocol.generate` from the program's table.
 */

/** What the user grants. */
/** @typedef {'read' | 'send' | 'buttons' | 'switch' | 'generate' | 'delete' | 'scripts' | 'prompts'} Permission */

/**
 * What one request is.
 * @typedef {object} RequestSpec
 * @property {Permission} permission What the user must have granted.
 * @property {boolean} mutates Whether it changes anything.
 * @property {Readonly<Record<string, import('./protocol.js').FieldRule>>} fields What its fields must be.
 */

/** @type {readonly Permission[]} */
export const PERMISSIONS = Object.freeze(['read', 'send', 'buttons', 'switch', 'generate', 'delete', 'scripts', 'prompts']);

/** @type {Readonly<Record<string, RequestSpec>>} */
export const REQUESTS = Object.freeze({
    send_message: {
        permission: 'send',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            text: { types: ['string'], filled: true, required: true },
            reply: { types: ['boolean'] },
            wait: { types: ['string'], choices: ['accepted', 'reply'] },
        },
    },
    regenerate: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            wait: { types: ['string'], choices: ['accepted', 'reply'] },
        },
    },
    continue: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            wait: { types: ['string'], choices: ['accepted', 'reply'] },
        },
    },
    impersonate: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            fill: { types: ['boolean'] },
        },
    },
    stop: {
        permission: 'buttons',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
        },
    },
    swipe: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            direction: { types: ['string'], choices: ['left', 'right'] },
            to: { types: ['number'] },
            uid: { types: ['string'] },
            wait: { types: ['string'], choices: ['accepted', 'reply'] },
        },
    },
    delete_swipe: {
        permission: 'delete',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            swipe: { types: ['number'] },
            uid: { types: ['string'] },
        },
    },
    get_messages: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            start: { types: ['number'] },
            limit: { types: ['number'] },
        },
    },
    get_message: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            uid: { types: ['string'] },
            at: { types: ['number'] },
            swipe: { types: ['number'] },
        },
    },
    get_field: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            uid: { types: ['string'], required: true },
            field: { types: ['string'], required: true },
            offset: { types: ['number'] },
        },
    },
    edit_message: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            uid: { types: ['string'] },
            at: { types: ['number'] },
            text: { types: ['string'] },
            reasoning: { types: ['string'] },
        },
    },
    delete_messages: {
        permission: 'delete',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            uids: { types: ['array'] },
            at: { types: ['number'] },
            count: { types: ['number'] },
        },
    },
    hide_messages: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            uids: { types: ['array'] },
            at: { types: ['number'] },
            count: { types: ['number'] },
        },
    },
    unhide_messages: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            uids: { types: ['array'] },
            at: { types: ['number'] },
            count: { types: ['number'] },
        },
    },
    branch: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            uid: { types: ['string'] },
            at: { types: ['number'] },
        },
    },
    checkpoint: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            uid: { types: ['string'] },
            at: { types: ['number'] },
            name: { types: ['string'] },
        },
    },
    list_chats: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            avatar: { types: ['string'] },
            group: { types: ['string'] },
            search: { types: ['string'] },
            start: { types: ['number'] },
            limit: { types: ['number'] },
        },
    },
    open_chat: {
        permission: 'switch',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            name: { types: ['string'], filled: true, required: true },
        },
    },
    new_chat: {
        permission: 'switch',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
        },
    },
    close_chat: {
        permission: 'switch',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
        },
    },
    rename_chat: {
        permission: 'delete',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            name: { types: ['string'] },
            to: { types: ['string'], filled: true, required: true },
        },
    },
    delete_chat: {
        permission: 'delete',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            name: { types: ['string'], filled: true, required: true },
        },
    },
    list_characters: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            search: { types: ['string'] },
            start: { types: ['number'] },
            limit: { types: ['number'] },
        },
    },
    select_character: {
        permission: 'switch',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            avatar: { types: ['string'] },
            name: { types: ['string'] },
        },
    },
    list_groups: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            search: { types: ['string'] },
            start: { types: ['number'] },
            limit: { types: ['number'] },
        },
    },
    select_group: {
        permission: 'switch',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            id: { types: ['string'] },
            name: { types: ['string'] },
        },
    },
    list_personas: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            search: { types: ['string'] },
            start: { types: ['number'] },
            limit: { types: ['number'] },
        },
    },
    select_persona: {
        permission: 'switch',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            avatar: { types: ['string'] },
            name: { types: ['string'] },
        },
    },
    get_avatar: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            kind: { types: ['string'], choices: ['character', 'persona'] },
            avatar: { types: ['string'] },
        },
    },
    get_context: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
        },
    },
    get_authors_note: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
        },
    },
    set_authors_note: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            text: { types: ['string'] },
            interval: { types: ['number'] },
            depth: { types: ['number'] },
            position: { types: ['string'], choices: ['after', 'before', 'chat'] },
            role: { types: ['string'], choices: ['assistant', 'system', 'user'] },
        },
    },
    list_world_info: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
        },
    },
    set_world_info: {
        permission: 'buttons',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            name: { types: ['string'], filled: true, required: true },
            active: { types: ['boolean'], required: true },
        },
    },
    list_quick_replies: {
        permission: 'read',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
        },
    },
    run_quick_reply: {
        permission: 'scripts',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            set: { types: ['string'], filled: true, required: true },
            label: { types: ['string'], filled: true, required: true },
        },
    },
    get_prompt: {
        permission: 'prompts',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            start: { types: ['number'] },
        },
    },
    run_command: {
        permission: 'scripts',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            script: { types: ['string'], filled: true, required: true },
        },
    },
    list_commands: {
        permission: 'scripts',
        mutates: false,
        fields: {
            chat_id: { types: ['string'] },
            search: { types: ['string'] },
            start: { types: ['number'] },
            limit: { types: ['number'] },
        },
    },
    generate_quiet: {
        permission: 'generate',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            prompt: { types: ['string'], filled: true, required: true },
            length: { types: ['number'] },
        },
    },
    generate_raw: {
        permission: 'generate',
        mutates: true,
        fields: {
            chat_id: { types: ['string'] },
            revision: { types: ['number'] },
            if_busy: { types: ['string'], choices: ['reject', 'wait'] },
            prompt: { types: ['string', 'array'], filled: true, required: true },
            system: { types: ['string'] },
            length: { types: ['number'] },
        },
    },
});
