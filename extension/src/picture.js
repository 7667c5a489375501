/** Pictures made small enough for a frame, in the browser. */

import { RequestError } from './protocol.js';

const SIDE = 96;
/** What `get_avatar` may give, in characters. */
const LONGEST = 64 * 1024;
/** A file larger than this is no picture for a list. */
const LARGEST = 16 * 1024 * 1024;
/**
 * Tried one after the other: a PNG keeps what is transparent, a JPEG is always short enough.
 * @type {readonly (readonly [string, number?])[]}
 */
const FORMATS = Object.freeze([['image/png'], ['image/jpeg', 0.8]]);

/**
 * The middle of a picture as a small square.
 * @param {Blob} file What a server sent.
 * @returns {Promise<string>} A `data:` address.
 * @throws {RequestError} not_found: it is no picture.
 */
export async function smallPicture(file) {
    if (file.size > LARGEST) {
        throw new RequestError('not_found', `the picture is too large: ${file.size} bytes`);
    }
    let picture;
    try {
        picture = await createImageBitmap(file);
    } catch (error) {
        throw new RequestError('not_found', `what SillyTavern's server sent is no picture the browser can read: ${error}`);
    }
    const side = Math.min(picture.width, picture.height);
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SIDE;
    const context = canvas.getContext('2d');
    if (context) {
        context.imageSmoothingQuality = 'high';
        context.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
    }
    picture.close();
    const image = FORMATS.map(([type, quality]) => canvas.toDataURL(type, quality)).find((url) => url.length <= LONGEST);
    if (!image) {
        throw new RequestError('failed', 'the browser could not make the picture small enough', { reason: 'too_long' });
    }
    return image;
}
