/**
 * Timers that run on time in a hidden tab. Browsers slow the timers of hidden pages down to one a minute, those of
 * workers not. Where no worker can be made, the page's own timers do.
 */

/**
 * @typedef {object} Timers
 * @property {(callback: () => void, ms: number) => number} set Calls back once; returns a handle.
 * @property {(handle: number) => void} clear Forgets a timer; unknown handles are ignored.
 * @property {(callback: () => void) => void} soon Calls back as soon as the page has had its turn.
 * @property {() => void} dispose Forgets all timers and ends the worker.
 */

const WORKER_SOURCE = `
const timers = new Map();
onmessage = ({ data: { handle, ms } }) => {
    clearTimeout(timers.get(handle));
    timers.delete(handle);
    if (ms !== undefined) {
        timers.set(handle, setTimeout(() => { timers.delete(handle); postMessage(handle); }, ms));
    }
};`;

/**
 * Starts the worker.
 * @returns {Worker | null} Null where there can be none.
 */
function startWorker() {
    try {
        const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));
        const worker = new Worker(url);
        URL.revokeObjectURL(url);
        return worker;
    } catch {
        return null;
    }
}

/**
 * Makes a set of timers.
 * @param {() => Worker | null} [start] Starts the worker; replaced in tests.
 * @returns {Timers}
 */
export function createTimers(start = startWorker) {
    /** @type {Map<number, {callback: () => void, ms: number, page?: ReturnType<typeof setTimeout>}>} */
    const waiting = new Map();
    let last = 0;
    /** @type {(() => void)[]} */
    let turns = [];
    const channel = new MessageChannel();
    channel.port1.onmessage = () => turns.shift()?.();

    /**
     * Calls the callback of a timer that is due.
     * @param {number} handle The timer.
     */
    const fire = (handle) => {
        const timer = waiting.get(handle);
        waiting.delete(handle);
        timer?.callback();
    };

    /**
     * Hands a timer to the page.
     * @param {number} handle The timer.
     */
    const runInPage = (handle) => {
        const timer = waiting.get(handle);
        if (timer) {
            timer.page = setTimeout(() => fire(handle), timer.ms);
        }
    };

    let worker = start();
    if (worker) {
        worker.onmessage = ({ data }) => fire(data);
        worker.onerror = () => {
            worker?.terminate();
            worker = null;
            [...waiting.keys()].forEach(runInPage);
        };
    }

    return {
        set(callback, ms) {
            const handle = ++last;
            waiting.set(handle, { callback, ms });
            worker ? worker.postMessage({ handle, ms }) : runInPage(handle);
            return handle;
        },
        clear(handle) {
            const timer = waiting.get(handle);
            if (timer) {
                waiting.delete(handle);
                clearTimeout(timer.page);
                worker?.postMessage({ handle });
            }
        },
        soon(callback) {
            turns.push(callback);
            channel.port2.postMessage(null);
        },
        dispose() {
            waiting.forEach((timer) => clearTimeout(timer.page));
            waiting.clear();
            turns = [];
            worker?.terminate();
            worker = null;
            channel.port1.close();
        },
    };
}
