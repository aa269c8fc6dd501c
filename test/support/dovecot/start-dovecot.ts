/** A private Dovecot: own directory, own loopback ports, gone with `stop`. The real witness of everything IMAP. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestAuthority } from '../../sim/tls.ts';
import { type DovecotConfigInput, dovecotConfig, oauthConfig } from './dovecot-config.ts';
import { type IntrospectionServer, startIntrospection, type TokenOwner } from './introspection.ts';

const PROGRAM = '/usr/sbin/dovecot';
/** Nobody's number on Debian; Dovecot refuses mail that root owns. */
const MAIL_UID = 5000;

/** What Exchange Online advertises, as far as Dovecot can do it. */
export const EXCHANGE_CAPABILITIES =
  'IMAP4rev1 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+';

export interface DovecotOptions {
  /** The whole list to advertise instead of Dovecot's own. */
  readonly capabilities?: string;
  /** Offers XOAUTH2; tokens are made good by `tokens.allow`. */
  readonly xoauth2?: boolean;
  /** Whose a token is that `tokens.allow` does not know. */
  readonly tokenOwner?: TokenOwner;
  /** Of every account; made up where it is left out. */
  readonly password?: string;
  /** Folders of every account beside INBOX, with a special-use attribute or null. */
  readonly folders?: Readonly<Record<string, string | null>>;
  /** False saves time where no session of its own is killed. */
  readonly fsync?: boolean;
  readonly quotaBytes?: number;
  /** `/` unless given. */
  readonly separator?: '/' | '.';
  /** Where its directory is made; the system's place for temporary files unless given. */
  readonly parentDirectory?: string;
}

export interface DovecotServer {
  readonly host: string;
  /** Plain text. */
  readonly port: number;
  readonly tlsPort: number;
  /** PEM of the authority, and its file for NODE_EXTRA_CA_CERTS. */
  readonly ca: string;
  readonly caFile: string;
  /** Every user name is accepted with this password; an account is made at its first login. */
  readonly password: string;
  /** Null without `xoauth2`. */
  readonly tokens: Pick<IntrospectionServer, 'allow' | 'revoke'> | null;
  /** SIGKILL to every session process: links break in the middle of whatever they do. Returns how many. */
  readonly killSessions: () => Promise<number>;
  /** Forgets an account with all its mail, as if it had never logged in. */
  readonly removeAccount: (user: string) => Promise<void>;
  readonly readLog: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' && address ? address.port : 0;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function waitUntilUp(
  child: ChildProcess,
  ports: readonly number[],
  log: () => Promise<string>,
): Promise<void> {
  for (const port of ports) {
    while (!(await answers(port))) {
      if (child.exitCode !== null) {
        throw new Error(`Dovecot did not start: ${await log()}`);
      }
      await delay(20);
    }
  }
}

/** The processes that `pid` started, by name. */
async function childrenOf(pid: number, name: string): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const found: number[] = [];
  for (const child of text.trim().split(' ').filter(Boolean).map(Number)) {
    const comm = await readFile(`/proc/${child}/comm`, 'utf8').catch(() => '');
    if (comm.trim() === name) {
      found.push(child);
    }
  }
  return found;
}

type Owner = Pick<DovecotConfigInput, 'mailUid' | 'mailGid' | 'unprivileged'>;

/** Makes the mail directory, and says who owns it. */
async function makeDirectories(dir: string): Promise<Owner> {
  const { uid, gid, username } = userInfo();
  const mail = join(dir, 'mail');
  await mkdir(mail);
  if (uid !== 0) {
    const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
    return { mailUid: uid, mailGid: gid, unprivileged: { user: username, group } };
  }
  await chmod(dir, 0o755);
  await chown(mail, MAIL_UID, MAIL_UID);
  return { mailUid: MAIL_UID, mailGid: MAIL_UID, unprivileged: null };
}

function newDirectory(parent = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, 'sb-dovecot-'));
}

/** Starts one and waits until it answers. */
export async function startDovecot(options: DovecotOptions = {}): Promise<DovecotServer> {
  const dir = await newDirectory(options.parentDirectory);
  const tls = await createTestAuthority(join(dir, 'tls'));
  const oauth = options.xoauth2 ? await startIntrospection(options.tokenOwner) : null;
  const [port, tlsPort] = [await freePort(), await freePort()];
  const password = options.password ?? `pw-${port}`;
  const owner = await makeDirectories(dir);
  const config = dovecotConfig({
    ...owner,
    dir,
    imapPort: port,
    imapsPort: tlsPort,
    certFile: tls.certFile,
    keyFile: tls.keyFile,
    password,
    capabilities: options.capabilities ?? null,
    introspectionUrl: oauth?.url ?? null,
    folders: options.folders ?? {},
    fsync: options.fsync ?? true,
    quotaBytes: options.quotaBytes ?? null,
    separator: options.separator,
  });
  await writeFile(join(dir, 'dovecot.conf'), config);
  await writeFile(join(dir, 'oauth2.conf.ext'), oauthConfig(oauth?.url ?? ''));
  const child = spawn(PROGRAM, ['-F', '-c', join(dir, 'dovecot.conf')], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const readLog = (): Promise<string> => readFile(join(dir, 'dovecot.log'), 'utf8').catch(() => '');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await oauth?.close();
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  await waitUntilUp(child, [port, tlsPort], readLog).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    host: '127.0.0.1',
    port,
    tlsPort,
    ca: tls.ca,
    caFile: tls.caFile,
    password,
    tokens: oauth,
    readLog,
    removeAccount: (user) => rm(join(dir, 'mail', user), { recursive: true, force: true }),
    killSessions: async () => {
      const sessions = await childrenOf(child.pid ?? 0, 'imap');
      for (const session of sessions) {
        process.kill(session, 'SIGKILL');
      }
      return sessions.length;
    },
    stop,
  };
}
