import { z } from 'zod';
import type { BatchResult, GraphBatch } from './batch.ts';
import type { BatchRequest } from './batch-plan.ts';
import { casRowSchema } from './cas-mailbox.ts';
import { isM365Error, M365Error } from './errors.ts';
import type { ExchangeAdmin } from './exchange-admin.ts';
import { hasMailboxLicence, hasMailboxPlan, type Licences, type Subscription } from './licences.ts';
import { MAILBOX_PROPERTIES, type MailboxDetails, mailboxRowSchema } from './mailbox.ts';
import { type PersonKind, personKindOf } from './person-kind.ts';
import { readRowsByObject } from './rows-by-object.ts';
import { USER_FIELDS, type User, userSchema } from './users.ts';

/**
 * `ready`: Graph and Exchange both know it · `provisioning`: licensed, and not there yet ·
 * `none`: no licence brings one.
 */
export type MailboxState = 'ready' | 'provisioning' | 'none';

/** A person of the tenant with licences, mailbox and IMAP. */
export interface PersonState {
  readonly user: User;
  readonly kind: PersonKind;
  /** A licence that brings a mailbox is held, though its plans may not have followed yet. */
  readonly licensed: boolean;
  readonly mailbox: MailboxState;
  /** Null unless the mailbox is ready. */
  readonly details: MailboxDetails | null;
  /** Null unless the mailbox is ready. */
  readonly imapEnabled: boolean | null;
}

/** What was learnt of one person: an answer that failed is data, it spoils nobody else's. */
export type PersonFinding =
  | { readonly kind: 'found'; readonly state: PersonState }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly error: M365Error };

export interface TenantState {
  readonly subscriptions: readonly Subscription[];
  /** By the id asked for. */
  readonly people: ReadonlyMap<string, PersonFinding>;
}

export interface People {
  /**
   * By object id: 200 people in about 33 exchanges. Throws M365Error where the tenant itself does not
   * answer.
   */
  states(userIds: readonly string[], signal: AbortSignal): Promise<TenantState>;
}

export interface PeopleDeps {
  readonly batch: GraphBatch;
  readonly exchange: Pick<ExchangeAdmin, 'run'>;
  readonly licences: Pick<Licences, 'list'>;
}

const settingsSchema = z.object({ userPurpose: z.string().nullish() });

type GraphFinding =
  | {
      readonly kind: 'found';
      readonly user: User;
      /** Null while Graph knows no mailbox. */
      readonly settings: z.infer<typeof settingsSchema> | null;
    }
  | Exclude<PersonFinding, { kind: 'found' }>;

export function createPeople({ batch, exchange, licences }: PeopleDeps): People {
  return {
    states: async (userIds, signal) => {
      const ids = [...new Set(userIds)];
      const [subscriptions, answers] = await Promise.all([
        licences.list(signal),
        batch.send(ids.flatMap(questionsAbout), signal),
      ]);
      const graph = new Map(ids.map((id) => [id, readPerson(id, answers)] as const));
      // The two services learn of a new mailbox at different times; the move needs both. A guest's
      // mailbox is in another tenant.
      const known = [...graph.values()].flatMap((finding) =>
        finding.kind === 'found' && finding.settings !== null && finding.user.kind === 'member'
          ? [finding.user.id]
          : [],
      );
      const [mailboxes, protocols] = await Promise.all([
        readRowsByObject(
          exchange,
          { cmdlet: 'Get-Mailbox', select: MAILBOX_PROPERTIES, schema: mailboxRowSchema },
          known,
          signal,
        ),
        readRowsByObject(
          exchange,
          { cmdlet: 'Get-CASMailbox', select: ['ImapEnabled'], schema: casRowSchema },
          known,
          signal,
        ),
      ]);
      const conclude = (finding: GraphFinding): PersonFinding => {
        if (finding.kind !== 'found') {
          return finding;
        }
        const key = finding.user.id.toLowerCase();
        const details = mailboxes.get(key) ?? null;
        const imapEnabled = protocols.get(key)?.ImapEnabled ?? null;
        return {
          kind: 'found',
          state: stateOf(
            {
              user: finding.user,
              kind: personKindOf(finding.user, finding.settings?.userPurpose ?? null),
              details,
              imapEnabled,
            },
            subscriptions,
          ),
        };
      };
      return {
        subscriptions,
        people: new Map([...graph].map(([id, finding]) => [id, conclude(finding)])),
      };
    },
  };
}

const settingsOf = (userId: string): string => `${userId} mailbox`;

function questionsAbout(userId: string): readonly BatchRequest[] {
  const path = `/users/${encodeURIComponent(userId)}`;
  return [
    { id: userId, method: 'GET', path: `${path}?$select=${USER_FIELDS.join(',')}` },
    {
      id: settingsOf(userId),
      method: 'GET',
      path: `${path}/mailboxSettings?$select=userPurpose`,
    },
  ];
}

function readPerson(userId: string, answers: ReadonlyMap<string, BatchResult>): GraphFinding {
  try {
    const user = userSchema.parse(bodyOf(answers.get(userId)));
    return { kind: 'found', user, settings: readSettings(answers.get(settingsOf(userId))) };
  } catch (error) {
    if (isM365Error(error, 'graph.not-found')) {
      return { kind: 'unknown' };
    }
    if (isM365Error(error)) {
      return { kind: 'failed', error };
    }
    return { kind: 'failed', error: new M365Error('graph.unexpected-answer', { cause: error }) };
  }
}

function readSettings(answer: BatchResult | undefined): z.infer<typeof settingsSchema> | null {
  return answer?.ok === false && isM365Error(answer.error, 'graph.no-mailbox')
    ? null
    : settingsSchema.parse(bodyOf(answer));
}

function bodyOf(answer: BatchResult | undefined): unknown {
  if (answer?.ok === false) {
    throw answer.error;
  }
  return answer?.body;
}

function stateOf(
  seen: Pick<PersonState, 'user' | 'kind' | 'details' | 'imapEnabled'>,
  subscriptions: readonly Subscription[],
): PersonState {
  const { user, kind, details, imapEnabled } = seen;
  // Plans trail a licence by minutes: who holds the licence must not be given a second one.
  const licensed = hasMailboxPlan(user) || hasMailboxLicence(user, subscriptions);
  if (details !== null && imapEnabled !== null) {
    return { user, kind, licensed, mailbox: 'ready', details, imapEnabled };
  }
  const comes = licensed && user.kind === 'member';
  return {
    user,
    kind,
    licensed,
    mailbox: comes ? 'provisioning' : 'none',
    details: null,
    imapEnabled: null,
  };
}
