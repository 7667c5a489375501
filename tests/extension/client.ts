/** A small client in TypeScript: it shows what docs/protocol.d.ts is good for, and tsc that it holds. */

import type {
    ChatMessage, ErrorCode, FromApp, FromTavern, RequestType, Requests, ResultFrame, SimpleSendMessage, SimpleToApp, ToApp, ToTavern,
} from '../../chatbridge_gui/docs/protocol';

type Waiting = { done: (content: never) => void; failed: (error: Error) => void };

/** An app that keeps the newest page of a chat and can ask for anything. */
export class Client {
    readonly texts: string[] = [];
    readonly #waiting = new Map<string | number, Waiting>();
    #next = 1;

    constructor(readonly socket: WebSocket) {
        socket.onopen = () => this.#send({ type: 'hello', content: { role: 'app', name: 'client', subscribe: ['chat', 'stream', 'events:CHAT_CHANGED'] } });
        socket.onmessage = ({ data }) => this.#take(JSON.parse(data) as ToApp);
    }

    ask<T extends RequestType>(type: T, content: Requests[T]['content']): Promise<Requests[T]['result']> {
        const id = this.#next++;
        this.#send({ type, id, content } as FromApp);
        return new Promise((done, failed) => this.#waiting.set(id, { done, failed }));
    }

    #send(frame: FromApp): void {
        this.socket.send(JSON.stringify(frame));
    }

    #take(frame: ToApp): void {
        switch (frame.type) {
            case 'welcome':
                for (const tavern of frame.content.taverns ?? []) {
                    this.texts.push(`${tavern.tavern}: ${tavern.queue.length} of ${tavern.waiting} waiting`);
                }
                break;
            case 'chat_history':
                this.texts.push(...frame.content.messages.map((message: ChatMessage) => message.mes));
                break;
            case 'chat_changes':
                for (const change of frame.content.changes) {
                    if (change.op === 'splice') {
                        this.texts.splice(change.at, change.remove, ...change.insert.map((message) => message.mes));
                    } else {
                        this.texts[change.at] = change.message.mes;
                    }
                }
                break;
            case 'stream_update':
                this.texts.push(frame.content.append ?? frame.content.text ?? '');
                break;
            case 'result':
                this.#waiting.get(frame.id ?? '')?.done(frame.content as never);
                break;
            case 'error':
                this.#waiting.get(frame.id ?? '')?.failed(new Error(frame.content.message));
                break;
            case 'event': {
                const [first]: unknown[] = frame.content.args;
                this.texts.push(`${frame.content.name} ${String(first)}`);
                break;
            }
            case 'taverns':
            case 'stream_start':
            case 'stream_end':
            case 'tavern_state':
            case 'generation':
            case 'app_message':
                break;
            default: {
                const all: never = frame;
                throw new Error(String(all));
            }
        }
    }
}

/** Answers a request as the extension does. */
export function asTavern(frame: ToTavern): FromTavern {
    if (frame.type === 'send_message') {
        const key: string | null = frame.content.key;
        const result: ResultFrame<'send_message'>['content'] = {
            confirmed: true, chat_id: null, at: 0, message: { name: 'You', mes: frame.content.text, key }, outcome: null, replies: [], error: null,
        };
        return { type: 'result', id: frame.id, content: result };
    }
    return { type: 'tavern_state', content: { online: true } };
}

export async function use(client: Client): Promise<void> {
    const { at, message } = await client.ask('send_message', { text: 'Hi.', if_busy: 'wait' });
    const shown: string = `${at ?? -1} ${message?.mes ?? ''}`;
    const { taverns } = await client.ask('list_taverns', {});
    const busy: ErrorCode = 'busy';
    client.texts.push(shown, busy, ...taverns.map((tavern) => tavern.name));
    const { answers } = await client.ask('batch', { requests: [{ type: 'stop' }, { type: 'send_message', content: { text: 'x' } }] });
    client.texts.push(...answers.map((answer) => answer.type));

    // @ts-expect-error a text is required
    await client.ask('send_message', {});
    // @ts-expect-error there are two ways only
    await client.ask('send_message', { text: 'x', if_busy: 'perhaps' });
    // @ts-expect-error there is no such request
    await client.ask('make_coffee', {});
    // @ts-expect-error its result has no such field
    (await client.ask('stop', {})).replies;
    // @ts-expect-error an app has no news of a chat
    const wrong: FromApp = { type: 'chat_changes', content: {} };
    // @ts-expect-error a tavern's page needs its messages
    const page: FromTavern = { type: 'chat_history', content: { chat: { id: null }, epoch: 1, revision: 0, total: 0, start: 0 } };
    console.log(wrong, page);
}

export const bare: SimpleSendMessage = { type: 'send_message', content: 'Hi.' };
export const listened: SimpleToApp = { type: 'stream_update', content: 'so far', tavern: 1 };
