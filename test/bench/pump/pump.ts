/**
 * The bare pump, the practical limit of one process: one connection streams `UID FETCH 1:*` of every
 * folder into back-to-back APPENDs with non-synchronising literals. It keeps nothing, checks nothing,
 * and tries nothing twice.
 */
import { PumpConnection, quote } from './pump-connection.ts';
import { createPumpTarget, type PumpLane, type PumpTarget } from './pump-target.ts';

export interface PumpAccount {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface PumpInput {
  readonly source: PumpAccount;
  readonly target: PumpAccount;
  /** To the target. */
  readonly connections: number;
  /** Source folder → target folder, where it has another name. */
  readonly folderNames: Readonly<Record<string, string>>;
}

export interface PumpResult {
  readonly messages: number;
  readonly bytes: number;
  readonly refused: number;
}

/** Wire names of the folders that open. */
async function listFolders(source: PumpConnection): Promise<readonly string[]> {
  const names: string[] = [];
  let name = '';
  source.listener = {
    line: (text) => {
      const match = /^\* LIST \(([^)]*)\) (?:"[^"]*"|NIL) (.*)$/u.exec(text);
      if (match !== null && !/\\noselect/iu.test(match[1] ?? '')) {
        const wire = match[2] ?? '';
        names.push(wire.startsWith('"') ? wire.slice(1, -1).replace(/\\(.)/gu, '$1') : wire);
      }
    },
    // Dovecot sends a name with quotes in it as a literal.
    literal: () => {
      name = '';
    },
    octets: (part, isLast) => {
      name += part.toString('latin1');
      if (isLast) {
        names.push(name);
      }
    },
  };
  await source.must('LIST "" "*"');
  return names;
}

interface Stream {
  folder: string;
  lane: PumpLane | null;
  messages: number;
  bytes: number;
}

/** Passes each literal on to a lane of the target, and holds the source while there is none. */
function streamInto(target: PumpTarget, source: PumpConnection): Stream {
  const stream: Stream = { folder: '', lane: null, messages: 0, bytes: 0 };
  source.listener = {
    line: () => undefined,
    literal: (text, sizeBytes) => {
      const flags = /FLAGS \(([^)]*)\)/u.exec(text)?.[1] ?? '';
      const message = {
        folder: stream.folder,
        flags: flags
          .split(' ')
          .filter((flag) => flag !== '\\Recent')
          .join(' '),
        date: /INTERNALDATE "([^"]*)"/u.exec(text)?.[1] ?? '',
        sizeBytes,
      };
      stream.messages += 1;
      stream.bytes += sizeBytes;
      stream.lane = target.begin(message);
      if (stream.lane !== null) {
        return;
      }
      source.hold();
      const retry = (): void => {
        stream.lane = target.begin(message);
        if (stream.lane === null) {
          target.onRoom(retry);
        } else {
          source.proceed();
        }
      };
      target.onRoom(retry);
    },
    octets: (part, isLast) => {
      const { lane } = stream;
      const hasRoom = lane?.write(part);
      if (isLast) {
        stream.lane = null;
        lane?.end();
      } else if (hasRoom === false) {
        source.hold();
        lane?.onDrain(() => source.proceed());
      }
    },
  };
  return stream;
}

/** Copies the mailbox. */
export async function runPump(input: PumpInput): Promise<PumpResult> {
  const open = ({ port, user, password }: PumpAccount): Promise<PumpConnection> =>
    PumpConnection.open(port, user, password);
  const [source, ...targets] = await Promise.all([
    open(input.source),
    ...Array.from({ length: input.connections }, () => open(input.target)),
  ]);
  const [first] = targets;
  const folders = await listFolders(source);
  const nameOf = (folder: string): string => input.folderNames[folder] ?? folder;
  for (const folder of folders) {
    // Those that exist are refused; the APPENDs follow right behind.
    first?.send(`CREATE ${quote(nameOf(folder))}`, () => undefined);
  }
  if (targets.length > 1) {
    await first?.must('NOOP');
  }
  const target = createPumpTarget(targets);
  const stream = streamInto(target, source);
  const fetched = folders.map((folder) => {
    source.send(`EXAMINE ${quote(folder)}`, () => {
      stream.folder = nameOf(folder);
    });
    return new Promise<void>((resolve) => {
      source.send('UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])', () => resolve());
    });
  });
  await Promise.all(fetched);
  await target.drained();
  for (const connection of [source, ...targets]) {
    connection.close();
  }
  return { messages: stream.messages, bytes: stream.bytes, refused: target.refused() };
}
