import { badRequest, graphRefusal } from './graph-errors.ts';
import type { TokenClaims } from './tokens.ts';

/** One accepted Graph request, its grammar already checked. */
export interface GraphCall {
  readonly params: Readonly<Record<string, string>>;
  /** Query options without `$select`. */
  readonly query: ReadonlyMap<string, string>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly claims: TokenClaims;
  /** `https://127.0.0.1:1234/v1.0/users?...`, for links. */
  readonly url: URL;
  readonly header: (name: string) => string | undefined;
}

/** A resource type: every property it has, and those sent when nothing is selected. */
export interface ResourceType {
  readonly name: string;
  readonly properties: readonly string[];
  readonly byDefault: readonly string[];
}

/** A type that sends all its properties when nothing is selected. */
export function resourceType(name: string, properties: readonly string[]): ResourceType {
  return { name, properties, byDefault: properties };
}

export type Resource = Readonly<Record<string, unknown>>;

/** The query options of a request; an unknown one is refused. */
export function readQuery(url: URL, allowed: readonly string[]): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (!allowed.includes(name)) {
      throw badRequest(`The query parameter '${name}' is not supported here.`);
    }
    if (query.has(name)) {
      throw badRequest(`Query option '${name}' was specified more than once.`);
    }
    query.set(name, value);
  }
  return query;
}

/** A request as it came, alone or as a part of a batch. */
export interface Incoming {
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly body: string;
  readonly header: (name: string) => string | undefined;
}

/** The JSON object of a request; an unknown property is refused. */
export function readBody(
  request: Pick<Incoming, 'body' | 'header'>,
  allowed: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!/^application\/json\b/i.test(request.header('content-type') ?? '')) {
    throw graphRefusal(
      415,
      'UnsupportedMediaType',
      'A Content-Type header of application/json is required.',
      'body without content type application/json',
    );
  }
  const body = parseObject(request.body);
  for (const key of Object.keys(body)) {
    if (!allowed.includes(key)) {
      throw badRequest(`Invalid property '${key}' in the request body.`);
    }
  }
  return body;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) {
      return parsed;
    }
  } catch {
    // Falls through: not JSON at all, or not an object.
  }
  throw badRequest('Unable to read JSON request payload.');
}

/** Properties of `resource` that the request selected, or the type's default set. */
export function select(
  resource: Resource,
  type: ResourceType,
  selected: string | undefined,
): Resource {
  const names = selected === undefined ? type.byDefault : selected.split(',');
  const unknown = names.find((name) => !type.properties.includes(name));
  if (unknown !== undefined) {
    throw badRequest(`Could not find a property named '${unknown}' on type '${type.name}'.`);
  }
  return Object.fromEntries(names.map((name) => [name, resource[name] ?? null]));
}

/** One page of a collection, with `@odata.nextLink` where there is more. */
export function page(rows: readonly Resource[], call: GraphCall, maxTop: number): Resource {
  const topText = call.query.get('$top');
  const top = topText === undefined ? 100 : Number(topText);
  if (!Number.isInteger(top) || top < 1 || top > maxTop) {
    throw badRequest(
      `Invalid page size specified: '${String(topText)}'. Must be between 1 and ${maxTop} inclusive.`,
    );
  }
  const token = call.query.get('$skiptoken');
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start)) {
    throw badRequest('The skip token is invalid.');
  }
  const value = rows.slice(start, start + top);
  if (start + top >= rows.length) {
    return { value };
  }
  const next = new URL(call.url);
  next.searchParams.set('$skiptoken', Buffer.from(String(start + top)).toString('base64url'));
  return { '@odata.nextLink': next.href, value };
}
