import { z } from 'zod';
import { type Credential, readSigningCertificate } from '../credential.ts';
import { isM365Error } from '../errors.ts';
import type { GraphClient } from '../graph-client.ts';
import { type Finding, findingsOf, rawOf } from './finding.ts';
import { OPTIONAL_RIGHTS } from './optional-rights.ts';

const say = findingsOf('credential');

/** An admin hears of an end this long before it. */
const REMIND_BEFORE_DAYS = 30;
const DAY_MS = 86_400_000;

function endFinding(what: string, end: Date, now: Date): Finding {
  const days = Math.floor((end.getTime() - now.getTime()) / DAY_MS);
  const facts = { what, until: end.toISOString().slice(0, 10), days };
  if (end <= now) {
    return say('check.credential.ended', 'failed', facts);
  }
  return days < REMIND_BEFORE_DAYS
    ? say('check.credential.ends-soon', 'warning', facts)
    : say('check.credential', 'ok', facts);
}

/** What the credential itself says: the end of a certificate, that a secret is one, that an identity has no end. */
export function checkLocalCredential(credential: Credential, now: Date): readonly Finding[] {
  switch (credential.kind) {
    case 'certificate':
      return [endFinding('certificate', readSigningCertificate(credential.pem).expiresAt, now)];
    case 'secret':
      return [say('check.credential.secret', 'warning')];
    case 'managed-identity':
    case 'federated':
      return [say('check.credential.managed', 'ok')];
    default:
      return credential satisfies never;
  }
}

const applicationSchema = z.object({
  passwordCredentials: z.array(
    z.object({ hint: z.string().nullish(), endDateTime: z.coerce.date().nullish() }),
  ),
});

export interface SecretEndInput {
  readonly graph: GraphClient;
  readonly clientId: string;
  readonly secret: string;
  /** Of our token for Microsoft Graph. */
  readonly roles: readonly string[];
  readonly now: Date;
}

/** Rights that let us read our own registration, the wider ones with it. */
const READERS = [OPTIONAL_RIGHTS.registration, 'Application.ReadWrite.All', 'Directory.Read.All'];

/**
 * The end of a client secret, from our own registration. Entra ID shows the first three characters of
 * each secret: those that begin like ours are meant, the latest of them should there be several.
 */
export async function checkSecretEnd(
  { graph, clientId, secret, roles, now }: SecretEndInput,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (!READERS.some((role) => roles.includes(role))) {
    return [say('check.credential.end-unreadable', 'unknown', { clientId })];
  }
  try {
    const { passwordCredentials } = await graph.get(
      {
        path: `/applications(appId='${encodeURIComponent(clientId)}')`,
        select: ['passwordCredentials'],
      },
      applicationSchema,
      signal,
    );
    const ends = passwordCredentials
      .filter(({ hint }) => hint === secret.slice(0, 3))
      .map(({ endDateTime }) => endDateTime?.getTime())
      .filter((end) => end !== undefined);
    return ends.length === 0
      ? [say('check.credential.end-unreadable', 'unknown', { clientId })]
      : [endFinding('secret', new Date(Math.max(...ends)), now)];
  } catch (error) {
    if (!isM365Error(error, 'graph.right-missing', 'graph.not-found')) {
      throw error;
    }
    const extras = { raw: rawOf(error) };
    return [say('check.credential.end-unreadable', 'unknown', { clientId }, extras)];
  }
}
