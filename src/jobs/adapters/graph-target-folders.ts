/** Folders of a mailbox that is written through Graph alone. */
import { isM365Error, M365Error } from '../../graph/errors.ts';
import type { MailFolder, MailFolders, WellKnownFolder } from '../../graph/mail-folders.ts';
import { FolderRefusedError } from '../../imap/errors.ts';
import { foldName } from '../copy/exchange-names.ts';
import type { SpecialUse, TargetFolder } from '../ports.ts';

export interface GraphTargetFolders {
  list(signal: AbortSignal): Promise<readonly TargetFolder[]>;
  classes(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Throws `imap.folder-refused` for a name that Exchange does not take. */
  ensure(paths: readonly string[], signal: AbortSignal): Promise<void>;
  /** Throws `graph.folder-missing`. */
  idOf(path: string, signal: AbortSignal): Promise<string>;
  count(folderId: string, signal: AbortSignal): Promise<number>;
}

const SPECIAL_USE: Readonly<Record<WellKnownFolder, SpecialUse>> = {
  sentitems: 'sent',
  drafts: 'drafts',
  deleteditems: 'trash',
  junkemail: 'junk',
  archive: 'archive',
};

export function createGraphTargetFolders({
  mailFolders,
  userId,
}: {
  readonly mailFolders: MailFolders;
  readonly userId: string;
}): GraphTargetFolders {
  let ids: Map<string, string> | null = null;

  const load = async (signal: AbortSignal): Promise<readonly MailFolder[]> => {
    const folders = await mailFolders.list(userId, signal);
    ids = new Map(folders.map(({ path, id }) => [foldName(path), id]));
    return folders;
  };

  const known = async (signal: AbortSignal): Promise<Map<string, string>> => {
    if (ids === null) {
      await load(signal);
    }
    return ids ?? new Map<string, string>();
  };

  const make = async (path: string, signal: AbortSignal): Promise<void> => {
    const cut = path.lastIndexOf('/');
    const folder = {
      parentId: cut < 0 ? null : await idOf(path.slice(0, cut), signal),
      name: path.slice(cut + 1),
    };
    try {
      (await known(signal)).set(foldName(path), await mailFolders.create(userId, folder, signal));
    } catch (error) {
      if (isM365Error(error, 'graph.folder-exists')) {
        // Somebody made it meanwhile.
        await load(signal);
      } else if (isM365Error(error, 'graph.request-refused')) {
        throw new FolderRefusedError({ folder: path, cause: error });
      } else {
        throw error;
      }
    }
  };

  const idOf = async (path: string, signal: AbortSignal): Promise<string> => {
    const id = (await known(signal)).get(foldName(path));
    if (id === undefined) {
      throw new M365Error('graph.folder-missing');
    }
    return id;
  };

  return {
    idOf,
    count: (folderId, signal) => mailFolders.count(userId, folderId, signal),

    async list(signal) {
      const folders = await load(signal);
      const wellKnown = await mailFolders.wellKnown(userId, signal);
      return folders.map(({ id, path }) => {
        const name = wellKnown.get(id);
        const specialUse = name === undefined ? null : SPECIAL_USE[name];
        return { path, specialUse: path === 'INBOX' ? 'inbox' : specialUse, selectable: true };
      });
    },

    async classes(signal) {
      const folders = await load(signal);
      return new Map(folders.map(({ path, folderClass }) => [path, folderClass ?? '']));
    },

    async ensure(paths, signal) {
      for (const path of paths) {
        const levels = path.split('/');
        for (let depth = 1; depth <= levels.length; depth += 1) {
          const level = levels.slice(0, depth).join('/');
          if (!(await known(signal)).has(foldName(level))) {
            await make(level, signal);
          }
        }
      }
    },
  };
}
