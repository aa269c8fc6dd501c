import { z } from 'zod';
import { M365Error } from './errors.ts';
import type { ExchangeAdmin } from './exchange-admin.ts';
import { cmdletsOf } from './required-cmdlets.ts';
import { type RequiredRight, rightsOf } from './tiers.ts';
import type { TokenResource, TokenSource } from './tokens.ts';

/** What one move needs, the least of it; wider rights are accepted and reported. */
export const REQUIRED_RIGHTS: readonly RequiredRight[] = rightsOf(['base', 'provisioning']).map(
  ({ resource, role, or }) => ({ resource, role, or }),
);

/** Cmdlets that our Exchange role must include. */
const NEEDED_CMDLETS = cmdletsOf(['base', 'provisioning']).map(({ cmdlet }) => cmdlet);

/** What our own token says of us: the rights really granted, not those once asked for. */
export interface OwnIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  /** Object id of our service principal in this tenant. */
  readonly objectId: string;
  readonly roles: readonly string[];
  readonly expiresAt: Date;
}

const claimsSchema = z.object({
  tid: z.string(),
  appid: z.string().optional(),
  azp: z.string().optional(),
  oid: z.string(),
  roles: z.array(z.string()).default([]),
  exp: z.number(),
});

/** Reads our own token. The signature is the service's business: nothing is decided on these claims but what to tell an admin. */
export function readOwnIdentity(token: string): OwnIdentity {
  const payload = token.split('.')[1] ?? '';
  try {
    const claims = claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return {
      tenantId: claims.tid,
      clientId: claims.appid ?? claims.azp ?? '',
      objectId: claims.oid,
      roles: claims.roles,
      expiresAt: new Date(claims.exp * 1000),
    };
  } catch {
    // No cause: the parser's message would quote the token.
    throw new M365Error('graph.unexpected-answer');
  }
}

/** Required rights of one resource that its token does not carry. */
export function missingRights(
  resource: TokenResource,
  roles: readonly string[],
  required: readonly RequiredRight[] = REQUIRED_RIGHTS,
): readonly RequiredRight[] {
  return required.filter(
    (right) =>
      right.resource === resource &&
      ![right.role, ...right.or].some((role) => roles.includes(role)),
  );
}

/** Cmdlets of NEEDED_CMDLETS that are not among the allowed ones. */
function missingCmdlets(allowed: readonly string[]): readonly string[] {
  const known = new Set(allowed.map((name) => name.toLowerCase()));
  return NEEDED_CMDLETS.filter((name) => !known.has(name.toLowerCase()));
}

export interface Rights {
  identity(resource: TokenResource, signal: AbortSignal): Promise<OwnIdentity>;
  /** From a fresh token, so that a consent given a minute ago counts. */
  missing(signal: AbortSignal): Promise<readonly RequiredRight[]>;
  /** What our Exchange role lacks; runs no cmdlet. Throws `exchange-admin.right-missing` without any role. */
  missingCmdlets(signal: AbortSignal): Promise<readonly string[]>;
}

export interface RightsDeps {
  readonly tokens: TokenSource;
  readonly exchange: Pick<ExchangeAdmin, 'allowedCmdlets'>;
}

export function createRights({ tokens, exchange }: RightsDeps): Rights {
  const identity: Rights['identity'] = async (resource, signal) =>
    readOwnIdentity(await tokens.getToken(resource, signal));
  return {
    identity,
    missingCmdlets: async (signal) => missingCmdlets(await exchange.allowedCmdlets(signal)),
    missing: async (signal) => {
      tokens.forget('graph');
      tokens.forget('exchange');
      const resources = ['graph', 'exchange'] as const;
      const found = await Promise.all(
        resources.map(async (resource) =>
          missingRights(resource, (await identity(resource, signal)).roles),
        ),
      );
      return found.flat();
    },
  };
}
