import { ProbeFailure, resultOfError } from './probe-failure.ts';
import { openLine, type ProbeLine } from './probe-line.ts';
import { certificateOf, faultOf } from './seen-certificate.ts';
import type { ProbeDeps, ProbeResult, ProbeTarget, SeenCertificate } from './types.ts';

/**
 * Reaches a server, looks at its certificate and reads its greeting; logs in nowhere:
 *
 *   tls       connect → TLS → greeting
 *   starttls  connect → greeting → STARTTLS offered → TLS
 *   none      connect → greeting
 *
 * Throws only when the caller gives up.
 */
export async function probeServer(
  target: ProbeTarget,
  deps: ProbeDeps,
  signal: AbortSignal,
): Promise<ProbeResult> {
  let line: ProbeLine | null = null;
  try {
    line = await openLine(target, deps, signal);
    return { kind: 'answered', certificate: await talk(target, line, deps) };
  } catch (error) {
    signal.throwIfAborted();
    return resultOfError(error);
  } finally {
    line?.close();
  }
}

async function talk(
  target: ProbeTarget,
  line: ProbeLine,
  deps: ProbeDeps,
): Promise<SeenCertificate | null> {
  const { protocol, security } = target;
  if (security === 'tls') {
    const certificate = await secure(line, deps);
    await greetingOf(protocol, line);
    return certificate;
  }
  await greetingOf(protocol, line);
  if (security === 'none') {
    return null;
  }
  await (protocol === 'smtp' ? startTlsSmtp(line) : startTlsImap(line));
  return secure(line, deps);
}

async function secure(line: ProbeLine, deps: ProbeDeps): Promise<SeenCertificate> {
  const socket = await line.secure();
  const certificate = certificateOf(socket, deps.publicAuthorities);
  const wrong = faultOf(socket);
  if (wrong !== null) {
    throw new ProbeFailure({ kind: 'bad-certificate', certificate, ...wrong });
  }
  return certificate;
}

async function greetingOf(protocol: ProbeTarget['protocol'], line: ProbeLine): Promise<void> {
  if (protocol === 'https') {
    return;
  }
  if (protocol === 'smtp') {
    await readReply(line, '220');
    return;
  }
  const greeting = await line.readLine();
  if (!/^\* (?:OK|PREAUTH)\b/i.test(greeting)) {
    const kind = /^\* BYE\b/i.test(greeting) ? 'turned-away' : 'strange';
    throw new ProbeFailure({ kind, raw: greeting });
  }
}

/** RFC 3207: the offer is a line of the answer to EHLO. */
async function startTlsSmtp(line: ProbeLine): Promise<void> {
  line.write('EHLO [127.0.0.1]');
  const offers = await readReply(line, '250');
  if (!offers.some((offer) => /^250[- ]STARTTLS\s*$/i.test(offer))) {
    throw new ProbeFailure({ kind: 'no-starttls', raw: offers.join(' ') });
  }
  line.write('STARTTLS');
  await readReply(line, '220');
}

/** RFC 3501 section 6.2.1. */
async function startTlsImap(line: ProbeLine): Promise<void> {
  const capabilities = await readTagged(line, 'a1', 'CAPABILITY');
  if (!capabilities.some((one) => /^\* CAPABILITY\b.*\bSTARTTLS\b/i.test(one))) {
    throw new ProbeFailure({ kind: 'no-starttls', raw: capabilities.join(' ') });
  }
  await readTagged(line, 'a2', 'STARTTLS');
}

/** More lines than any list of capabilities has. */
const MAX_LINES = 100;

/** An SMTP reply over all its lines; RFC 5321 section 4.2.1. */
async function readReply(line: ProbeLine, expected: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (let count = 0; count < MAX_LINES; count += 1) {
    const next = await line.readLine();
    lines.push(next);
    if (!next.startsWith(expected)) {
      const kind = /^[45]\d\d/.test(next) ? 'turned-away' : 'strange';
      throw new ProbeFailure({ kind, raw: next });
    }
    if (next.charAt(expected.length) !== '-') {
      return lines;
    }
  }
  throw new ProbeFailure({ kind: 'strange', raw: lines.join(' ') });
}

async function readTagged(
  line: ProbeLine,
  tag: string,
  command: string,
): Promise<readonly string[]> {
  line.write(`${tag} ${command}`);
  const lines: string[] = [];
  for (let count = 0; count < MAX_LINES; count += 1) {
    const next = await line.readLine();
    lines.push(next);
    if (next.startsWith(`${tag} `)) {
      if (!/^\S+ OK\b/i.test(next)) {
        throw new ProbeFailure({ kind: 'turned-away', raw: next });
      }
      return lines;
    }
  }
  throw new ProbeFailure({ kind: 'strange', raw: lines.join(' ') });
}
