const LETTERS = 16;

/** What was pasted into the field: 16 letters, ready to be sealed, or why not. */
export type PastedPassword =
  | { readonly kind: 'whole'; readonly value: string }
  | { readonly kind: 'wrong-length'; readonly letters: number };

/** Apple's form is abcd-efgh-ijkl-mnop; spaces, dashes of any kind and capitals are taken away. */
export function parseAppPassword(pasted: string): PastedPassword {
  const value = pasted.replace(/[\s\p{Pd}]/gu, '').toLowerCase();
  return /^[a-z]{16}$/.test(value)
    ? { kind: 'whole', value }
    : { kind: 'wrong-length', letters: (value.match(/\p{L}/gu) ?? []).length };
}

const GROUPS = /(?<![\p{L}\d])[a-z]{4}\p{Pd}[a-z]{4}\p{Pd}[a-z]{4}\p{Pd}[a-z]{4}(?![\p{L}\d])/iu;

/** True for a chat message that holds, or is, what looks like an app-specific password. */
export function looksLikeAppPassword(message: string): boolean {
  const text = message.trim();
  return GROUPS.test(text) || (text.length === LETTERS && /^[a-z]{16}$/i.test(text));
}

/** What stands for an e-mail address as far as a form can tell. */
export function isAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}
