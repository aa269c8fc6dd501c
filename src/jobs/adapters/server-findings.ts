import { type CheckName, type Finding, findingsOf } from '../../graph/doctor/finding.ts';
import type {
  ProbeResult,
  ProbeTarget,
  SeenCertificate,
  SilenceReason,
} from '../../imap/probe/types.ts';

/** A server of the check, by the name that people know it under. */
export interface CheckedServer extends ProbeTarget {
  readonly check: CheckName;
  readonly name: string;
}

/** Hosts of Apple's and Microsoft's services: their certificates come from public authorities. */
const PUBLIC_HOST =
  /(?:^|\.)(?:mail\.me\.com|icloud\.com|microsoftonline\.(?:com|us)|microsoft\.(?:com|us)|office365\.(?:com|us|cn)|outlook\.cn|chinacloudapi\.cn)$/i;

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** Names of a certificate, a few of them: some have hundreds. */
const MAX_NAMES = 5;

type Facts = Record<string, string | number>;

/** Which server, and how it is tried by hand. */
function placeOf({ name, host, port, protocol, security }: CheckedServer): Facts {
  return { server: name, host, port, upgrade: security === 'starttls' ? protocol : '' };
}

function certificateFacts({ names, issuer, validFrom, validTo }: SeenCertificate): Facts {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return {
    names: names.length > MAX_NAMES ? `${shown}, …` : shown,
    issuer,
    validFrom: day(validFrom),
    validTo: day(validTo),
  };
}

const SILENCES = {
  dns: 'check.server.no-such-host',
  refused: 'check.server.refused',
  'no-route': 'check.server.no-route',
  timeout: 'check.server.timeout',
  silent: 'check.server.silent',
  closed: 'check.server.closed',
} as const satisfies Record<SilenceReason, string>;

/** What a probe means. Pure. */
export function serverFinding(server: CheckedServer, result: ProbeResult): Finding {
  const say = findingsOf(server.check);
  const facts = placeOf(server);
  switch (result.kind) {
    case 'answered':
      return answeredFinding(server, result.certificate);
    case 'no-answer':
      return say(SILENCES[result.reason], 'failed', facts, { raw: result.raw });
    case 'no-starttls':
      return say('check.server.no-starttls', 'failed', facts, { raw: result.raw });
    case 'not-tls':
      return say('check.server.not-tls', 'failed', facts, { raw: result.raw });
    case 'turned-away':
      return say('check.server.turned-away', 'warning', facts, { raw: result.raw });
    case 'strange':
      return say('check.server.strange', 'unknown', facts, { raw: result.raw });
    case 'bad-certificate':
      return certificateFinding(server, result);
    default:
      return result satisfies never;
  }
}

/**
 * Trusted on this machine, but not by an authority of the public: in front of Apple or Microsoft that is
 * a proxy which reads along. A server of one's own may well have a private authority.
 */
function answeredFinding(server: CheckedServer, certificate: SeenCertificate | null): Finding {
  const say = findingsOf(server.check);
  const facts = placeOf(server);
  if (certificate === null) {
    return say('check.server', 'ok', facts);
  }
  const more = { ...facts, ...certificateFacts(certificate) };
  return certificate.isPublic || !PUBLIC_HOST.test(server.host)
    ? say('check.server', 'ok', more)
    : say('check.server.proxy-trusted', 'warning', more);
}

function certificateFinding(
  server: CheckedServer,
  { fault, certificate, raw }: Extract<ProbeResult, { kind: 'bad-certificate' }>,
): Finding {
  const say = findingsOf(server.check);
  const facts = { ...placeOf(server), ...certificateFacts(certificate) };
  switch (fault) {
    case 'expired':
      return say('check.server.expired', 'failed', facts, { raw });
    case 'not-yet-valid':
      return say('check.server.not-yet-valid', 'failed', facts, { raw });
    case 'other-name':
      return say('check.server.other-name', 'failed', facts, { raw });
    case 'untrusted':
      return PUBLIC_HOST.test(server.host)
        ? say('check.server.proxy', 'failed', facts, { raw })
        : say('check.server.untrusted', 'failed', facts, { raw });
    default:
      return fault satisfies never;
  }
}
