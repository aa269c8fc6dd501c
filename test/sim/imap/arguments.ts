import { decodeMailboxName } from './mailbox-name.ts';

/** The client's command breaks the grammar: answered BAD and recorded. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem';
}

const ATOM = /[^\s(){%*"\\\]\p{Cc}\x7f-\xff]+/uy;
const ASTRING_ATOM = /[^\s(){%*"\\\p{Cc}\x7f-\xff]+/uy;
const LIST_ATOM = /[^\s(){"\\\p{Cc}\x7f-\xff]+/uy;
const QUOTED = /"((?:[^"\\\r\n]|\\["\\])*)"/uy;
const SEQUENCE_SET = /(?:\d+|\*)(?::(?:\d+|\*))?(?:,(?:\d+|\*)(?::(?:\d+|\*))?)*/uy;

/** Walks over a command's arguments; every method throws SyntaxProblem where the grammar is broken. */
export class ArgumentCursor {
  readonly #segments: readonly string[];
  readonly #literals: readonly Buffer[];
  #segment = 0;
  #position = 0;

  constructor(segments: readonly string[], literals: readonly Buffer[]) {
    this.#segments = segments;
    this.#literals = literals;
  }

  get #text(): string {
    return this.#segments[this.#segment] ?? '';
  }

  get #atLiteral(): boolean {
    return this.#position === this.#text.length && this.#segment < this.#literals.length;
  }

  match(pattern: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(pattern.source, pattern.flags.replace('y', '').concat('y'));
    sticky.lastIndex = this.#position;
    const found = sticky.exec(this.#text);
    if (found !== null) {
      this.#position += found[0].length;
    }
    return found;
  }

  expect(pattern: RegExp, what: string): RegExpExecArray {
    const found = this.match(pattern);
    if (found === null) {
      throw new SyntaxProblem(`expected ${what}`);
    }
    return found;
  }

  looksAt(text: string): boolean {
    return this.#text.startsWith(text, this.#position);
  }

  space(): void {
    this.expect(/ /u, 'one space');
  }

  end(): void {
    if (this.#position !== this.#text.length || this.#segment !== this.#literals.length) {
      throw new SyntaxProblem('unexpected text after the last argument');
    }
  }

  atEnd(): boolean {
    return this.#position === this.#text.length && this.#segment === this.#literals.length;
  }

  atom(): string {
    return this.expect(ATOM, 'an atom')[0];
  }

  number(): number {
    return Number(this.expect(/\d{1,20}/u, 'a number')[0]);
  }

  quoted(): string {
    return (this.expect(QUOTED, 'a quoted string')[1] ?? '').replace(/\\(.)/gu, '$1');
  }

  literal(): Buffer {
    const literal = this.#atLiteral ? this.#literals[this.#segment] : undefined;
    if (literal === undefined) {
      throw new SyntaxProblem('expected a literal');
    }
    this.#segment += 1;
    this.#position = 0;
    return literal;
  }

  astring(): string {
    if (this.looksAt('"')) {
      return this.quoted();
    }
    return this.#atLiteral
      ? this.literal().toString('latin1')
      : this.expect(ASTRING_ATOM, 'an astring')[0];
  }

  /** A mailbox name in Unicode. `allowLiteral` false: iCloud takes none for a name. */
  mailbox(allowLiteral: boolean): string {
    if (this.#atLiteral && !allowLiteral) {
      throw new SyntaxProblem('a mailbox name came as a literal');
    }
    return this.#decode(this.astring());
  }

  listPattern(): string {
    const wire =
      this.looksAt('"') || this.#atLiteral
        ? this.astring()
        : this.expect(LIST_ATOM, 'a pattern')[0];
    return this.#decode(wire);
  }

  #decode(wire: string): string {
    const name = decodeMailboxName(wire);
    if (name === null) {
      throw new SyntaxProblem('a mailbox name is not in modified UTF-7');
    }
    return name;
  }

  sequenceSet(): string {
    return this.expect(SEQUENCE_SET, 'a sequence set')[0];
  }

  /** `(` items `)` separated by single spaces. */
  list<T>(item: () => T): T[] {
    this.expect(/\(/u, 'an opening parenthesis');
    const items: T[] = [];
    while (!this.looksAt(')')) {
      if (items.length > 0) {
        this.space();
      }
      items.push(item());
    }
    this.expect(/\)/u, 'a closing parenthesis');
    return items;
  }

  flag(): string {
    return this.expect(/\\?[^\s(){%*"\\\]\p{Cc}\x7f-\xff]+/u, 'a flag')[0];
  }
}

/** Expands a sequence set into a test; `*` is `max`. */
export function parseSequenceSet(set: string, max: number): (value: number) => boolean {
  const ranges = set.split(',').map((part) => {
    const [from, to] = part.split(':').map((end) => (end === '*' ? max : Number(end)));
    const first = from ?? 0;
    const last = to ?? first;
    return { low: Math.min(first, last), high: Math.max(first, last) };
  });
  return (value) => ranges.some(({ low, high }) => value >= low && value <= high);
}
