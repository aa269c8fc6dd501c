import { isM365Error } from '../errors.ts';
import type { M365 } from '../m365.ts';
import { type Finding, findingsOf, notAsked, rawOf } from './finding.ts';

const say = findingsOf('scope');

/**
 * Whether our role in Exchange covers a mailbox: one made by `setup` covers the members of one group.
 * Tried by a change that changes nothing, `Set-CASMailbox` without any setting; that the scope is looked
 * at before that is noticed is believed. What else is wrong with the mailbox is another question's.
 */
export async function checkScope(
  { rights, exchange }: Pick<M365, 'rights' | 'exchange'>,
  mailbox: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { roles } = await rights.identity('exchange', signal);
  if (!roles.includes('Exchange.ManageAsApp')) {
    return [notAsked('scope', 'rights')];
  }
  const facts = { mailbox };
  try {
    await exchange.invoke('Set-CASMailbox', { Identity: mailbox }, signal);
    return [say('check.scope', 'ok', facts)];
  } catch (error) {
    if (isM365Error(error, 'exchange-admin.object-not-found')) {
      return [];
    }
    if (!isM365Error(error, 'exchange-admin.outside-scope')) {
      throw error;
    }
    return [say('check.scope.outside', 'failed', facts, { raw: rawOf(error), believed: true })];
  }
}
