/** A server that logs anybody in and then hands the connection to the test. */

import { systemClock } from '../../../../src/clock.ts';
import type { ImapLink } from '../../../../src/imap/connect.ts';
import { connectImap } from '../../../../src/imap/connect.ts';
import { genericProfile } from '../../../../src/imap/profiles/generic.ts';
import type { ImapProfile } from '../../../../src/imap/profiles/profile.ts';
import { silentLogger } from '../../../../src/log.ts';
import { listen, type ScriptedPeer } from './scripted-peer.ts';

export interface LoginScript {
  readonly greeting?: string;
  readonly capabilities?: string;
  /** What is said to the CAPABILITY behind the login, where the profile wants one; null: nothing but OK. */
  readonly lateCapabilities?: string | null;
  /** The answer to LOGIN, without tag; null: an OK. Gets the user and the number of the connection. */
  readonly onLogin?: (user: string, connection: number) => string | null;
  /** The answer to NAMESPACE, without tag; null: a usual one. */
  readonly onNamespace?: () => string | null;
}

const CAPABILITIES = 'IMAP4rev1 NAMESPACE UIDPLUS UNSELECT LITERAL+';

type Verdict = 'more' | 'in' | 'out';

function answerLogin(peer: ScriptedPeer, tag: string, refusal: string | null): Verdict {
  if (refusal?.startsWith('* BYE')) {
    peer.say(refusal);
    peer.socket.end();
    return 'out';
  }
  peer.say(`${tag} ${refusal ?? 'OK logged in'}`);
  return 'more';
}

function answerNamespace(peer: ScriptedPeer, tag: string, refusal: string | null): Verdict {
  if (refusal !== null) {
    peer.say(`${tag} ${refusal}`);
    return 'out';
  }
  peer.say('* NAMESPACE (("" "/")) NIL NIL', `${tag} OK done`);
  return 'in';
}

function answer(
  peer: ScriptedPeer,
  line: string,
  connection: number,
  script: LoginScript,
): Verdict {
  const [tag = '', verb = '', user = ''] = line.split(' ');
  if (verb === 'LOGIN') {
    return answerLogin(peer, tag, script.onLogin?.(user.replaceAll('"', ''), connection) ?? null);
  }
  if (verb === 'NAMESPACE') {
    return answerNamespace(peer, tag, script.onNamespace?.() ?? null);
  }
  if (verb === 'CAPABILITY') {
    peer.say(`* CAPABILITY ${script.capabilities ?? CAPABILITIES}`, `${tag} OK done`);
  } else {
    peer.say(`${tag} BAD unexpected`);
  }
  return 'more';
}

/** Plays the server up to the end of login. Resolves false when the login was refused. */
async function serveLogin(
  peer: ScriptedPeer,
  connection: number,
  script: LoginScript,
): Promise<boolean> {
  peer.say(script.greeting ?? '* OK ready');
  for (;;) {
    const line = await peer.line();
    const verdict = line === null ? 'out' : answer(peer, line, connection, script);
    if (verdict !== 'more') {
      return verdict === 'in';
    }
  }
}

/** The first command of a session with a server whose capabilities are asked for once more. */
async function answerLateCapability(
  peer: ScriptedPeer,
  { capabilities = CAPABILITIES, lateCapabilities = capabilities }: LoginScript,
): Promise<void> {
  const line = await peer.line();
  if (line?.endsWith(' CAPABILITY')) {
    const named = lateCapabilities === null ? [] : [`* CAPABILITY ${lateCapabilities}`];
    peer.say(...named, `${line.split(' ')[0]} OK done`);
  }
}

export interface ScriptedServer {
  readonly port: number;
  readonly connect: (signal: AbortSignal) => Promise<ImapLink>;
}

/** A server on loopback that plays `script` for login, then `onSession` for each connection (from 1). */
export async function startScripted(
  onSession: (peer: ScriptedPeer, connection: number) => Promise<unknown>,
  script: LoginScript & { readonly profile?: ImapProfile } = {},
): Promise<ScriptedServer> {
  const port = await listen((peer, connection) => {
    const play = async (): Promise<void> => {
      if (await serveLogin(peer, connection, script)) {
        if (script.profile?.namesCapabilitiesLate === true) {
          await answerLateCapability(peer, script);
        }
        await onSession(peer, connection);
      }
    };
    // A script that does not fit shows as a lost connection, and its reason in the output.
    play().catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      peer.socket.destroy();
    });
  });
  const connect = (signal: AbortSignal): Promise<ImapLink> =>
    connectImap(
      {
        host: '127.0.0.1',
        port,
        secure: false,
        user: 'ann@example.org',
        credential: { kind: 'password', password: 'right' },
        profile: script.profile ?? genericProfile,
        logger: silentLogger,
        clock: systemClock,
      },
      signal,
    );
  return { port, connect };
}
