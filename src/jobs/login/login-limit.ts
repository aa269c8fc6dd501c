/**
 * How often an account may be logged in to. Apple locks an account for which many logins fail, and its
 * owner then cannot get in at all; how many it takes nobody says, so we stay far below.
 */

/** Logins at one account within the window; a submission may need two of them. */
export const MAX_LOGINS = 6;
export const LOGIN_WINDOW_MS = 10 * 60 * 1000;

export type LoginDecision =
  | { readonly kind: 'now' }
  /** The earliest moment at which all logins that are wanted fit into the window. */
  | { readonly kind: 'wait'; readonly until: Date };

/** May `wanted` more logins be made, after those of `before`? Pure. */
export function decideLogin(
  before: readonly Date[],
  { wanted, now }: { readonly wanted: number; readonly now: Date },
): LoginDecision {
  const since = now.getTime() - LOGIN_WINDOW_MS;
  const recent = before
    .map((at) => at.getTime())
    .filter((at) => at > since)
    .toSorted((a, b) => a - b);
  const tooMany = recent.length + wanted - MAX_LOGINS;
  const lastToLeave = recent[tooMany - 1];
  return lastToLeave === undefined
    ? { kind: 'now' }
    : { kind: 'wait', until: new Date(lastToLeave + LOGIN_WINDOW_MS) };
}

/** Apple's own domains are names of one account. */
const APPLE_DOMAINS: readonly string[] = ['icloud.com', 'me.com', 'mac.com'];

/** Names an account on a server, however its address was typed. Pure. */
export function accountKey(host: string, address: string): string {
  const typed = address.trim().toLowerCase();
  const [name = '', domain = ''] = typed.split('@');
  const account = domain === '' || APPLE_DOMAINS.includes(domain) ? name : typed;
  return `${host.toLowerCase()} ${account}`;
}
