/** Where the extension itself lives in SillyTavern: its settings, its panel, its language. */

import { isObject } from '../protocol.js';

const SETTINGS_KEY = 'chatbridge';

/** The extension's own place. */
export class Home {
    /** @param {import('./tavern.js').Tavern} tavern SillyTavern. */
    constructor(tavern) {
        this.tavern = tavern;
    }

    /**
     * The extension's place in SillyTavern's settings, with what is missing filled in.
     * @template {Record<string, unknown>} T
     * @param {Readonly<T>} defaults What each setting is at first; a saved one of another type is not used.
     * @returns {T}
     */
    settings(defaults) {
        const all = this.tavern.context.extensionSettings;
        const mine = isObject(all[SETTINGS_KEY]) ? all[SETTINGS_KEY] : all[SETTINGS_KEY] = {};
        for (const [key, value] of Object.entries(defaults)) {
            if (typeof mine[key] !== typeof value) {
                mine[key] = value;
            }
        }
        return /** @type {T} */ (mine);
    }

    /** Saves the settings soon. */
    saveSettings() {
        this.tavern.context.saveSettingsDebounced();
    }

    /** Removes the settings. */
    forgetSettings() {
        delete this.tavern.context.extensionSettings[SETTINGS_KEY];
        this.tavern.context.saveSettingsDebounced();
    }

    /**
     * A text in the user's language.
     * @param {string} english The text.
     * @param {string} key The key of its translation.
     * @returns {string}
     */
    translate(english, key) {
        return this.tavern.context.translate?.(english, key) ?? english;
    }

    /**
     * Puts the settings panel into the page.
     * @param {string} folder The extension's folder as SillyTavern names it.
     * @returns {Promise<HTMLElement | null>} Null if SillyTavern could not read the template.
     */
    async addPanel(folder) {
        const html = await this.tavern.context.renderExtensionTemplateAsync(folder, 'index');
        return typeof html === 'string' ? this.tavern.page.addPanel(html) : null;
    }
}
