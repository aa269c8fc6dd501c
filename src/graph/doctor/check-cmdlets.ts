import { randomUUID } from 'node:crypto';
import { isM365Error, type M365Error } from '../errors.ts';
import type { CmdletParameters } from '../exchange-admin.ts';
import type { M365 } from '../m365.ts';
import { cmdletsOf } from '../required-cmdlets.ts';
import { type Finding, findingsOf, notAsked, rawOf, unanswered } from './finding.ts';

const say = findingsOf('cmdlets');

/**
 * A value for every parameter that is tried. A role may allow a cmdlet without a parameter:
 * `Set-CASMailbox` without `-ImapEnabled` is of no use.
 */
const valuesFor = (objectId: string): CmdletParameters => ({
  Identity: `skybridge-canary-${randomUUID()}`,
  User: objectId,
  ImapEnabled: true,
  RetentionHoldEnabled: true,
  MaxReceiveSize: '36 MB',
  MaxSendSize: '36 MB',
  AccessRights: 'FullAccess',
  InheritanceType: 'All',
  AutoMapping: false,
  Confirm: false,
});

/** What they tell is shown with the plan of a move, or in its report; a role without them works too. */
const SHOWN_ONLY = new Set([
  'Get-User',
  'Get-TransportConfig',
  'Get-AuthenticationPolicy',
  'Get-MailboxFolderStatistics',
]);

/** Cmdlets that change something; what reads is tried by reading. */
const WRITES = cmdletsOf(['base', 'provisioning']).filter(
  ({ cmdlet }) => !cmdlet.startsWith('Get-'),
);

/** Our role in Exchange: whether there is one, and whether it allows what a move needs. */
export async function checkCmdlets(
  m365: Pick<M365, 'rights' | 'exchange'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { roles, objectId, clientId } = await m365.rights.identity('exchange', signal);
  if (!roles.includes('Exchange.ManageAsApp')) {
    return [notAsked('cmdlets', 'rights')];
  }
  try {
    const missing = await m365.rights.missingCmdlets(signal);
    const tried = await Promise.all(
      WRITES.filter(({ cmdlet }) => !missing.includes(cmdlet)).map((write) =>
        tryParameters(m365, write, valuesFor(objectId), signal),
      ),
    );
    const troubles = [
      ...missing.map((cmdlet) =>
        SHOWN_ONLY.has(cmdlet)
          ? say('check.cmdlets.missing-shown', 'warning', { cmdlet })
          : say('check.cmdlets.missing', 'failed', { cmdlet }),
      ),
      ...tried.filter((one) => one !== null),
    ];
    return troubles.length === 0 ? [say('check.cmdlets', 'ok')] : troubles;
  } catch (error) {
    if (!isM365Error(error, 'exchange-admin.right-missing')) {
      throw error;
    }
    // Believed: how the endpoint words that the application is let in and may do nothing.
    const extras = { raw: rawOf(error), believed: true };
    return [say('check.cmdlets.no-role', 'failed', { clientId, objectId }, extras)];
  }
}

/**
 * Parameters of a changing cmdlet that our role does not allow. First with all of them at once; should one
 * be unknown, each alone, since the answer names it in words only. Null: all are allowed.
 */
async function tryParameters(
  client: Pick<M365, 'exchange'>,
  { cmdlet, parameters }: (typeof WRITES)[number],
  values: CmdletParameters,
  signal: AbortSignal,
): Promise<Finding | null> {
  try {
    const whole = await tryBinding(client, cmdlet, pick(values, parameters), signal);
    if (whole === null) {
      return null;
    }
    const alone = await Promise.all(
      parameters.map(async (name) => ({
        name,
        isUnknown: await isUnknown(client, cmdlet, pick(values, ['Identity', name]), signal),
      })),
    );
    const unknown = alone.filter((one) => one.isUnknown).map(({ name }) => name);
    const names = (unknown.length === 0 ? parameters : unknown).join(', ');
    const extras = { raw: rawOf(whole), believed: true };
    return say('check.cmdlets.parameter-missing', 'failed', { cmdlet, names }, extras);
  } catch (error) {
    signal.throwIfAborted();
    return unanswered('cmdlets', error);
  }
}

/**
 * Calls a cmdlet for a mailbox that cannot exist, its name being made up on the spot. Parameters are bound
 * before the mailbox is looked for, as PowerShell does it; that this endpoint does so too is believed. The
 * refusal of a parameter, or null when all were taken.
 */
async function tryBinding(
  { exchange }: Pick<M365, 'exchange'>,
  cmdlet: string,
  given: CmdletParameters,
  signal: AbortSignal,
): Promise<M365Error | null> {
  try {
    await exchange.invoke(cmdlet, given, signal);
    return null;
  } catch (error) {
    if (isM365Error(error, 'exchange-admin.parameter-unknown')) {
      return error;
    }
    if (isM365Error(error, 'exchange-admin.object-not-found', 'exchange-admin.trustee-unknown')) {
      return null;
    }
    throw error;
  }
}

/** Whether one parameter is refused; that others are mandatory is complained of only after that. */
async function isUnknown(
  client: Pick<M365, 'exchange'>,
  cmdlet: string,
  given: CmdletParameters,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await tryBinding(client, cmdlet, given, signal)) !== null;
  } catch (error) {
    if (isM365Error(error, 'exchange-admin.request-refused')) {
      return false;
    }
    throw error;
  }
}

const pick = (values: CmdletParameters, names: readonly string[]): CmdletParameters =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
