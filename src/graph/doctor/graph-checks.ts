import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Credential } from '../credential.ts';
import type { M365 } from '../m365.ts';
import type { TokenResource } from '../tokens.ts';
import { checkClock, type TimeSource } from './check-clock.ts';
import { checkCmdlets } from './check-cmdlets.ts';
import { checkLocalCredential, checkSecretEnd } from './check-credential.ts';
import { checkLicences } from './check-licences.ts';
import {
  checkConditionalAccess,
  checkSecurityDefaults,
  type PoliciesInput,
} from './check-policies.ts';
import { checkRegistration } from './check-registration.ts';
import { checkRights } from './check-rights.ts';
import { checkScope } from './check-scope.ts';
import { checkSignIn } from './check-sign-in.ts';
import { type CheckName, type Finding, notAsked } from './finding.ts';
import { type Check, runCheck, runChecks } from './run-checks.ts';

/** Each question has this long, the sign-in before it not counted. */
const BUDGET_MS = 20_000;

/** A question that needs a token of one of the services. */
export interface TokenCheck {
  readonly name: CheckName;
  readonly needs: TokenResource;
  readonly run: Check['run'];
}

export interface TokenChecksDeps {
  readonly m365: M365;
  readonly log: Logger;
}

/** Signs in to both services at once, then asks what needs each of them. */
export async function runTokenChecks(
  { m365, log }: TokenChecksDeps,
  checks: readonly TokenCheck[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const ofResource = async (needs: TokenResource): Promise<readonly Finding[]> => {
    const run: Check['run'] = async (within) => [await checkSignIn(m365, needs, within)];
    const signIn = await runCheck({ name: 'sign-in', budgetMs: BUDGET_MS, run }, log, signal);
    const own = checks.filter((check) => check.needs === needs);
    if (signIn.some(({ verdict }) => verdict !== 'ok')) {
      return [...signIn, ...own.map(({ name }) => notAsked(name, 'sign-in'))];
    }
    const timed = own.map((check) => ({ ...check, budgetMs: BUDGET_MS }));
    return [...signIn, ...(await runChecks(timed, log, signal))];
  };
  const found = await Promise.all([ofResource('graph'), ofResource('exchange')]);
  return found.flat();
}

export interface GraphChecksDeps {
  readonly m365: M365;
  readonly credential: Credential;
  readonly clock: Clock;
}

/** What is asked of Microsoft Graph and of Exchange's admin endpoint. */
export function graphChecks(
  { m365, credential, clock }: GraphChecksDeps,
  mailbox: string | null,
): readonly TokenCheck[] {
  const { graph } = m365;
  const rights =
    (resource: TokenResource): Check['run'] =>
    (signal) =>
      checkRights({ m365, graph, resource, mailbox }, signal);
  /** For questions that only some applications may ask: what we hold decides. */
  const asking =
    (
      ask: (input: PoliciesInput, signal: AbortSignal) => Promise<readonly Finding[]>,
    ): Check['run'] =>
    async (signal) => {
      const { roles, objectId } = await m365.rights.identity('graph', signal);
      return ask({ graph, roles, objectId }, signal);
    };
  const secretEnd = (secret: string): TokenCheck => ({
    name: 'credential',
    needs: 'graph',
    run: async (signal) => {
      const { roles, clientId } = await m365.rights.identity('graph', signal);
      return checkSecretEnd({ graph, clientId, secret, roles, now: clock.now() }, signal);
    },
  });
  const scopeOf = (named: string): TokenCheck => ({
    name: 'scope',
    needs: 'exchange',
    run: (signal) => checkScope(m365, named, signal),
  });
  return [
    { name: 'rights', needs: 'graph', run: rights('graph') },
    { name: 'rights', needs: 'exchange', run: rights('exchange') },
    { name: 'registration', needs: 'exchange', run: (signal) => checkRegistration(m365, signal) },
    { name: 'cmdlets', needs: 'exchange', run: (signal) => checkCmdlets(m365, signal) },
    { name: 'licences', needs: 'graph', run: (signal) => checkLicences(m365, signal) },
    { name: 'security-defaults', needs: 'graph', run: asking(checkSecurityDefaults) },
    { name: 'conditional-access', needs: 'graph', run: asking(checkConditionalAccess) },
    ...(mailbox === null ? [] : [scopeOf(mailbox)]),
    ...(credential.kind === 'secret' ? [secretEnd(credential.secret)] : []),
  ];
}

/** What this machine knows by itself, and what needs no token. */
export function localChecks(
  { credential, clock }: Pick<GraphChecksDeps, 'credential' | 'clock'>,
  times: readonly TimeSource[],
): readonly Check[] {
  return [
    {
      name: 'credential',
      budgetMs: BUDGET_MS,
      run: async () => checkLocalCredential(credential, clock.now()),
    },
    {
      name: 'clock',
      budgetMs: BUDGET_MS,
      run: (signal) => checkClock({ clock, sources: times }, signal),
    },
  ];
}
