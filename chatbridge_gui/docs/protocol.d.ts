/**
 * The ChatBridge protocol, version 1: the frames that go over the WebSocket, as JSON.
 *
 * Written by `python -m chatbridge_gui.protocol.generate` from the program's own types; protocol.md tells the rest.
 * In what an app or a tavern sends, a field that may be left out is optional; in what the hub sends it is there.
 */

/** Chosen by who asks, and found again on the answer. */
export type RequestId = string | number;

/**
 * A message with SillyTavern's own field names; other extensions add more. `uid` stays the same through edits and
 * moves, `truncated` gives the whole length of each field that was too long to be sent.
 */
export interface ChatMessage {
    name: string;
    mes: string;
    uid?: string;
    is_user?: boolean;
    is_system?: boolean;
    send_date?: string | number;
    swipe_id?: number;
    swipe_count?: number;
    extra?: Record<string, unknown>;
    truncated?: Record<string, number>;
    [field: string]: unknown;
}

/** The first frame of a peer that does more than the simple profile. */
export interface Hello {
    /** a SillyTavern, or any other program */
    role: 'app' | 'tavern';
    /** shown to the user: a program's name, a browser tab's title */
    name: string;
    /** the peer's own version (default: `""`) */
    version?: string;
    /** the version or versions it speaks (default: `1`) */
    protocol?: number | ProtocolRange;
    /** a uuid; a tavern makes one for each page load (default: `""`) */
    instance?: string;
    /** where the hub wants one; never put it in a URL (default: `null`) */
    token?: string | null;
    /** the requests it can do (default: `[]`) */
    capabilities?: string[];
    /** what an app wants to be told (default: `["chat","stream","state"]`) */
    subscribe?: string[];
    /** of an app that reconnects: what it has (default: `null`) */
    resume?: Resume | null;
}

/** The protocol versions a peer speaks. */
export interface ProtocolRange {
    min: number;
    max: number;
}

/** What an app that reconnects still has, so that it is sent only what it missed. */
export interface Resume {
    /** from the `welcome` of the connection that was lost */
    session: string;
    /** by the taverns' numbers (default: `{}`) */
    taverns?: Record<string, TavernPoint>;
    /** the `seq` of the last event it was sent, or `event` of its last `welcome` (default: `0`) */
    event?: number;
}

/** How far an app has come with one tavern, before its connection was lost. */
export interface TavernPoint {
    epoch: number;
    revision: number;
    /** where the pages it has begin; 0: it has them all (default: `0`) */
    start?: number;
    /** of each reply in progress: how many code points of text and of reasoning it has (default: `{}`) */
    streams?: Record<string, [number, number]>;
}

/** The hub's answer to a good `hello`. */
export interface Welcome {
    /** another one means that the hub was started anew */
    session: string;
    /** `ChatBridge` */
    server: string;
    /** the hub's own version */
    version: string;
    /** the version spoken from here on */
    protocol: number;
    limits: Limits;
    /** to a tavern: its own number */
    tavern?: number;
    /** to a tavern: go on from here if it still fits, else send the history */
    known?: Known;
    /** to an app: the taverns it is sent only the missing part of */
    resumed?: number[];
    /** to an app: who is connected */
    taverns?: TavernInfo[];
    /** to an app: its own number */
    app?: number;
    /** to an app: the `seq` of the last event there was */
    event?: number;
    /** to an app that resumes: at least so many events it cannot be told any more; 0: it missed none */
    missed?: number;
}

/** The limits a peer has to keep; the rest are the hub's own affair. */
export interface Limits {
    frame_bytes: number;
    page_bytes: number;
    requests_in_flight: number;
}

/** What the hub still has of a tavern that reconnects. */
export interface Known {
    epoch: number;
    revision: number;
}

/** One connected SillyTavern, as apps see it. */
export interface TavernInfo {
    /** the short number to name it by in requests */
    tavern: number;
    /** as its `hello` said */
    name: string;
    /** of its extension */
    version: string;
    /** new for each page load */
    instance: string;
    /** of the simple profile: it can only be sent messages */
    simple: boolean;
    /** the requests it can do */
    capabilities: string[];
    /** null: it has not said yet */
    chat: ChatRef | null;
    state: TavernState | null;
    /** other taverns with the same chat open */
    also_open_in: number[];
    /** the chat was changed in another tab since this one loaded it */
    stale: boolean;
    /** the first of the requests that change something, next one first */
    queue: Waiting[];
    /** how many of them there are */
    waiting: number;
}

/** Which chat this is. With no chat open `id` is null. */
export interface ChatRef {
    /** the chat's file name without its ending */
    id: string | null;
    /** for people */
    title: string;
    kind: 'group' | 'none' | 'solo';
    /** the character's name; null in a group */
    character: string | null;
    /** the character's key, its avatar file */
    avatar: string | null;
    /** the group's name */
    group: string | null;
    /** the name the user goes by */
    persona: string | null;
}

/** What a tavern is doing; sent whenever any of it changes. */
export interface TavernState {
    /** SillyTavern's version */
    st_version: string;
    /** connected to a language model */
    online: boolean;
    /** the language model's name */
    model: string;
    /** who is chatted with; null in a group */
    character: string | null;
    /** the group's name */
    group: string | null;
    /** the name the user goes by */
    persona: string | null;
    /** what the page itself says, not a count of events */
    generating: boolean;
    /** it generates, but nothing has come for long; Stop may help */
    stalled: boolean;
    /** of the generation that runs */
    kind: string | null;
    /** what the user grants in the panel; null: it does not say */
    permissions: ('buttons' | 'delete' | 'generate' | 'prompts' | 'read' | 'scripts' | 'send' | 'switch')[] | null;
    /** what a popup asks there; requests wait for a human */
    needs_attention: string | null;
    /** added by the hub */
    tavern?: number;
}

/** A request that waits for its turn at a tavern, or is being done there. */
export interface Waiting {
    /** its type */
    request: string;
    /** the asking app's number; null: the hub's own window */
    app: number | null;
    running: boolean;
}

/**
 * Who is connected; sent to apps whenever one comes, goes or opens another chat, and some time after its queue
 * has changed.
 */
export interface Taverns {
    taverns: TavernInfo[];
}

/**
 * A page of the open chat, newest page first.
 *
 * The first page of an epoch ends at `total` and replaces all that was known of this tavern's chat; each later
 * one ends where the page before it began. `start` 0 is the last page. With no chat open: `chat.id` null,
 * `total` 0.
 */
export interface ChatHistory {
    chat: ChatRef;
    /** rises whenever SillyTavern loads a chat */
    epoch: number;
    /** counts the changes within the epoch */
    revision: number;
    /** how many messages the chat has now */
    total: number;
    /** the index of this page's first message */
    start: number;
    messages: ChatMessage[];
    /** added by the hub */
    tavern?: number;
}

/**
 * What changed in the chat, in order; each index is of the chat as the changes before it left it.
 *
 * A change below the pages a reader has is applied for its effect on the indexes alone; its content comes with
 * the page. The message that is being streamed is left out until its `stream_end`.
 */
export interface ChatChanges {
    /** of the chat that is open */
    chat_id: string | null;
    /** as in `chat_history` */
    epoch: number;
    /** the revision these changes start from */
    base: number;
    /** the revision after them */
    revision: number;
    changes: (Splice | Set)[];
    /** of the request that made them, so that its asker knows its own */
    key: string | null;
    /** added by the hub */
    tavern?: number;
}

/** At index `at`, `remove` messages go and `insert` come. */
export interface Splice {
    op: 'splice';
    at: number;
    remove: number;
    insert: ChatMessage[];
}

/** The message at index `at` is now this one. */
export interface Set {
    op: 'set';
    at: number;
    message: ChatMessage;
}

/** A reply begins to be generated. The text shown is `base` followed by `text` and all that is appended. */
export interface StreamStart {
    /** a number, new for each reply of a tavern */
    stream: number;
    /** what was asked of the model */
    kind: 'continue' | 'impersonate' | 'normal' | 'regenerate' | 'swipe';
    /** of the chat it is for */
    chat_id: string | null;
    /** as in `chat_history` */
    epoch: number;
    /** whose message it will be */
    speaker: string | null;
    /** the index its message has or will have; null: none */
    at: number | null;
    /** of the message that is rewritten or continued */
    uid: string | null;
    /** with `continue`: the text that is kept */
    base: string;
    /** what has come already */
    text: string;
    /** the reasoning that has come already */
    reasoning: string;
    /** of the request that asked for it */
    key: string | null;
    /** added by the hub */
    tavern?: number;
}

/**
 * More of a reply: either `append`, after `drop` was taken off where there is one, or `text` where the whole was
 * rewritten. Never half a surrogate pair.
 */
export interface StreamUpdate {
    stream: number;
    /** what comes after the text so far (default: `null`) */
    append?: string | null;
    /** what the text so far ends with and loses first, as a closing quote (default: `""`) */
    drop?: string;
    /** what takes its place (default: `null`) */
    text?: string | null;
    /** which of the two texts it belongs to (default: `"text"`) */
    channel?: 'reasoning' | 'text';
    /** how many bits of the reply have come, about its tokens; 0: not told (default: `0`) */
    tokens?: number;
    /** added by the hub */
    tavern?: number;
}

/**
 * A reply is over. `message`, where there is one, is the stored message; it counts as the chat's change from
 * revision `base` to `revision`: inserted at `at`, or put in the place of the one there.
 */
export interface StreamEnd {
    stream: number;
    /** abandoned: the chat was left; text_only: impersonation, no message */
    outcome: 'abandoned' | 'failed' | 'finished' | 'stopped' | 'text_only';
    /** with `text_only`: the whole text */
    text: string | null;
    /** what SillyTavern said, though a message came */
    warning: string | null;
    /** why it failed */
    error: string | null;
    /** where the message stands */
    at: number | null;
    /** the message is new; else it replaces the one at `at` */
    insert: boolean;
    /** as SillyTavern stored it */
    message: ChatMessage | null;
    /** with a message: as in `chat_history` */
    epoch: number;
    /** with a message: the revision before it */
    base: number;
    /** with a message: the revision after it */
    revision: number;
    /** added by the hub */
    tavern?: number;
}

/**
 * A step in the life of one generation, whatever SillyTavern's own events say of it.
 *
 * `started` comes first, then at most one `first_token`, and exactly one of the last three ends it. In a group
 * each speaker has one of its own, as has each continuation. Dry runs have none.
 */
export interface Generation {
    /** a number, new for each generation of a tavern */
    generation: number;
    phase: 'failed' | 'finished' | 'first_token' | 'resumed' | 'stalled' | 'started' | 'stopped';
    kind: 'continue' | 'impersonate' | 'normal' | 'regenerate' | 'swipe' | 'quiet';
    /** who answers */
    speaker: string | null;
    /** the reply in the chat that it makes, if any */
    stream: number | null;
    /** whether its text comes bit by bit */
    streaming: boolean;
    /** how many bits have come, about its tokens; 0 without streaming */
    tokens: number;
    /** since it started */
    seconds: number;
    /** at the end: tokens a second from the first one on */
    rate: number | null;
    /** what SillyTavern said, though a reply came */
    warning: string | null;
    /** why it failed */
    error: string | null;
    /** added by the hub */
    tavern?: number;
}

/**
 * Something happened in SillyTavern that an app subscribed to.
 *
 * What could hold a secret, or cannot be written as JSON, is left out of `args`.
 */
export interface Event {
    /** SillyTavern's key for it, like `MESSAGE_SENT`; or another extension's own */
    name: string;
    /** see the table of events; of others, what is plain and holds no secret */
    args: unknown[];
    /** something was left out of `args` because it was too long */
    cut: boolean;
    /** added by the hub: rises with each event of any tavern */
    seq?: number;
    /** added by the hub */
    tavern?: number;
}

/** What another app has sent to all by `broadcast`. */
export interface AppMessage {
    /** the sender's number; 0: the hub's own window */
    app: number;
    /** the sender's name */
    name: string;
    /** what it is about, as agreed between the apps */
    topic: string;
    data: unknown;
}

/** The events a tavern is to tell of from now on; nothing else of them is listened to. */
export interface Listen {
    /** SillyTavern's keys for them, or other extensions' names */
    events: string[];
    /** whether to tell of `generation`, too */
    generation: boolean;
}

/** The hub's copy does not fit: send the chat again, newest page first. */
export interface Resync {
}

/** Compare the chat with what was sent and send what differs. It also shows that the hub is alive. */
export interface Check {
}

/** The same chat is open in several tabs, where SillyTavern loses messages without a word; or no longer. */
export interface ChatConflict {
    /** the other tabs' names; empty: the conflict is over */
    others: string[];
    /** it was changed in another tab since this one loaded it: load it again */
    stale: boolean;
    /** requests that change something go to this tab */
    leads: boolean;
}

/** Why something was refused or failed. */
export interface Failure {
    /** one of the codes below; may grow */
    code: string;
    /** in English: what, why, what to do */
    message: string;
    /** the parts of the message, for translation */
    params: Record<string, unknown>;
    /** the same may succeed later */
    retryable: boolean;
}

/** The message is in the chat; the answer to it, if asked for, follows as a stream. */
export interface SendMessageResult {
    /** false: a simple tavern, which cannot tell */
    confirmed: boolean;
    /** of the chat it is in */
    chat_id: string | null;
    /** its index there */
    at: number | null;
    /** as SillyTavern stored it */
    message: ChatMessage | null;
    /** with `wait: reply`: what became of the reply */
    outcome: 'failed' | 'finished' | 'stopped' | null;
    /** with `wait: reply`: the messages that came; in a group several */
    replies: ChatMessage[];
    /** why there is no reply, or what was said though one came */
    error: string | null;
}

/**
 * The generation has begun; with `wait: reply` it is over, and this is what came of it.
 *
 * A model that falls silent keeps SillyTavern waiting, and so the request, until somebody asks for `stop`.
 */
export interface GenerationResult {
    /** with `wait: reply`: how it ended */
    outcome: 'failed' | 'finished' | 'stopped' | null;
    /** with `wait: reply`: the messages it made */
    replies: ChatMessage[];
    /** why it failed, or what was said though a reply came */
    error: string | null;
}

/** The text that was generated. Where none was, the request has failed. */
export interface ImpersonateResult {
    text: string;
    /** stopped: this is how far it came */
    outcome: 'finished' | 'stopped';
    /** what SillyTavern said, though a text came */
    error: string | null;
}

/** Nothing is being generated any more. */
export interface StopResult {
    /** false: nothing was running */
    stopped: boolean;
}

/** Where the swipes stand; with `wait: reply` after the generation. */
export interface SwipeResult {
    /** the version that is shown */
    swipe_id: number;
    /** how many there are */
    swipe_count: number;
    /** whether it made another be generated */
    generated: boolean;
    /** as it is now; null while it is generated */
    message: ChatMessage | null;
    /** with `wait: reply`, where one was generated: how it ended */
    outcome: 'failed' | 'finished' | 'stopped' | null;
    /** why it failed, or what was said though a reply came */
    error: string | null;
}

/** Where the swipes stand now. */
export interface DeleteSwipeResult {
    swipe_id: number;
    swipe_count: number;
    /** as SillyTavern stored it */
    message: ChatMessage;
}

/** Messages of the chat, oldest first. */
export interface GetMessagesResult {
    chat_id: string;
    revision: number;
    /** how many messages the chat has */
    total: number;
    /** the first one's index */
    start: number;
    messages: ChatMessage[];
    /** where to go on from; null: this was all */
    next: number | null;
}

/** A message, and as many of its swipes as fit into a frame. */
export interface GetMessageResult {
    at: number;
    message: ChatMessage;
    /** from index `swipe` on; empty if it has none */
    swipes: SwipeText[];
    /** where to go on from; null: this was all */
    next: number | null;
}

/** One version of a message. */
export interface SwipeText {
    mes: string;
    send_date: string | number | null;
    /** its reasoning, model, media … */
    extra: Record<string, unknown>;
    /** the lengths of texts that were cut, by the names that `get_field` takes */
    truncated: Record<string, number>;
}

/** A piece of a field. */
export interface GetFieldResult {
    text: string;
    /** the whole field's length */
    total: number;
    /** the offset to go on from; null: this was the last piece */
    next: number | null;
}

/** The message as it is now. */
export interface MessageResult {
    at: number;
    /** as SillyTavern stored it */
    message: ChatMessage;
}

/** It is done. */
export interface CountResult {
    /** how many messages it concerned; those already so are not counted */
    changed: number;
    /** how many messages the chat has now */
    total: number;
}

/** The new chat. */
export interface ChatNameResult {
    /** the chat's file name without its ending */
    chat_id: string;
}

/** Chats. */
export interface ListChatsResult {
    chats: ChatInfo[];
    /** how many there are that fit */
    total: number;
    /** where to go on from; null: this was all */
    next: number | null;
}

/** A chat's file. */
export interface ChatInfo {
    /** the file name without its ending */
    name: string;
    /** how many it has; null: SillyTavern did not say */
    messages: number | null;
    /** the end of its last message */
    last_message: string;
    /** when, in ISO 8601; empty: not known */
    last_used: string;
    /** of its file, as SillyTavern writes it */
    size: string;
    /** it is the one that is open */
    open: boolean;
}

/** What is open now. */
export interface ChatResult {
    chat: ChatRef;
}

/** The chat's new name, without what the name of a file cannot hold. */
export interface RenameChatResult {
    name: string;
}

/** Characters. */
export interface ListCharactersResult {
    characters: CharacterInfo[];
    /** how many there are that fit */
    total: number;
    /** where to go on from; null: this was all */
    next: number | null;
}

/** A character. */
export interface CharacterInfo {
    /** its key, its avatar file; names may occur twice */
    avatar: string;
    name: string;
    /** the chat that opens with it */
    chat: string;
    favourite: boolean;
    tags: string[];
    /** when it was last talked with, in ISO 8601; empty: never, or not known */
    last_used: string;
    selected: boolean;
}

/** Groups. */
export interface ListGroupsResult {
    groups: GroupInfo[];
    /** how many there are that fit */
    total: number;
    /** where to go on from; null: this was all */
    next: number | null;
}

/** A group. */
export interface GroupInfo {
    id: string;
    name: string;
    /** their avatar files */
    members: string[];
    /** the chat that opens with it */
    chat: string;
    /** how many chats it has */
    chats: number;
    favourite: boolean;
    selected: boolean;
}

/** Personas. */
export interface ListPersonasResult {
    personas: PersonaInfo[];
    /** how many there are that fit */
    total: number;
    /** where to go on from; null: this was all */
    next: number | null;
}

/** A persona of the user's. */
export interface PersonaInfo {
    /** its key, its avatar file */
    avatar: string;
    name: string;
    selected: boolean;
}

/** The persona the user goes by now. */
export interface SelectPersonaResult {
    persona: PersonaInfo;
}

/** A picture. */
export interface GetAvatarResult {
    /** a `data:` address with a PNG or a JPEG in base64 */
    image: string;
}

/** What is open and what SillyTavern is doing. */
export interface GetContextResult {
    chat: ChatRef;
    state: TavernState;
    /** of the chat, for the guard */
    revision: number;
    /** how many messages the chat has */
    total: number;
    characters: number;
    groups: number;
    personas: number;
    /** SillyTavern's name for the kind of connection to the model */
    api: string;
    /** of the model, in tokens; 0: not known */
    context_size: number;
}

/** The author's note of the open chat. */
export interface AuthorsNote {
    text: string;
    /** inserted every so many messages; 0: never */
    interval: number;
    /** in the chat: how many messages from the end */
    depth: number;
    /** of the scenario; or in the chat */
    position: 'after' | 'before' | 'chat';
    role: 'assistant' | 'system' | 'user';
}

/** World-info books, by name. */
export interface ListWorldInfoResult {
    books: WorldInfoBook[];
}

/** A world-info book. */
export interface WorldInfoBook {
    name: string;
    active: boolean;
}

/** The sets of quick replies. */
export interface ListQuickRepliesResult {
    sets: QuickReplySet[];
}

/** A set of quick replies. */
export interface QuickReplySet {
    name: string;
    /** where it is shown; empty: nowhere */
    scope: ('chat' | 'global')[];
    labels: string[];
}

/** It has run; or, if it is a text, has been sent. */
export interface RunQuickReplyResult {
    /** what it returned, or the beginning of it */
    pipe: string;
    /** the length of what it returned, in UTF-16 units */
    total: number;
    /** it was ended early, by /abort or by Stop */
    aborted: boolean;
    /** what was said when it was ended */
    reason: string;
}

/** The prompt as JSON text, in pieces: the parts before `next` come first. */
export interface GetPromptResult {
    /** a piece of the JSON of a list of messages, or of one string */
    text: string;
    /** the whole JSON's length, in UTF-16 units */
    total: number;
    /** of the generation, `quiet` included */
    kind: string;
    /** where to go on from; null: this was all */
    next: number | null;
}

/** The script has run. */
export interface RunCommandResult {
    /** what it returned, or the beginning of it */
    pipe: string;
    /** the length of what it returned, in UTF-16 units */
    total: number;
    /** it was ended early, by /abort or by Stop */
    aborted: boolean;
    /** what was said when it was ended */
    reason: string;
}

/** Slash commands. */
export interface ListCommandsResult {
    commands: Command[];
    /** how many there are that fit */
    total: number;
    /** where to go on from; null: this was all */
    next: number | null;
}

/** A slash command. */
export interface Command {
    /** without the slash */
    name: string;
    aliases: string[];
    /** the named ones first */
    arguments: CommandArgument[];
    /** what it gives to the pipe */
    returns: string;
    /** as plain text, or the beginning of it */
    help: string;
}

/** What a slash command takes. */
export interface CommandArgument {
    /** written before it with `=`; empty: the text behind the named ones */
    name: string;
    description: string;
    required: boolean;
    /** some that it may be; empty: anything, or not known */
    values: string[];
}

/** The text that was generated. */
export interface TextResult {
    text: string;
}

/** What this app is told of now. */
export interface SubscriptionResult {
    topics: string[];
    /** the `seq` of the last event there was */
    event: number;
}

/** It was sent. */
export interface BroadcastResult {
    /** to how many */
    apps: number;
}

/**
 * The answers, in the order of the requests; those that were not done have none. Where a failure was to end it,
 * or the answers had come to more than a frame should hold, some may be missing.
 */
export interface BatchResult {
    answers: BatchAnswer[];
    /** whether some were not done */
    halted: boolean;
}

/** The answer to one request of a batch. */
export interface BatchAnswer {
    type: 'error' | 'result';
    content: Record<string, unknown>;
}

/** A result without content. */
export interface Done {
}

/**
 * Add a message of the user's to the open chat, and have it answered.
 *
 * The text is stored as it is and never executed, however much it looks like a command.
 */
export interface SendMessage {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    text: string;
    /** have the character answer (default: `true`) */
    reply?: boolean;
    /** answer when it has begun, or when the reply is there (default: `"accepted"`) */
    wait?: 'accepted' | 'reply';
}

/** Throw the last reply away and generate another. */
export interface Regenerate {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** answer when it has begun, or when the reply is there (default: `"accepted"`) */
    wait?: 'accepted' | 'reply';
}

/** Have the last message written on. */
export interface Continue {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** answer when it has begun, or when the reply is there (default: `"accepted"`) */
    wait?: 'accepted' | 'reply';
}

/** Have the model write a message in the user's name. It is returned, not sent; the user's draft stays. */
export interface Impersonate {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** put it into SillyTavern's input box, in the place of the draft (default: `false`) */
    fill?: boolean;
}

/** Stop the generation that runs. It overtakes all that waits. */
export interface Stop {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
}

/**
 * Show another version of the last message. Right of the last one, another is generated; a greeting that nobody
 * has answered goes round there, as everything does left of the first one.
 */
export interface Swipe {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** to the neighbour; or else `to` (default: `null`) */
    direction?: 'left' | 'right' | null;
    /** the index of the version; one past the end generates (default: `null`) */
    to?: number | null;
    /** guard: refused as `stale_chat` if it is not the last message's (default: `null`) */
    uid?: string | null;
    /** answer when it has begun, or when the reply is there (default: `"accepted"`) */
    wait?: 'accepted' | 'reply';
}

/** Delete one version of the last message. The only one cannot be deleted: that is refused as `unsupported`. */
export interface DeleteSwipe {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** which; left out: the one that is shown (default: `null`) */
    swipe?: number | null;
    /** guard: refused as `stale_chat` if it is not the last message's (default: `null`) */
    uid?: string | null;
}

/** A range of the open chat's messages, as they are now. Fewer come if they would not fit into a frame. */
export interface GetMessages {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** the first index; left out: as many as `limit` from the end (default: `null`) */
    start?: number | null;
    /** how many at most (default: `100`) */
    limit?: number;
}

/** One message with all its swipes, reasoning and media. Name it by `uid` or by its index `at`. */
export interface GetMessage {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** the message; with `at`, a guard: refused as `stale_chat` if another stands there (default: `null`) */
    uid?: string | null;
    /** the message's index (default: `null`) */
    at?: number | null;
    /** the first swipe to tell of, as `next` said (default: `0`) */
    swipe?: number;
}

/**
 * A piece of a message's field that was too long to be sent, as `truncated` said.
 *
 * Lengths and offsets are in UTF-16 code units, JavaScript's measure, as in `truncated`.
 */
export interface GetField {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** of the message */
    uid: string;
    /** as `truncated` names it: `mes`, `extra.reasoning` …; `swipes.3`, `swipe_info.3.extra` */
    field: string;
    /** (default: `0`) */
    offset?: number;
}

/**
 * Change a message's text, its reasoning, or both. Name it by `uid` or by its index `at`.
 *
 * They are stored as they are: SillyTavern's own editor would replace macros and apply regex scripts. One that
 * is being edited in SillyTavern is refused as `busy`.
 */
export interface EditMessage {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** the message; with `at`, a guard: refused as `stale_chat` if another stands there (default: `null`) */
    uid?: string | null;
    /** the message's index (default: `null`) */
    at?: number | null;
    /** the new text (default: `null`) */
    text?: string | null;
    /** the new reasoning; empty: none (default: `null`) */
    reasoning?: string | null;
}

/**
 * Delete messages, either those of `uids`, or `count` of them from index `at` on: these, and no tool calls
 * before them.
 */
export interface DeleteMessages {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** which; with `at`, a guard: those that stand there (default: `[]`) */
    uids?: string[];
    /** the first one's index (default: `null`) */
    at?: number | null;
    /** how many from there on (default: `1`) */
    count?: number;
}

/** Keep messages from the model, either those of `uids`, or `count` of them from index `at` on. */
export interface HideMessages {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** which; with `at`, a guard: those that stand there (default: `[]`) */
    uids?: string[];
    /** the first one's index (default: `null`) */
    at?: number | null;
    /** how many from there on (default: `1`) */
    count?: number;
}

/**
 * Let the model see messages again, either those of `uids`, or `count` of them from index `at` on. Rows that
 * hold tool calls stay as they are.
 */
export interface UnhideMessages {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** which; with `at`, a guard: those that stand there (default: `[]`) */
    uids?: string[];
    /** the first one's index (default: `null`) */
    at?: number | null;
    /** how many from there on (default: `1`) */
    count?: number;
}

/** Copy the chat up to a message into a new one, and open that. */
export interface Branch {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** the message; with `at`, a guard: refused as `stale_chat` if another stands there (default: `null`) */
    uid?: string | null;
    /** the message's index (default: `null`) */
    at?: number | null;
}

/**
 * Copy the chat up to a message into a new one, which the message then refers to; the open chat stays open.
 *
 * The name of a chat that there is already, or that no file can have, is refused as `bad_field`.
 */
export interface Checkpoint {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** the message; with `at`, a guard: refused as `stale_chat` if another stands there (default: `null`) */
    uid?: string | null;
    /** the message's index (default: `null`) */
    at?: number | null;
    /** the new chat's; left out: SillyTavern chooses (default: `null`) */
    name?: string | null;
}

/** The chats of a character or a group, last used first. Without either, of the one that is open. */
export interface ListChats {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** the character's key, its avatar file (default: `null`) */
    avatar?: string | null;
    /** the group's id (default: `null`) */
    group?: string | null;
    /** as SillyTavern searches: words that all stand in a chat's name, or all in its messages (default: `""`) */
    search?: string;
    /** where to begin, as `next` said (default: `0`) */
    start?: number;
    /** how many at most (default: `100`) */
    limit?: number;
}

/** Open another chat of the character or group that is selected. */
export interface OpenChat {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** the chat's file name without its ending, as `list_chats` gives it */
    name: string;
}

/** Begin a new chat with the character or group that is selected; the old one is kept. */
export interface NewChat {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
}

/** Close the chat, so that none is open. */
export interface CloseChat {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
}

/** Rename a chat of the character or group that is selected. */
export interface RenameChat {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /**
     * the chat's file name without its ending, as `list_chats` gives it; left out: the open one (default:
     * `null`)
     */
    name?: string | null;
    /** the new name, which no other chat may have */
    to: string;
}

/**
 * Delete a chat of the character or group that is selected. If it is the open one, the last used of the others
 * is opened first, or a new one if there is no other.
 */
export interface DeleteChat {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** the chat's file name without its ending, as `list_chats` gives it */
    name: string;
}

/** The characters, by name. */
export interface ListCharacters {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** only those whose name holds this, whatever the case (default: `""`) */
    search?: string;
    /** where to begin, as `next` said (default: `0`) */
    start?: number;
    /** how many at most (default: `100`) */
    limit?: number;
}

/** Talk with a character: its last chat is opened. Name it by its key, or by a name that only one has. */
export interface SelectCharacter {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** its key, its avatar file (default: `null`) */
    avatar?: string | null;
    /** its name (default: `null`) */
    name?: string | null;
}

/** The groups, by name. */
export interface ListGroups {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** only those whose name holds this, whatever the case (default: `""`) */
    search?: string;
    /** where to begin, as `next` said (default: `0`) */
    start?: number;
    /** how many at most (default: `100`) */
    limit?: number;
}

/** Talk with a group: its last chat is opened. Name it by its id, or by a name that only one has. */
export interface SelectGroup {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** the group's id (default: `null`) */
    id?: string | null;
    /** its name (default: `null`) */
    name?: string | null;
}

/** Whom the user can go by. */
export interface ListPersonas {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** only those whose name holds this, whatever the case (default: `""`) */
    search?: string;
    /** where to begin, as `next` said (default: `0`) */
    start?: number;
    /** how many at most (default: `100`) */
    limit?: number;
}

/** Go by another persona. Name it by its key, or by a name that only one has. */
export interface SelectPersona {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** its key, its avatar file (default: `null`) */
    avatar?: string | null;
    /** its name (default: `null`) */
    name?: string | null;
}

/** The picture of a character or of a persona, made small: a square of 96 pixels, its middle where it was none. */
export interface GetAvatar {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** whose (default: `"character"`) */
    kind?: 'character' | 'persona';
    /** its key, its avatar file; left out, with a persona: the one that is selected (default: `null`) */
    avatar?: string | null;
}

/** Who, where and how: what is open, what SillyTavern is doing, and how much of everything there is. */
export interface GetContext {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
}

/** The author's note of the open chat. */
export interface GetAuthorsNote {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
}

/** Change the author's note of the open chat; what is left out stays. */
export interface SetAuthorsNote {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** (default: `null`) */
    text?: string | null;
    /** (default: `null`) */
    interval?: number | null;
    /** (default: `null`) */
    depth?: number | null;
    /** (default: `null`) */
    position?: 'after' | 'before' | 'chat' | null;
    /** (default: `null`) */
    role?: 'assistant' | 'system' | 'user' | null;
}

/** The world-info books, and which are on for all chats. */
export interface ListWorldInfo {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
}

/**
 * Switch a world-info book on or off for all chats. SillyTavern has no safe way to do that with a book whose
 * name holds a comma, begins or ends with a space, or differs from another's by its case only: `unsupported`.
 */
export interface SetWorldInfo {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    name: string;
    active: boolean;
}

/** The quick replies there are. */
export interface ListQuickReplies {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
}

/**
 * Press a quick reply. As a script it may do anything that a slash command can; as a text it is sent as the
 * user's message and has a reply begun, the draft left alone.
 */
export interface RunQuickReply {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** the set's name */
    set: string;
    label: string;
}

/**
 * The prompt of the last generation in this page, as it was sent to the model. It is kept from the moment on in
 * which the user allows it; `generate_raw` has none.
 */
export interface GetPrompt {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** where to begin, as `next` said (default: `0`) */
    start?: number;
}

/**
 * Run slash commands (STscript). They have full power over SillyTavern. A popup that a script opens is waited
 * for one minute; then, as by Stop, what is left of the script is not run.
 */
export interface RunCommand {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** for example `/echo Hello | /input What is your name?` */
    script: string;
}

/** The slash commands that SillyTavern and its extensions have, by name. */
export interface ListCommands {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** only those whose name holds this, whatever the case (default: `""`) */
    search?: string;
    /** where to begin, as `next` said (default: `0`) */
    start?: number;
    /** how many at most (default: `100`) */
    limit?: number;
}

/** Have the model write something with the open chat as its context, but outside the chat. */
export interface GenerateQuiet {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    prompt: string;
    /** in tokens, at most; left out: as set in SillyTavern (default: `null`) */
    length?: number | null;
}

/** Have the model write something, with nothing but this for its prompt. */
export interface GenerateRaw {
    /** which one; may be left out while one is connected (default: `null`) */
    tavern?: number | null;
    /** guard: refused as `stale_chat` if another is open (default: `null`) */
    chat_id?: string | null;
    /** a uuid: asked again with it, it is not done again (default: `null`) */
    key?: string | null;
    /** guard: refused as `stale_chat` if the chat has changed since (default: `null`) */
    revision?: number | null;
    /**
     * while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it (default:
     * `"reject"`)
     */
    if_busy?: 'reject' | 'wait';
    /** a text, or messages */
    prompt: string | RawMessage[];
    /** the system prompt (default: `""`) */
    system?: string;
    /** in tokens, at most; left out: as set in SillyTavern (default: `null`) */
    length?: number | null;
}

/** A message of a prompt. */
export interface RawMessage {
    role: 'assistant' | 'system' | 'user';
    content: string;
}

/** Ask who is connected, what each is doing, and what waits for it. */
export interface ListTaverns {
}

/** Be told of more from now on. A tavern's chat, streams and state come as they are now, then what changes. */
export interface Subscribe {
    topics: string[];
}

/** Be told of less from now on. */
export interface Unsubscribe {
    topics: string[];
}

/**
 * Send something to the other apps that subscribed to `app_message`.
 *
 * If one that `to` names is not among them, nothing is sent to anybody.
 */
export interface Broadcast {
    /** what it is about, as agreed between the apps (default: `""`) */
    topic?: string;
    /** anything; with all around it no longer than `limits.page_bytes` (default: `null`) */
    data?: unknown;
    /** the apps' numbers; empty: all (default: `[]`) */
    to?: number[];
}

/**
 * Several requests, one after the other. Each waits for its turn like any other request, so that what other apps
 * ask may be done between two of them.
 */
export interface Batch {
    requests: BatchItem[];
    /** do none of those after the first that fails (default: `true`) */
    halt_on_failure?: boolean;
}

/** A request within a batch. */
export interface BatchItem {
    /** any request but `batch` */
    type: string;
    /** (default: `{}`) */
    content?: Record<string, unknown>;
}

/** Bring the hub's window to the front. Only for programs on this computer. */
export interface ShowWindow {
}

/** The `code` of an error; later versions may add some. */
export type ErrorCode =
    /** The frame is not JSON (`params.reason` says where it breaks). */
    | 'bad_json'
    /** The frame is not an object with a string `type`. */
    | 'bad_frame'
    /** No message has this `params.type`. */
    | 'unknown_type'
    /** `params.field` is missing or wrong: `params.expected`, `params.got`. */
    | 'bad_field'
    /** This message does not come from a peer of this role or at this moment. */
    | 'unexpected'
    /** A token is required, and none or a wrong one came. */
    | 'unauthorized'
    /** The user is being asked whether to let this program in. */
    | 'awaiting_user'
    /** Hub and peer share no protocol version. */
    | 'protocol_unsupported'
    /** More requests are in flight than `params.limit`. */
    | 'too_many_requests'
    /** No such SillyTavern is connected. */
    | 'no_tavern'
    /** Several are connected; name one of `params.taverns`. */
    | 'ambiguous_tavern'
    /** The tavern left before the request reached it; nothing was done. */
    | 'tavern_gone'
    /** The tavern left or fell silent after the request was sent to it. */
    | 'outcome_unknown'
    /** No answer in time to a request that changes nothing. */
    | 'timeout'
    /** This tavern or hub has no way to do that. */
    | 'unsupported'
    /** SillyTavern is generating or in the midst of another action. */
    | 'busy'
    /** SillyTavern is not connected to a language model. */
    | 'no_connection'
    /** No chat is open in this SillyTavern. */
    | 'no_chat'
    /** The chat is no longer as the request's guards (`chat_id`, `revision`, `uid`) say; nothing was done. */
    | 'stale_chat'
    /** The chat is open in several tabs; changes go to `params.leader` only. */
    | 'duplicate_chat'
    /** What the request names is not there. */
    | 'not_found'
    /** The user has not switched on `params.permission` in the extension's panel. */
    | 'forbidden'
    /** A popup in SillyTavern waits for a human: `params.popup` is its text. */
    | 'needs_attention'
    /** It was tried and did not succeed; `params.reason` says why. */
    | 'failed';

/** Why a connection was closed; what is not listed is a WebSocket's own. */
export type CloseCode =
    /** The hub is stopping. */
    | 1001
    /** A text frame was not valid UTF-8. */
    | 1007
    /** A frame was longer than the limit in `welcome.limits`. */
    | 1009
    /** The first frame was neither a good `hello` nor of the simple profile. */
    | 4001
    /** A token is required, and none or a wrong one came. */
    | 4002
    /** Hub and peer share no protocol version; update the older. */
    | 4003
    /** The same instance has connected again; this older socket is closed. */
    | 4004
    /** Too many refused frames in a row. */
    | 4005
    /** The peer read so slowly that too much was waiting for it. */
    | 4006
    /** The hub holds as many connections as it may. */
    | 4007
    /** The user has disconnected this peer in ChatBridge's window. */
    | 4008
    /** The user is being asked whether to let this program in; try again. */
    | 4009;

/** Each request: what it is asked with, and what its result is. */
export interface Requests {
    /**
     * Add a message of the user's to the open chat, and have it answered. Permission: `send`. It changes
     * something.
     */
    send_message: { content: SendMessage; result: SendMessageResult };
    /** Throw the last reply away and generate another. Permission: `buttons`. It changes something. */
    regenerate: { content: Regenerate; result: GenerationResult };
    /** Have the last message written on. Permission: `buttons`. It changes something. */
    continue: { content: Continue; result: GenerationResult };
    /** Have the model write a message in the user's name. Permission: `buttons`. It changes something. */
    impersonate: { content: Impersonate; result: ImpersonateResult };
    /** Stop the generation that runs. Permission: `buttons`. */
    stop: { content: Stop; result: StopResult };
    /** Show another version of the last message. Permission: `buttons`. It changes something. */
    swipe: { content: Swipe; result: SwipeResult };
    /** Delete one version of the last message. Permission: `delete`. It changes something. */
    delete_swipe: { content: DeleteSwipe; result: DeleteSwipeResult };
    /** A range of the open chat's messages, as they are now. Permission: `read`. */
    get_messages: { content: GetMessages; result: GetMessagesResult };
    /** One message with all its swipes, reasoning and media. Permission: `read`. */
    get_message: { content: GetMessage; result: GetMessageResult };
    /** A piece of a message's field that was too long to be sent, as `truncated` said. Permission: `read`. */
    get_field: { content: GetField; result: GetFieldResult };
    /** Change a message's text, its reasoning, or both. Permission: `buttons`. It changes something. */
    edit_message: { content: EditMessage; result: MessageResult };
    /**
     * Delete messages, either those of `uids`, or `count` of them from index `at` on: these, and no tool calls
     * before them. Permission: `delete`. It changes something.
     */
    delete_messages: { content: DeleteMessages; result: CountResult };
    /**
     * Keep messages from the model, either those of `uids`, or `count` of them from index `at` on. Permission:
     * `buttons`. It changes something.
     */
    hide_messages: { content: HideMessages; result: CountResult };
    /**
     * Let the model see messages again, either those of `uids`, or `count` of them from index `at` on.
     * Permission: `buttons`. It changes something.
     */
    unhide_messages: { content: UnhideMessages; result: CountResult };
    /** Copy the chat up to a message into a new one, and open that. Permission: `buttons`. It changes something. */
    branch: { content: Branch; result: ChatNameResult };
    /**
     * Copy the chat up to a message into a new one, which the message then refers to; the open chat stays open.
     * Permission: `buttons`. It changes something.
     */
    checkpoint: { content: Checkpoint; result: ChatNameResult };
    /** The chats of a character or a group, last used first. Permission: `read`. */
    list_chats: { content: ListChats; result: ListChatsResult };
    /** Open another chat of the character or group that is selected. Permission: `switch`. It changes something. */
    open_chat: { content: OpenChat; result: ChatResult };
    /**
     * Begin a new chat with the character or group that is selected; the old one is kept. Permission: `switch`.
     * It changes something.
     */
    new_chat: { content: NewChat; result: ChatResult };
    /** Close the chat, so that none is open. Permission: `switch`. It changes something. */
    close_chat: { content: CloseChat; result: ChatResult };
    /** Rename a chat of the character or group that is selected. Permission: `delete`. It changes something. */
    rename_chat: { content: RenameChat; result: RenameChatResult };
    /** Delete a chat of the character or group that is selected. Permission: `delete`. It changes something. */
    delete_chat: { content: DeleteChat; result: ChatResult };
    /** The characters, by name. Permission: `read`. */
    list_characters: { content: ListCharacters; result: ListCharactersResult };
    /** Talk with a character: its last chat is opened. Permission: `switch`. It changes something. */
    select_character: { content: SelectCharacter; result: ChatResult };
    /** The groups, by name. Permission: `read`. */
    list_groups: { content: ListGroups; result: ListGroupsResult };
    /** Talk with a group: its last chat is opened. Permission: `switch`. It changes something. */
    select_group: { content: SelectGroup; result: ChatResult };
    /** Whom the user can go by. Permission: `read`. */
    list_personas: { content: ListPersonas; result: ListPersonasResult };
    /** Go by another persona. Permission: `switch`. It changes something. */
    select_persona: { content: SelectPersona; result: SelectPersonaResult };
    /**
     * The picture of a character or of a persona, made small: a square of 96 pixels, its middle where it was
     * none. Permission: `read`.
     */
    get_avatar: { content: GetAvatar; result: GetAvatarResult };
    /**
     * Who, where and how: what is open, what SillyTavern is doing, and how much of everything there is.
     * Permission: `read`.
     */
    get_context: { content: GetContext; result: GetContextResult };
    /** The author's note of the open chat. Permission: `read`. */
    get_authors_note: { content: GetAuthorsNote; result: AuthorsNote };
    /**
     * Change the author's note of the open chat; what is left out stays. Permission: `buttons`. It changes
     * something.
     */
    set_authors_note: { content: SetAuthorsNote; result: AuthorsNote };
    /** The world-info books, and which are on for all chats. Permission: `read`. */
    list_world_info: { content: ListWorldInfo; result: ListWorldInfoResult };
    /** Switch a world-info book on or off for all chats. Permission: `buttons`. It changes something. */
    set_world_info: { content: SetWorldInfo; result: WorldInfoBook };
    /** The quick replies there are. Permission: `read`. */
    list_quick_replies: { content: ListQuickReplies; result: ListQuickRepliesResult };
    /** Press a quick reply. Permission: `scripts`. It changes something. */
    run_quick_reply: { content: RunQuickReply; result: RunQuickReplyResult };
    /** The prompt of the last generation in this page, as it was sent to the model. Permission: `prompts`. */
    get_prompt: { content: GetPrompt; result: GetPromptResult };
    /** Run slash commands (STscript). Permission: `scripts`. It changes something. */
    run_command: { content: RunCommand; result: RunCommandResult };
    /** The slash commands that SillyTavern and its extensions have, by name. Permission: `scripts`. */
    list_commands: { content: ListCommands; result: ListCommandsResult };
    /**
     * Have the model write something with the open chat as its context, but outside the chat. Permission:
     * `generate`. It changes something.
     */
    generate_quiet: { content: GenerateQuiet; result: TextResult };
    /**
     * Have the model write something, with nothing but this for its prompt. Permission: `generate`. It changes
     * something.
     */
    generate_raw: { content: GenerateRaw; result: TextResult };
    /** Ask who is connected, what each is doing, and what waits for it. */
    list_taverns: { content: ListTaverns; result: Taverns };
    /** Be told of more from now on. */
    subscribe: { content: Subscribe; result: SubscriptionResult };
    /** Be told of less from now on. */
    unsubscribe: { content: Unsubscribe; result: SubscriptionResult };
    /** Send something to the other apps that subscribed to `app_message`. */
    broadcast: { content: Broadcast; result: BroadcastResult };
    /** Several requests, one after the other. */
    batch: { content: Batch; result: BatchResult };
    /** Bring the hub's window to the front. */
    show_window: { content: ShowWindow; result: Done };
}

/** A request's type. */
export type RequestType = keyof Requests;

/** The frame that asks. */
export interface RequestFrame<T extends RequestType = RequestType> {
    type: T;
    id?: RequestId;
    content?: Requests[T]['content'];
}

/** The frame that answers a request which was done. */
export interface ResultFrame<T extends RequestType = RequestType> {
    type: 'result';
    id?: RequestId;
    content: Requests[T]['result'];
}

/** The frame that answers a request which was not done, or a frame that cannot be read. */
export interface ErrorFrame {
    type: 'error';
    id?: RequestId;
    content: Failure;
}

/** A value some of whose fields may be left out. */
type Needing<T, K extends keyof T> = Pick<T, K> & Partial<Omit<T, K>>;

/** What an app may send. */
export type FromApp =
    | { type: 'hello'; content: Hello }
    | { type: 'send_message'; id?: RequestId; content: SendMessage }
    | { type: 'regenerate'; id?: RequestId; content?: Regenerate }
    | { type: 'continue'; id?: RequestId; content?: Continue }
    | { type: 'impersonate'; id?: RequestId; content?: Impersonate }
    | { type: 'stop'; id?: RequestId; content?: Stop }
    | { type: 'swipe'; id?: RequestId; content?: Swipe }
    | { type: 'delete_swipe'; id?: RequestId; content?: DeleteSwipe }
    | { type: 'get_messages'; id?: RequestId; content?: GetMessages }
    | { type: 'get_message'; id?: RequestId; content?: GetMessage }
    | { type: 'get_field'; id?: RequestId; content: GetField }
    | { type: 'edit_message'; id?: RequestId; content?: EditMessage }
    | { type: 'delete_messages'; id?: RequestId; content?: DeleteMessages }
    | { type: 'hide_messages'; id?: RequestId; content?: HideMessages }
    | { type: 'unhide_messages'; id?: RequestId; content?: UnhideMessages }
    | { type: 'branch'; id?: RequestId; content?: Branch }
    | { type: 'checkpoint'; id?: RequestId; content?: Checkpoint }
    | { type: 'list_chats'; id?: RequestId; content?: ListChats }
    | { type: 'open_chat'; id?: RequestId; content: OpenChat }
    | { type: 'new_chat'; id?: RequestId; content?: NewChat }
    | { type: 'close_chat'; id?: RequestId; content?: CloseChat }
    | { type: 'rename_chat'; id?: RequestId; content: RenameChat }
    | { type: 'delete_chat'; id?: RequestId; content: DeleteChat }
    | { type: 'list_characters'; id?: RequestId; content?: ListCharacters }
    | { type: 'select_character'; id?: RequestId; content?: SelectCharacter }
    | { type: 'list_groups'; id?: RequestId; content?: ListGroups }
    | { type: 'select_group'; id?: RequestId; content?: SelectGroup }
    | { type: 'list_personas'; id?: RequestId; content?: ListPersonas }
    | { type: 'select_persona'; id?: RequestId; content?: SelectPersona }
    | { type: 'get_avatar'; id?: RequestId; content?: GetAvatar }
    | { type: 'get_context'; id?: RequestId; content?: GetContext }
    | { type: 'get_authors_note'; id?: RequestId; content?: GetAuthorsNote }
    | { type: 'set_authors_note'; id?: RequestId; content?: SetAuthorsNote }
    | { type: 'list_world_info'; id?: RequestId; content?: ListWorldInfo }
    | { type: 'set_world_info'; id?: RequestId; content: SetWorldInfo }
    | { type: 'list_quick_replies'; id?: RequestId; content?: ListQuickReplies }
    | { type: 'run_quick_reply'; id?: RequestId; content: RunQuickReply }
    | { type: 'get_prompt'; id?: RequestId; content?: GetPrompt }
    | { type: 'run_command'; id?: RequestId; content: RunCommand }
    | { type: 'list_commands'; id?: RequestId; content?: ListCommands }
    | { type: 'generate_quiet'; id?: RequestId; content: GenerateQuiet }
    | { type: 'generate_raw'; id?: RequestId; content: GenerateRaw }
    | { type: 'list_taverns'; id?: RequestId; content?: ListTaverns }
    | { type: 'subscribe'; id?: RequestId; content: Subscribe }
    | { type: 'unsubscribe'; id?: RequestId; content: Unsubscribe }
    | { type: 'broadcast'; id?: RequestId; content?: Broadcast }
    | { type: 'batch'; id?: RequestId; content: Batch }
    | { type: 'show_window'; id?: RequestId; content?: ShowWindow };

/** What an app is sent. Those that the app did not subscribe to do not come. */
export type ToApp =
    | { type: 'welcome'; content: Welcome }
    | { type: 'taverns'; content: Taverns }
    | { type: 'chat_history'; content: ChatHistory }
    | { type: 'chat_changes'; content: ChatChanges }
    | { type: 'stream_start'; content: StreamStart }
    | { type: 'stream_update'; content: StreamUpdate }
    | { type: 'stream_end'; content: StreamEnd }
    | { type: 'tavern_state'; content: TavernState }
    | { type: 'generation'; content: Generation }
    | { type: 'event'; content: Event }
    | { type: 'app_message'; content: AppMessage }
    | ResultFrame
    | ErrorFrame;

/** What a tavern may send. */
export type FromTavern =
    | { type: 'hello'; content: Hello }
    | { type: 'chat_history'; content: Needing<ChatHistory, 'chat' | 'epoch' | 'revision' | 'total' | 'start' | 'messages'> }
    | { type: 'chat_changes'; content: Needing<ChatChanges, 'chat_id' | 'epoch' | 'base' | 'revision' | 'changes'> }
    | { type: 'stream_start'; content: Needing<StreamStart, 'stream' | 'kind'> }
    | { type: 'stream_update'; content: Needing<StreamUpdate, 'stream'> }
    | { type: 'stream_end'; content: Needing<StreamEnd, 'stream' | 'outcome'> }
    | { type: 'tavern_state'; content: Needing<TavernState, never> }
    | { type: 'generation'; content: Needing<Generation, 'generation' | 'phase' | 'kind'> }
    | { type: 'event'; content: Needing<Event, 'name'> }
    | ResultFrame
    | ErrorFrame;

/** What a tavern is sent. Each request has an `id` of the hub's making. */
export type ToTavern =
    | { type: 'welcome'; content: Welcome }
    | ErrorFrame
    | { type: 'listen'; content: Listen }
    | { type: 'resync'; content: Resync }
    | { type: 'check'; content: Check }
    | { type: 'chat_conflict'; content: ChatConflict }
    | { type: 'send_message'; id: number; content: Required<SendMessage> }
    | { type: 'regenerate'; id: number; content: Required<Regenerate> }
    | { type: 'continue'; id: number; content: Required<Continue> }
    | { type: 'impersonate'; id: number; content: Required<Impersonate> }
    | { type: 'stop'; id: number; content: Required<Stop> }
    | { type: 'swipe'; id: number; content: Required<Swipe> }
    | { type: 'delete_swipe'; id: number; content: Required<DeleteSwipe> }
    | { type: 'get_messages'; id: number; content: Required<GetMessages> }
    | { type: 'get_message'; id: number; content: Required<GetMessage> }
    | { type: 'get_field'; id: number; content: Required<GetField> }
    | { type: 'edit_message'; id: number; content: Required<EditMessage> }
    | { type: 'delete_messages'; id: number; content: Required<DeleteMessages> }
    | { type: 'hide_messages'; id: number; content: Required<HideMessages> }
    | { type: 'unhide_messages'; id: number; content: Required<UnhideMessages> }
    | { type: 'branch'; id: number; content: Required<Branch> }
    | { type: 'checkpoint'; id: number; content: Required<Checkpoint> }
    | { type: 'list_chats'; id: number; content: Required<ListChats> }
    | { type: 'open_chat'; id: number; content: Required<OpenChat> }
    | { type: 'new_chat'; id: number; content: Required<NewChat> }
    | { type: 'close_chat'; id: number; content: Required<CloseChat> }
    | { type: 'rename_chat'; id: number; content: Required<RenameChat> }
    | { type: 'delete_chat'; id: number; content: Required<DeleteChat> }
    | { type: 'list_characters'; id: number; content: Required<ListCharacters> }
    | { type: 'select_character'; id: number; content: Required<SelectCharacter> }
    | { type: 'list_groups'; id: number; content: Required<ListGroups> }
    | { type: 'select_group'; id: number; content: Required<SelectGroup> }
    | { type: 'list_personas'; id: number; content: Required<ListPersonas> }
    | { type: 'select_persona'; id: number; content: Required<SelectPersona> }
    | { type: 'get_avatar'; id: number; content: Required<GetAvatar> }
    | { type: 'get_context'; id: number; content: Required<GetContext> }
    | { type: 'get_authors_note'; id: number; content: Required<GetAuthorsNote> }
    | { type: 'set_authors_note'; id: number; content: Required<SetAuthorsNote> }
    | { type: 'list_world_info'; id: number; content: Required<ListWorldInfo> }
    | { type: 'set_world_info'; id: number; content: Required<SetWorldInfo> }
    | { type: 'list_quick_replies'; id: number; content: Required<ListQuickReplies> }
    | { type: 'run_quick_reply'; id: number; content: Required<RunQuickReply> }
    | { type: 'get_prompt'; id: number; content: Required<GetPrompt> }
    | { type: 'run_command'; id: number; content: Required<RunCommand> }
    | { type: 'list_commands'; id: number; content: Required<ListCommands> }
    | { type: 'generate_quiet'; id: number; content: Required<GenerateQuiet> }
    | { type: 'generate_raw'; id: number; content: Required<GenerateRaw> };

/** The bare frames of the simple profile, which needs no handshake. */
export type SimpleFromTavern =
    | { type: 'chat_history'; content: ChatMessage[] }
    | { type: 'stream_update'; content: string };
export type SimpleToApp = SimpleFromTavern & { tavern: number };
export interface SimpleSendMessage {
    type: 'send_message';
    id?: RequestId;
    content: string;
}
