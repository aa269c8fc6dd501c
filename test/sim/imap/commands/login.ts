import { type ArgumentCursor, SyntaxProblem } from '../arguments.ts';
import { ConnectionEndedError } from '../byte-source.ts';
import type { Mechanism, Session } from '../session.ts';

const MAX_SASL_LINE_BYTES = 64 * 1024;

async function admit(
  session: Session,
  mechanism: Mechanism,
  login: { user: string; secret: string },
): Promise<string> {
  const command = mechanism === 'LOGIN' ? 'LOGIN' : 'AUTHENTICATE';
  if (session.account !== null || session.notConnected) {
    session.violate(`${command} after the login`);
    return 'BAD Command received in Invalid state.';
  }
  if (
    mechanism === 'LOGIN' &&
    session.failedLogins > 0 &&
    session.server.profile.name === 'icloud'
  ) {
    // iCloud drops the connection where LOGIN follows a refused AUTHENTICATE (capture of 2016).
    throw new ConnectionEndedError('LOGIN after a refused login');
  }
  session.server.connections.tried(login.user);
  const result = await session.server.authenticate({ ...login, mechanism });
  switch (result.kind) {
    case 'refused':
      session.failedLogins += 1;
      return `NO ${result.text}`;
    case 'not-connected':
      session.notConnected = true;
      break;
    case 'ok':
      session.account = result.account;
      session.server.connections.opened(result.account.user);
      break;
  }
  return `OK ${session.server.profile.completed(command)}`;
}

/** LOGIN user password. RFC 3501 section 6.2.3. */
export async function loginCommand(session: Session, args: ArgumentCursor): Promise<string> {
  args.space();
  const user = args.astring();
  args.space();
  const secret = args.astring();
  args.end();
  return admit(session, 'LOGIN', { user, secret });
}

/** AUTHENTICATE mechanism [initial response]. RFC 3501 section 6.2.2, RFC 4959. */
export async function authenticateCommand(session: Session, args: ArgumentCursor): Promise<string> {
  args.space();
  const mechanism = args.atom().toUpperCase();
  if (mechanism !== 'PLAIN' && mechanism !== 'XOAUTH2') {
    throw new SyntaxProblem(`unknown mechanism ${mechanism}`);
  }
  const response = args.atEnd() ? await askForResponse(session) : readInitialResponse(args);
  if (response === '*') {
    return 'BAD AUTHENTICATE cancelled';
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/u.test(response)) {
    throw new SyntaxProblem('the SASL response is not base64');
  }
  const decoded = Buffer.from(response, 'base64').toString('utf8');
  const login = mechanism === 'PLAIN' ? parsePlain(decoded) : parseXoauth2(decoded);
  if (login === null) {
    throw new SyntaxProblem(`the ${mechanism} response is malformed`);
  }
  return admit(session, mechanism, login);
}

function readInitialResponse(args: ArgumentCursor): string {
  args.space();
  const [response] = args.expect(/[A-Za-z0-9+/=]+/u, 'base64');
  args.end();
  return response;
}

async function askForResponse(session: Session): Promise<string> {
  session.send('+ ');
  return (await session.source.readLine(MAX_SASL_LINE_BYTES)).line.toString('latin1');
}

/** `[authzid] NUL authcid NUL passwd`, RFC 4616. */
function parsePlain(text: string): { user: string; secret: string } | null {
  const [authorize, user, secret, ...more] = text.split('\0');
  if (user === undefined || secret === undefined || more.length > 0) {
    return null;
  }
  return authorize === '' || authorize === user ? { user, secret } : null;
}

/** `user=…^Aauth=Bearer …^A^A` */
function parseXoauth2(text: string): { user: string; secret: string } | null {
  const [userPart = '', authPart = '', ...end] = text.split('\u0001');
  const user = userPart.startsWith('user=') ? userPart.slice('user='.length) : '';
  const secret = authPart.startsWith('auth=Bearer ') ? authPart.slice('auth=Bearer '.length) : '';
  const isEnded = end.length === 2 && end.every((part) => part === '');
  return user === '' || secret === '' || !isEnded ? null : { user, secret };
}
