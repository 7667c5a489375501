/** The hub's copy of a chat, by the rules of chatbridge_gui/chat/mirror.py. */
export class Mirror {
    constructor() {
        this.epoch = -1;
        this.revision = 0;
        this.start = 0;
        this.messages = [];
        this.streams = new Map();
        this.ended = [];
        this.flickers = 0;
    }

    get total() {
        return this.start + this.messages.length;
    }

    apply({ type, content }) {
        switch (type) {
            case 'chat_history': return this.history(content);
            case 'chat_changes': return this.changes(content);
            case 'stream_start': return this.begin(content);
            case 'stream_update': return this.update(content);
            case 'stream_end': return this.end(content);
            default: return undefined;
        }
    }

    /** What the hub says to a tavern that is back. */
    get known() {
        return this.start === 0 && this.epoch >= 0 ? { epoch: this.epoch, revision: this.revision } : undefined;
    }

    /** A second start of a reply that is known adds to it, as in the hub. */
    begin(start) {
        const live = this.streams.get(start.stream);
        const goesOn = live && ['kind', 'at', 'uid', 'base'].every((key) => live[key] === start[key]);
        if (goesOn && !(start.text.startsWith(live.text) && start.reasoning.startsWith(live.reasoning))) {
            this.flickers += 1;
        }
        this.streams.set(start.stream, { ...start });
    }

    history(page) {
        const end = page.start + page.messages.length;
        if (end === page.total) {
            if (page.epoch !== this.epoch) {
                this.streams.clear();
            }
            Object.assign(this, { chat: page.chat, epoch: page.epoch, revision: page.revision, start: page.start, messages: [...page.messages] });
            return;
        }
        this.expect(page.epoch, page.revision);
        if (end !== this.start || page.total !== this.total) {
            throw new Error(`a page ends at ${end} of ${page.total} where ${this.start} of ${this.total} is next`);
        }
        this.start = page.start;
        this.messages = [...page.messages, ...this.messages];
    }

    changes(news) {
        this.expect(news.epoch, news.base);
        news.changes.forEach((change) => this.change(change));
        this.revision = news.revision;
    }

    change(change) {
        const { at, remove = 0, insert = [] } = change.op === 'set' ? { at: change.at, remove: 1, insert: [change.message] } : change;
        if (at + remove > this.total) {
            throw new Error(`a change reaches to ${at + remove} in a chat of ${this.total}`);
        }
        if (at < this.start) {
            const kept = Math.max(at + remove - this.start, 0);
            this.start += insert.length - (remove - kept);
            this.messages.splice(0, kept);
        } else {
            this.messages.splice(at - this.start, remove, ...insert);
        }
    }

    update({ stream, drop = '', append, text, channel = 'text' }) {
        const live = this.streams.get(stream);
        if (!live) {
            throw new Error(`stream ${stream} was never started`);
        }
        if (!live[channel].endsWith(drop)) {
            throw new Error(`stream ${stream} does not end with ${drop}`);
        }
        live[channel] = (text ?? live[channel].slice(0, live[channel].length - drop.length)) + (append ?? '');
    }

    end(end) {
        if (end.message && end.at !== null && end.at !== undefined) {
            this.expect(end.epoch, end.base);
            this.change({ op: 'splice', at: end.at, remove: end.insert ? 0 : 1, insert: [end.message] });
            this.revision = end.revision;
        }
        this.ended.push({ ...end, live: this.streams.get(end.stream) });
        this.streams.delete(end.stream);
    }

    expect(epoch, revision) {
        if (epoch !== this.epoch || revision !== this.revision) {
            throw new Error(`this continues ${epoch}/${revision}; the copy is at ${this.epoch}/${this.revision}`);
        }
    }
}
