import { z } from 'zod';
import { type ExchangeAdmin, parseAnswer } from './exchange-admin.ts';

/** What Exchange's own statistics say of a mailbox's folders. */
export interface FolderStatistics {
  /** Class by path (`/` between levels, the inbox as INBOX), for those that have one there. */
  classes(mailbox: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
}

const rowsSchema = z.array(
  z.object({
    FolderPath: z.string(),
    FolderType: z.string().nullish(),
    ContainerClass: z.string().nullish(),
  }),
);

export function createFolderStatistics({
  exchange,
}: {
  readonly exchange: ExchangeAdmin;
}): FolderStatistics {
  return {
    async classes(mailbox, signal) {
      const { rows } = await exchange.run(
        {
          cmdlet: 'Get-MailboxFolderStatistics',
          parameters: { Identity: mailbox },
          select: ['FolderPath', 'FolderType', 'ContainerClass'],
        },
        signal,
      );
      return readClasses(parseAnswer(rowsSchema, rows));
    },
  };
}

/** Believed: the column ContainerClass, and that paths begin with a slash; without the column nothing is known. */
function readClasses(rows: z.infer<typeof rowsSchema>): ReadonlyMap<string, string> {
  const inbox = rows.find(({ FolderType: type }) => type === 'Inbox')?.FolderPath ?? '/Inbox';
  return new Map(
    rows.flatMap(({ FolderPath: path, ContainerClass: folderClass }): [string, string][] => {
      if (!folderClass || !path.startsWith('/')) {
        return [];
      }
      const isInbox = path === inbox || path.startsWith(`${inbox}/`);
      return [[isInbox ? `INBOX${path.slice(inbox.length)}` : path.slice(1), folderClass]];
    }),
  );
}
