/** Base64 of a message part, decoded into memory of its own, without a string of the whole. */

const SLICE_BYTES = 32 * 1024;

/** What is no letter of base64 is skipped; padding in the middle ends nothing (RFC 2045 section 6.8). */
export function decodeBase64(body: Buffer): Buffer {
  // Alone in its memory, so that it can be given back at once (message-bytes.ts).
  const memory = new ArrayBuffer(Math.ceil((body.length * 3) / 4) + 3);
  const out = Buffer.from(memory);
  let size = 0;
  let left = '';
  for (let at = 0; at < body.length; at += SLICE_BYTES) {
    const letters =
      left + body.toString('latin1', at, at + SLICE_BYTES).replace(/[^A-Za-z0-9+/]+/g, '');
    const whole = letters.length - (letters.length % 4);
    size += out.write(letters.slice(0, whole), size, 'base64');
    left = letters.slice(whole);
  }
  size += out.write(left, size, 'base64');
  return Buffer.from(memory.transfer(size));
}
