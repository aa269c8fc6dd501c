import { z } from 'zod';
import { isM365Error, M365Error } from '../errors.ts';
import type { GraphClient } from '../graph-client.ts';

/** What a canary may be tried on. */
export interface CanaryInput {
  readonly graph: GraphClient;
  /** A mailbox that the admin named; null: any will do. */
  readonly mailbox: string | null;
  /** Of our own service principal. */
  readonly objectId: string;
}

type Canary = (input: CanaryInput, signal: AbortSignal) => Promise<void>;

const anyRow = z.looseObject({});
const idRow = z.object({ id: z.string() });

const read =
  (path: string): Canary =>
  async ({ graph }, signal) => {
    await graph.get({ path }, anyRow, signal);
  };

/** People who are tried, should the first have no mailbox. */
const MAX_TRIED = 5;

/**
 * Some mailbox's settings. Somebody without a mailbox tells nothing of the right, so the next one is
 * tried; without any, the answer is that there is no mailbox.
 */
const readMailboxSettings: Canary = async ({ graph, mailbox }, signal) => {
  const people =
    mailbox === null
      ? await graph.list(
          { path: '/users', select: ['id'], top: MAX_TRIED, limit: MAX_TRIED },
          idRow,
          signal,
        )
      : [{ id: mailbox }];
  for (const { id } of people) {
    try {
      const path = `/users/${encodeURIComponent(id)}/mailboxSettings`;
      await graph.get({ path, select: ['userPurpose'] }, anyRow, signal);
      return;
    } catch (error) {
      if (!isM365Error(error, 'graph.no-mailbox', 'graph.not-found')) {
        throw error;
      }
    }
  }
  throw new M365Error('graph.no-mailbox');
};

/** Roles that we hold ourselves: none, as a rule. */
const readRoleAssignments: Canary = async ({ graph, objectId }, signal) => {
  const path = '/roleManagement/directory/roleAssignments';
  await graph.get({ path, filter: `principalId eq '${objectId}'` }, anyRow, signal);
};

/**
 * For each right of Microsoft Graph a call that needs it and changes nothing. Of a right to write, only
 * the reading part can be tried.
 */
export const CANARIES: Readonly<Record<string, Canary>> = {
  'Organization.Read.All': read('/organization?$select=id'),
  'User.Read.All': read('/users?$select=id&$top=1'),
  'User.ReadWrite.All': read('/users?$select=id&$top=1'),
  'LicenseAssignment.ReadWrite.All': read('/subscribedSkus?$select=skuId'),
  'GroupMember.Read.All': read('/groups?$select=id&$top=1'),
  'RoleManagement.Read.Directory': readRoleAssignments,
  'MailboxSettings.Read': readMailboxSettings,
};
