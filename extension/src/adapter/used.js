/** What the adapter relies on. */

/**
 * Everything the adapter uses, for the test that holds it against a real SillyTavern.
 */
export const USED = Object.freeze({
    members: [
        'chat', 'characters', 'characterId', 'groups', 'groupId', 'getCurrentChatId', 'name1', 'name2', 'onlineStatus', 'mainApi',
        'getChatCompletionModel', 'chatCompletionSettings', 'textCompletionSettings', 'powerUserSettings', 'eventSource', 'eventTypes',
        'extensionSettings', 'saveSettingsDebounced', 'saveChat', 'openGroupChat',
        'SlashCommandParser', 'generate', 'stopGeneration', 'reloadCurrentChat', 'swipe', 'deleteMessage', 'updateMessageBlock',
        'chatMetadata', 'getRequestHeaders', 'uuidv4', 'translate', 'renderExtensionTemplateAsync',
        'executeSlashCommandsWithOptions', 'generateQuietPrompt', 'generateRaw', 'getWorldInfoNames', 'substituteParams',
        'maxContext', 'chatCompletionSettings', 'Popup', 'POPUP_TYPE', 'getThumbnailUrl',
    ],
    events: [
        'APP_READY', 'CHAT_CHANGED', 'GENERATION_STARTED', 'GENERATE_AFTER_DATA', 'STREAM_TOKEN_RECEIVED', 'GENERATION_ENDED',
        'GENERATION_STOPPED', 'MESSAGE_RECEIVED', 'IMPERSONATE_READY', 'MESSAGE_SENT', 'USER_MESSAGE_RENDERED',
        'CHARACTER_MESSAGE_RENDERED', 'MESSAGE_EDITED', 'MESSAGE_UPDATED', 'MESSAGE_DELETED', 'MESSAGE_SWIPED',
        'MESSAGE_SWIPE_DELETED', 'MESSAGE_FILE_EMBEDDED', 'MESSAGE_REASONING_EDITED', 'MESSAGE_REASONING_DELETED',
        'TOOL_CALLS_PERFORMED', 'GROUP_WRAPPER_STARTED', 'GROUP_WRAPPER_FINISHED', 'ONLINE_STATUS_CHANGED', 'MAIN_API_CHANGED',
        'CHATCOMPLETION_MODEL_CHANGED', 'CHATCOMPLETION_SOURCE_CHANGED', 'PERSONA_CHANGED', 'CHARACTER_EDITED',
    ],
    commands: [
        'send', 'regenerate', 'hide', 'unhide', 'branch-create', 'checkpoint-create',
        'note', 'note-depth', 'note-frequency', 'note-position', 'note-role', 'world', 'getglobalbooks',
    ],
    elements: ['#send_textarea', '#extensions_settings2', '#file_form_input', '#version_display', '#extension_floating_prompt'],
});
