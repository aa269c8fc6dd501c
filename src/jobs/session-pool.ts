import { isAppError } from '../errors.ts';
import { SourceLoginRefusedError } from './errors.ts';
import type { MailSource, MailTarget, SourceOpener, TargetOpener, TargetTraits } from './ports.ts';

/** Both ends of one migration, logged in. */
export interface Session {
  readonly source: MailSource;
  readonly target: MailTarget;
}

/**
 * Connections that stay open between the slices of a migration: a slice is a checkpoint, not a hang-up.
 * One slice a migration uses them at a time.
 */
export interface SessionPool {
  readonly traits: TargetTraits;
  /** Logs in at the source alone and leaves, to try a password. */
  tryLogin(migrationId: string, signal: AbortSignal): Promise<void>;
  /** Runs `work` with both ends open; they close when it throws. */
  use<T>(
    migration: { readonly id: string; readonly targetMailbox: string },
    work: (session: Session) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  /** Runs `work` with the target on a connection of its own, and without the source. */
  withTarget<T>(
    targetMailbox: string,
    work: (target: MailTarget) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  /** Runs `work` with a reader of the mailbox that was written. */
  readTarget<T>(
    targetMailbox: string,
    work: (reader: MailSource) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  close(migrationId: string): Promise<void>;
  /** Its connections were cut, and whoever still uses them is not waited for. */
  abandon(migrationId: string): void;
  closeAll(): Promise<void>;
}

/** The pool on what opens each side. */
export function createSessionPool(openers: {
  readonly source: SourceOpener;
  readonly target: TargetOpener;
  /** Appending connections that are set apart for a migration. */
  readonly lanesOf: (migrationId: string) => number;
}): SessionPool {
  const sessions = new Map<string, Session>();
  /** Who waits for a migration's connections: an old slice must be off them before a new one is on. */
  const users = new Map<string, Promise<unknown>>();

  const asSource = async <T>(login: Promise<T>): Promise<T> => {
    try {
      return await login;
    } catch (error) {
      if (isAppError(error) && error.code === 'imap.login-refused') {
        throw new SourceLoginRefusedError('The source did not accept the password.', {
          cause: error,
        });
      }
      throw error;
    }
  };

  const hangUp = async (session: Session | undefined): Promise<void> => {
    await Promise.allSettled([session?.source.close(), session?.target.close()]);
  };
  const close = async (migrationId: string): Promise<void> => {
    const session = sessions.get(migrationId);
    sessions.delete(migrationId);
    await hangUp(session);
  };
  /** Not what a later holder has opened since. */
  const closeThis = async (migrationId: string, session: Session): Promise<void> => {
    if (sessions.get(migrationId) === session) {
      sessions.delete(migrationId);
    }
    await hangUp(session);
  };

  const open = async (
    migration: { readonly id: string; readonly targetMailbox: string },
    signal: AbortSignal,
  ): Promise<Session> => {
    const there = sessions.get(migration.id);
    if (there !== undefined) {
      return there;
    }
    const [source, target] = await Promise.allSettled([
      asSource(openers.source.open(migration.id, signal)),
      openers.target.open(
        { mailbox: migration.targetMailbox, lanes: openers.lanesOf(migration.id) },
        signal,
      ),
    ]);
    if (source.status === 'fulfilled' && target.status === 'fulfilled') {
      const session = { source: source.value, target: target.value };
      sessions.set(migration.id, session);
      return session;
    }
    await Promise.allSettled([
      source.status === 'fulfilled' ? source.value.close() : undefined,
      target.status === 'fulfilled' ? target.value.close() : undefined,
    ]);
    throw [source, target].find((side) => side.status === 'rejected')?.reason;
  };

  return {
    traits: openers.target.traits,
    tryLogin: (migrationId, signal) => asSource(openers.source.tryLogin(migrationId, signal)),
    async use(migration, work, signal) {
      const before = users.get(migration.id) ?? Promise.resolve();
      const run = before.then(async () => {
        signal.throwIfAborted();
        const session = await open(migration, signal);
        try {
          return await work(session);
        } catch (error) {
          await closeThis(migration.id, session);
          throw error;
        }
      });
      const settled = run.catch(() => undefined);
      users.set(migration.id, settled);
      try {
        return await run;
      } finally {
        if (users.get(migration.id) === settled) {
          users.delete(migration.id);
        }
      }
    },
    withTarget: async (targetMailbox, work, signal) =>
      closing(await openers.target.open({ mailbox: targetMailbox, lanes: 1 }, signal), work),
    readTarget: async (targetMailbox, work, signal) =>
      closing(await openers.target.openReader(targetMailbox, signal), work),
    close,
    abandon(migrationId) {
      const session = sessions.get(migrationId);
      sessions.delete(migrationId);
      users.delete(migrationId);
      void hangUp(session);
    },
    async closeAll() {
      await Promise.all([...sessions.keys()].map(close));
    },
  };
}

async function closing<E extends { close(): Promise<void> }, T>(
  end: E,
  work: (end: E) => Promise<T>,
): Promise<T> {
  try {
    return await work(end);
  } finally {
    await end.close();
  }
}
