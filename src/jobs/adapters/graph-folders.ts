/**
 * Folders of an Exchange mailbox through Graph, beside the IMAP that writes the mail: IMAP can neither set
 * nor tell a folder's class, and Outlook may hide a folder whose class is not IPF.Note. Without the right
 * for it, IMAP makes them and Exchange's statistics are asked what became of them.
 */
import { type AppError, isAppError } from '../../errors.ts';
import { isM365Error, M365Error, type M365ErrorCode } from '../../graph/errors.ts';
import type { M365 } from '../../graph/m365.ts';
import type { MailFolder } from '../../graph/mail-folders.ts';
import type { Logger } from '../../log.ts';
import { foldName } from '../copy/exchange-names.ts';
import type { MailTarget } from '../ports.ts';

export interface GraphFoldersDeps {
  readonly m365: Pick<M365, 'addresses' | 'mailFolders' | 'folderStatistics'>;
  readonly mailbox: string;
  readonly logger: Logger;
}

/** What leaves the folders to IMAP, or their classes unknown; anything else is an error like any other. */
const NO_WAY: readonly M365ErrorCode[] = [
  'graph.right-missing',
  'graph.mailbox-access-restricted',
  'graph.not-found',
  'exchange-admin.right-missing',
  'exchange-admin.cmdlet-unknown',
  'exchange-admin.parameter-unknown',
];

/** The target, its folders made and looked at through Graph where that is allowed. */
export function withGraphFolders(target: MailTarget, deps: GraphFoldersDeps): MailTarget {
  const { m365, mailbox, logger } = deps;
  /** Folders that IMAP showed, comparable; null until they were listed. */
  let shown: ReadonlySet<string> | null = null;
  let userId: string | null = null;
  let refused: AppError | null = null;

  const listFolders: MailTarget['listFolders'] = async (signal) => {
    const folders = await target.listFolders(signal);
    shown = new Set(folders.map(({ path }) => foldName(path)));
    return folders;
  };

  const userOf = async (signal: AbortSignal): Promise<string> => {
    userId ??= await findUser(m365, mailbox, signal);
    return userId;
  };

  /** Runs `work` unless Graph has refused this mailbox before; null where it refuses. */
  const throughGraph = async <T>(work: () => Promise<T>): Promise<T | null> => {
    if (refused !== null) {
      return null;
    }
    const outcome: Attempt<T> = await attempt(work, logger);
    refused = outcome.refusal;
    return outcome.value;
  };

  return {
    ...target,
    listFolders,

    async ensureFolders(paths, signal) {
      if (shown === null) {
        await listFolders(signal);
      }
      const missing = missingLevels(paths, shown ?? new Set());
      if (missing.length > 0) {
        await throughGraph(async () => {
          await makeFolders(m365, await userOf(signal), missing, signal);
        });
        // What Graph made is there for IMAP, too; what it did not make IMAP makes now.
        await listFolders(signal);
      }
      await target.ensureFolders(paths, signal);
    },

    async folderClasses(signal) {
      const listed = await throughGraph(async () =>
        m365.mailFolders.list(await userOf(signal), signal),
      );
      if (listed !== null) {
        return new Map(listed.map(({ path, folderClass }) => [path, folderClass ?? '']));
      }
      const ask = (): Promise<ReadonlyMap<string, string>> =>
        m365.folderStatistics.classes(mailbox, signal);
      return (await attempt(ask, logger)).value;
    },
  };
}

interface Attempt<T> {
  /** Null where it was refused. */
  readonly value: T | null;
  readonly refusal: AppError | null;
}

async function attempt<T>(work: () => Promise<T>, logger: Logger): Promise<Attempt<T>> {
  try {
    return { value: await work(), refusal: null };
  } catch (error) {
    if (!isAppError(error) || !isM365Error(error, ...NO_WAY)) {
      throw error;
    }
    logger.info({ code: error.code }, 'folders are not reached that way');
    return { value: null, refusal: error };
  }
}

/** Graph finds a mailbox by the person's id: an address need not be the sign-in name. */
async function findUser(
  m365: Pick<M365, 'addresses'>,
  mailbox: string,
  signal: AbortSignal,
): Promise<string> {
  const found = (await m365.addresses.resolve([mailbox], signal)).get(mailbox);
  if (found?.kind === 'failed') {
    throw found.error;
  }
  if (found?.kind !== 'found') {
    throw new M365Error('graph.not-found');
  }
  return found.userId;
}

/** Every level that is not there, parents before children. Pure. */
function missingLevels(paths: readonly string[], shown: ReadonlySet<string>): readonly string[] {
  const missing = new Map<string, string>();
  for (const path of paths) {
    const levels = path.split('/');
    for (let depth = 1; depth <= levels.length; depth += 1) {
      const level = levels.slice(0, depth).join('/');
      const key = foldName(level);
      if (!shown.has(key) && !missing.has(key)) {
        missing.set(key, level);
      }
    }
  }
  return [...missing.values()].toSorted((a, b) => a.split('/').length - b.split('/').length);
}

async function makeFolders(
  { mailFolders }: Pick<M365, 'mailFolders'>,
  userId: string,
  missing: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const ids = idsOf(await mailFolders.list(userId, signal));
  for (const path of missing) {
    const cut = path.lastIndexOf('/');
    const parentId = cut < 0 ? null : ids.get(foldName(path.slice(0, cut)));
    // Below a folder that Graph does not list, and under a name that it refuses, IMAP makes it or says why not.
    if (parentId === undefined || ids.has(foldName(path))) {
      continue;
    }
    try {
      const id = await mailFolders.create(userId, { parentId, name: path.slice(cut + 1) }, signal);
      ids.set(foldName(path), id);
    } catch (error) {
      if (!isM365Error(error, 'graph.folder-exists', 'graph.request-refused')) {
        throw error;
      }
    }
  }
}

function idsOf(folders: readonly MailFolder[]): Map<string, string> {
  return new Map(folders.map(({ path, id }) => [foldName(path), id]));
}
