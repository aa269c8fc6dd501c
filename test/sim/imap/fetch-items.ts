import { type ArgumentCursor, SyntaxProblem } from './arguments.ts';

/** One thing that a FETCH asks for. */
export type FetchItem =
  | { readonly kind: 'attribute'; readonly name: string }
  | {
      readonly kind: 'body';
      readonly peek: boolean;
      /** Empty: the whole message; else HEADER, TEXT, HEADER.FIELDS, HEADER.FIELDS.NOT. */
      readonly section: string;
      /** Upper case. */
      readonly fields: readonly string[];
      /** As the client wrote them, for the answer. */
      readonly fieldsText: string;
      readonly partial: { readonly startBytes: number; readonly countBytes: number } | null;
    };

const ATTRIBUTES = new Set([
  'FLAGS',
  'UID',
  'INTERNALDATE',
  'RFC822.SIZE',
  'MODSEQ',
  'ENVELOPE',
  'BODYSTRUCTURE',
  'BODY',
  'RFC822',
  'RFC822.HEADER',
  'RFC822.TEXT',
]);
const SECTIONS = new Set(['', 'HEADER', 'TEXT', 'HEADER.FIELDS', 'HEADER.FIELDS.NOT']);
const MACROS: Readonly<Record<string, readonly string[]>> = {
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};

function readFields(args: ArgumentCursor): string[] {
  args.space();
  const fields = args.list(() => args.astring());
  if (fields.length === 0) {
    throw new SyntaxProblem('an empty list of header fields');
  }
  return fields;
}

function readBody(args: ArgumentCursor, peek: boolean): FetchItem {
  const section = args.expect(/[A-Z0-9.]*/iu, 'a section')[0].toUpperCase();
  if (!SECTIONS.has(section)) {
    throw new SyntaxProblem(`section ${section}`);
  }
  const fields = section.startsWith('HEADER.FIELDS') ? readFields(args) : [];
  args.expect(/\]/u, 'the end of a section');
  const partial = args.match(/<(\d{1,12})\.([1-9]\d{0,11})>/u);
  return {
    kind: 'body',
    peek,
    section,
    fields: fields.map((field) => field.toUpperCase()),
    fieldsText: fields.join(' '),
    partial:
      partial === null ? null : { startBytes: Number(partial[1]), countBytes: Number(partial[2]) },
  };
}

function readItem(args: ArgumentCursor): FetchItem {
  const body = args.match(/BODY(\.PEEK)?\[/iu);
  if (body !== null) {
    return readBody(args, body[1] !== undefined);
  }
  const name = args.expect(/[A-Z0-9.]+/iu, 'a fetch item')[0].toUpperCase();
  if (!ATTRIBUTES.has(name)) {
    throw new SyntaxProblem(`fetch item ${name}`);
  }
  return { kind: 'attribute', name };
}

/** Reads the items of a FETCH: one, a macro, or a list. RFC 3501 section 6.4.5. */
export function readFetchItems(args: ArgumentCursor): FetchItem[] {
  if (args.looksAt('(')) {
    const items = args.list(() => readItem(args));
    if (items.length === 0) {
      throw new SyntaxProblem('an empty list of fetch items');
    }
    return items;
  }
  const macro = args.match(/(ALL|FAST|FULL)(?= |$)/iu)?.[1]?.toUpperCase();
  return macro === undefined
    ? [readItem(args)]
    : (MACROS[macro] ?? []).map((name) => ({ kind: 'attribute', name }));
}
