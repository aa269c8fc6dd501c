import type { MailFolder as GraphMailFolder } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import { isM365Error, M365Error } from './errors.ts';
import type { GraphClient } from './graph-client.ts';
import { parseGraphAnswer } from './graph-error.ts';
import { forEachLimited } from './limited.ts';

/** A folder of a mailbox as Graph lists it: those that hold mail, `/` between levels, the inbox as INBOX. */
export interface MailFolder {
  readonly id: string;
  readonly path: string;
  /** PidTagContainerClass, such as IPF.Note; null where Graph names none. */
  readonly folderClass: string | null;
}

/** What a mailbox has one of, by the name that Graph knows it under. */
export type WellKnownFolder = 'sentitems' | 'drafts' | 'deleteditems' | 'junkemail' | 'archive';

const WELL_KNOWN: readonly WellKnownFolder[] = [
  'sentitems',
  'drafts',
  'deleteditems',
  'junkemail',
  'archive',
];

/**
 * Mail folders over Graph. Needs Mail.ReadWrite, which is to be given through RBAC for Applications: no
 * token shows it, so that whoever lacks it finds out by `graph.right-missing`.
 */
export interface MailFolders {
  list(userId: string, signal: AbortSignal): Promise<readonly MailFolder[]>;
  /** Messages in a folder; throws `graph.not-found` where it is gone. */
  count(userId: string, folderId: string, signal: AbortSignal): Promise<number>;
  /** Ids of the folders that Outlook gives a meaning; a mailbox may have no archive. */
  wellKnown(userId: string, signal: AbortSignal): Promise<ReadonlyMap<string, WellKnownFolder>>;
  /** Makes a folder of class IPF.Note, at the root where `parentId` is null; throws `graph.folder-exists`. */
  create(
    userId: string,
    folder: { readonly parentId: string | null; readonly name: string },
    signal: AbortSignal,
  ): Promise<string>;
  /** With all that is in it; fine where it is gone. For folders that Skybridge made for a moment alone. */
  remove(userId: string, folderId: string, signal: AbortSignal): Promise<void>;
}

/** Outlook's services take four requests of an application at a time, in one mailbox. */
const AT_ONCE = 4;
const PAGE = 100;

/** Exchange's own limit; a server that goes deeper goes in circles. */
const MAX_DEPTH = 300;

const CLASS_PROPERTY = 'String 0x3613';

const folderSchema = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  childFolderCount: z.number().nullish(),
  singleValueExtendedProperties: z
    .array(z.object({ id: z.string(), value: z.string().nullish() }))
    .nullish(),
});
const idSchema = z.object({ id: z.string() });
const countSchema = z.object({ totalItemCount: z.number().int().nonnegative() });

type Row = z.infer<typeof folderSchema>;

export function createMailFolders({ graph }: { readonly graph: GraphClient }): MailFolders {
  const rootOf = (userId: string): string => `/users/${encodeURIComponent(userId)}/mailFolders`;
  const childrenOf = (userId: string, parentId: string | null): string =>
    parentId === null
      ? rootOf(userId)
      : `${rootOf(userId)}/${encodeURIComponent(parentId)}/childFolders`;

  const listBelow = (
    userId: string,
    parentId: string | null,
    signal: AbortSignal,
  ): Promise<readonly Row[]> =>
    graph.list(
      {
        path: childrenOf(userId, parentId),
        select: ['id', 'displayName', 'childFolderCount'],
        expand: `singleValueExtendedProperties($filter=id eq '${CLASS_PROPERTY}')`,
        top: PAGE,
      },
      folderSchema,
      signal,
    );

  return {
    async list(userId, signal) {
      const inbox = await graph.get(
        { path: `${rootOf(userId)}/inbox`, select: ['id'] },
        idSchema,
        signal,
      );
      const found: MailFolder[] = [];
      const note = (rows: readonly Row[], parent: string): Level[] =>
        rows.map((row) => {
          const path = row.id === inbox.id ? 'INBOX' : pathOf(row, parent);
          found.push({ id: row.id, path, folderClass: classOf(row) });
          return { id: row.id, path, hasChildren: (row.childFolderCount ?? 0) > 0 };
        });
      let level = note(await listBelow(userId, null, signal), '');
      for (let depth = 1; level.length > 0; depth += 1) {
        if (depth > MAX_DEPTH) {
          throw new M365Error('graph.unexpected-answer');
        }
        const next: Level[] = [];
        const parents = level.filter(({ hasChildren }) => hasChildren);
        await forEachLimited(parents, AT_ONCE, async ({ id, path }) => {
          next.push(...note(await listBelow(userId, id, signal), path));
        });
        level = next;
      }
      return found;
    },

    async count(userId, folderId, signal) {
      const path = `${rootOf(userId)}/${encodeURIComponent(folderId)}`;
      const folder = await graph.get({ path, select: ['totalItemCount'] }, countSchema, signal);
      return folder.totalItemCount;
    },

    async wellKnown(userId, signal) {
      const found = new Map<string, WellKnownFolder>();
      await forEachLimited(WELL_KNOWN, AT_ONCE, async (name) => {
        const path = `${rootOf(userId)}/${name}`;
        try {
          found.set((await graph.get({ path, select: ['id'] }, idSchema, signal)).id, name);
        } catch (error) {
          if (!isM365Error(error, 'graph.not-found')) {
            throw error;
          }
        }
      });
      return found;
    },

    async create(userId, { parentId, name }, signal) {
      const body: GraphMailFolder = { displayName: name };
      const answer = await graph.write('POST', childrenOf(userId, parentId), body, signal);
      return parseGraphAnswer(idSchema, answer).id;
    },

    async remove(userId, folderId, signal) {
      try {
        await graph.remove(`${rootOf(userId)}/${encodeURIComponent(folderId)}`, signal);
      } catch (error) {
        if (!isM365Error(error, 'graph.not-found')) {
          throw error;
        }
      }
    },
  };
}

interface Level {
  readonly id: string;
  readonly path: string;
  readonly hasChildren: boolean;
}

/** A name may hold a slash, where levels are not written as a path; IMAP does not show such a folder. */
function pathOf({ displayName }: Row, parent: string): string {
  const name = (displayName ?? '').replaceAll('/', '\u2215');
  return parent === '' ? name : `${parent}/${name}`;
}

function classOf({ singleValueExtendedProperties }: Row): string | null {
  const property = singleValueExtendedProperties?.find(({ id }) =>
    // Believed: Graph may write the tag with other capitals, or without its leading zeros.
    /^string 0x0*3613$/i.test(id),
  );
  return property?.value ?? null;
}
