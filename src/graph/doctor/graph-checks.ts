import type { Logger } from '../../log.ts';
import type { M365 } from '../m365.ts';
import type { TokenResource } from '../tokens.ts';
import { checkCmdlets } from './check-cmdlets.ts';
import { checkLicences } from './check-licences.ts';
import { checkRegistration } from './check-registration.ts';
import { checkRights } from './check-rights.ts';
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

/** What is asked of Microsoft Graph and of Exchange's admin endpoint. */
export function graphChecks(m365: M365, mailbox: string | null): readonly TokenCheck[] {
  const { graph } = m365;
  const rights =
    (resource: TokenResource): Check['run'] =>
    (signal) =>
      checkRights({ m365, graph, resource, mailbox }, signal);
  return [
    { name: 'rights', needs: 'graph', run: rights('graph') },
    { name: 'rights', needs: 'exchange', run: rights('exchange') },
    { name: 'registration', needs: 'exchange', run: (signal) => checkRegistration(m365, signal) },
    { name: 'cmdlets', needs: 'exchange', run: (signal) => checkCmdlets(m365, signal) },
    { name: 'licences', needs: 'graph', run: (signal) => checkLicences(m365, signal) },
  ];
}
