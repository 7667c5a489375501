/**
 * What the extension takes from SillyTavern's page, as far as its types are worth checking. Only
 * extension/src/adapter/ touches these; what is not named here is `any` on purpose, since SillyTavern
 * has no types for extensions outside its own tree.
 */

interface SillyTavernMessage {
    name: string;
    mes: string;
    is_user?: boolean;
    is_system?: boolean;
    send_date?: string | number;
    swipe_id?: number;
    swipes?: string[];
    swipe_info?: Record<string, any>[];
    extra?: Record<string, any>;
    [field: string]: any;
}

interface SillyTavernEmitter {
    on(event: string, listener: (...args: any[]) => any): void;
    once(event: string, listener: (...args: any[]) => any): void;
    makeFirst(event: string, listener: (...args: any[]) => any): void;
    makeLast(event: string, listener: (...args: any[]) => any): void;
    removeListener(event: string, listener: (...args: any[]) => any): void;
    emit(event: string, ...args: any[]): Promise<void>;
}

interface SillyTavernContext {
    chat: SillyTavernMessage[];
    chatId: string | undefined;
    characterId: string | number | undefined;
    groupId: string | null | undefined;
    name1: string;
    name2: string;
    onlineStatus: string;
    eventSource: SillyTavernEmitter;
    eventTypes: Record<string, string>;
    extensionSettings: Record<string, any>;
    saveSettingsDebounced(): void;
    [member: string]: any;
}

declare const SillyTavern: {
    getContext(): SillyTavernContext;
    libs: Record<string, any>;
};

declare const toastr: Record<'info' | 'success' | 'warning' | 'error', (message: string, title?: string, options?: object) => any>;

/** SillyTavern's own script, at '/script.js' or by its way up from an extension's folder. */
declare module '*/script.js' {
    const script: Record<string, any>;
    export = script;
}
