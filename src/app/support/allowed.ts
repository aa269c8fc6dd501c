/** What may stand in a support bundle, by its shape. What has another shape is left out, whatever it is. */

const LEFT_OUT = '(left out)';

/** A code of ours: words between dots and dashes. An address, a name or a sentence is none. */
const CODE = /^[a-z][a-z\d]{0,30}(?:[.-][a-z\d]{1,30}){1,6}$/;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
/** Static messages are plain English, and carry nothing that was filled in. */
const MESSAGE = /^[A-Za-z][A-Za-z ,;:'’()-]{2,100}$/;

const allow =
  (shape: RegExp) =>
  (value: unknown): string | null => {
    if (value === null || value === undefined) {
      return null;
    }
    return typeof value === 'string' && shape.test(value) ? value : LEFT_OUT;
  };

export const code = allow(CODE);
export const uuid = allow(UUID);
export const message = allow(MESSAGE);

/** One of the words that there are. */
export function oneOf(words: readonly string[], value: unknown): string | null {
  if (value === null || value === undefined) {
    return null;
  }
  return words.find((word) => word === value) ?? LEFT_OUT;
}

export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function instant(value: unknown): string | null {
  const at = value instanceof Date || typeof value === 'string' ? new Date(value) : null;
  return at === null || Number.isNaN(at.getTime()) ? null : at.toISOString();
}
