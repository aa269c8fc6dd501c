import { z } from 'zod';
import { isM365Error } from './errors.ts';
import { type ExchangeAdmin, parseAnswer } from './exchange-admin.ts';
import { forEachLimited } from './limited.ts';

/** A cmdlet that shows one row for each mailbox, and what of it is read. */
export interface RowsQuery<T> {
  readonly cmdlet: 'Get-Mailbox' | 'Get-CASMailbox';
  readonly select: readonly string[];
  readonly schema: z.ZodType<T>;
}

/** Object ids in one filter: about three kilobytes of text. */
const IDS_PER_CALL = 40;

const CALLS_AT_ONCE = 4;

const objectId = z.guid();

/**
 * Rows by the object id of their user, in lower case; mailboxes that Exchange does not have are left
 * out. One call for every 40 people.
 *
 * Believed: that both cmdlets filter by ExternalDirectoryObjectId, as other recipient cmdlets do. Where
 * Exchange refuses the filter, each mailbox is asked for alone, which costs a call each.
 */
export async function readRowsByObject<T>(
  exchange: Pick<ExchangeAdmin, 'run'>,
  { cmdlet, select, schema }: RowsQuery<T>,
  userIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, T>> {
  const found = new Map<string, T>();
  const rowSchema = z.object({ ExternalDirectoryObjectId: z.string() });

  const call = async (parameters: Readonly<Record<string, string>>): Promise<void> => {
    const columns = ['ExternalDirectoryObjectId', ...select];
    const { rows } = await exchange.run({ cmdlet, parameters, select: columns }, signal);
    for (const row of rows) {
      const { ExternalDirectoryObjectId: id } = parseAnswer(rowSchema, row);
      found.set(id.toLowerCase(), parseAnswer(schema, row));
    }
  };

  const readOne = async (userId: string): Promise<void> => {
    try {
      await call({ Identity: userId });
    } catch (error) {
      if (!isM365Error(error, 'exchange-admin.object-not-found')) {
        throw error;
      }
    }
  };

  const readMany = async (ids: readonly string[]): Promise<void> => {
    try {
      await call({ Filter: filterFor(ids), ResultSize: 'Unlimited' });
    } catch (error) {
      if (!isM365Error(error, 'exchange-admin.request-refused')) {
        throw error;
      }
      await forEachLimited(ids, CALLS_AT_ONCE, readOne);
    }
  };

  const [only] = userIds;
  if (only !== undefined && userIds.length === 1) {
    await readOne(only);
  } else {
    await forEachLimited(partsOf(userIds), CALLS_AT_ONCE, readMany);
  }
  return found;
}

/** OPATH. Only ids come into it, so that nobody's text becomes part of the filter. */
function filterFor(ids: readonly string[]): string {
  return ids.map((id) => `ExternalDirectoryObjectId -eq '${objectId.parse(id)}'`).join(' -or ');
}

function partsOf(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / IDS_PER_CALL) }, (_none, index) =>
    ids.slice(index * IDS_PER_CALL, (index + 1) * IDS_PER_CALL),
  );
}
