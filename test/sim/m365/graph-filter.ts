import { badRequest } from './graph-errors.ts';

/** What a filter reads of one object: property → value or values. */
export type FilterRow = Readonly<Record<string, unknown>>;

export interface FilterRules {
  readonly equal: readonly string[];
  readonly startsWith: readonly string[];
  /** Collections that take `any(x:x eq '…')`. */
  readonly any: readonly string[];
}

type Predicate = (row: FilterRow) => boolean;

const EQUAL = /^(\w+) eq '((?:[^']|'')*)'$/;
const STARTS_WITH = /^startswith\((\w+), ?'((?:[^']|'')*)'\)$/i;
const ANY = /^(\w+)\/any\((\w+):\2 eq '((?:[^']|'')*)'\)$/;
/** Splits at a word between blanks, outside of quotes. */
const outsideQuotes = (word: string): RegExp => new RegExp(` ${word} (?=(?:[^']*'[^']*')*[^']*$)`);

const unquote = (text: string): string => text.replaceAll("''", "'");
const lower = (value: unknown): string => (typeof value === 'string' ? value.toLowerCase() : '');

function requireProperty(allowed: readonly string[], property: string, operator: string): void {
  if (!allowed.includes(property)) {
    throw badRequest(`Unsupported or invalid query filter clause: ${operator} on '${property}'.`);
  }
}

function parseEqual(term: string, rules: FilterRules): Predicate | null {
  const [, property, quoted] = EQUAL.exec(term) ?? [];
  if (property === undefined || quoted === undefined) {
    return null;
  }
  requireProperty(rules.equal, property, 'eq');
  const wanted = lower(unquote(quoted));
  return (row) => lower(row[property]) === wanted;
}

function parseStartsWith(term: string, rules: FilterRules): Predicate | null {
  const [, property, quoted] = STARTS_WITH.exec(term) ?? [];
  if (property === undefined || quoted === undefined) {
    return null;
  }
  requireProperty(rules.startsWith, property, 'startswith');
  const wanted = lower(unquote(quoted));
  return (row) => lower(row[property]).startsWith(wanted);
}

function parseAny(term: string, rules: FilterRules): Predicate | null {
  const [, property, , quoted] = ANY.exec(term) ?? [];
  if (property === undefined || quoted === undefined) {
    return null;
  }
  requireProperty(rules.any, property, 'any');
  const wanted = lower(unquote(quoted));
  return (row) => {
    const values = row[property];
    return Array.isArray(values) && values.some((value) => lower(value) === wanted);
  };
}

function parseTerm(term: string, rules: FilterRules): Predicate {
  const predicate =
    parseEqual(term, rules) ?? parseStartsWith(term, rules) ?? parseAny(term, rules);
  if (predicate === null) {
    throw badRequest(`Invalid filter clause: ${term}`);
  }
  return predicate;
}

/** `a eq 'x' or startswith(b,'y')`: the part of OData's $filter that directory objects are asked with. */
export function parseFilter(text: string, rules: FilterRules): Predicate {
  const alternatives = text
    .split(outsideQuotes('or'))
    .map((alternative) =>
      alternative.split(outsideQuotes('and')).map((term) => parseTerm(term.trim(), rules)),
    );
  return (row) => alternatives.some((terms) => terms.every((term) => term(row)));
}
