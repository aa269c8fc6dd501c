import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { rootCertificates } from 'node:tls';
import type { CertificateFault, SeenCertificate } from './types.ts';

const FAULTS: Readonly<Record<string, CertificateFault>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'other-name',
};

/** What is wrong with the certificate of a finished handshake; null when it proves the host. */
export function faultOf(
  socket: TLSSocket,
): { readonly fault: CertificateFault; readonly raw: string } | null {
  if (socket.authorized) {
    return null;
  }
  const raw = String(socket.authorizationError);
  return { fault: FAULTS[raw] ?? 'untrusted', raw };
}

/** The certificate of a finished handshake, whatever it is worth; `authorities` are those of the public, in PEM. */
export function certificateOf(
  socket: TLSSocket,
  authorities: readonly string[] = rootCertificates,
): SeenCertificate {
  const seen = socket.getPeerCertificate(true);
  const { issuer, subject, subjectaltname = '' } = seen;
  const alternatives = subjectaltname
    .split(', ')
    .filter((entry) => entry.startsWith('DNS:'))
    .map((entry) => entry.slice('DNS:'.length));
  return {
    names: alternatives.length > 0 ? alternatives : [textOf(subject.CN)],
    issuer: [textOf(issuer.O), textOf(issuer.CN)].filter((part) => part !== '').join(', '),
    validFrom: new Date(seen.valid_from),
    validTo: new Date(seen.valid_to),
    isPublic: socket.authorized && derOf(authorities).has(topOf(seen).raw.toString('base64')),
  };
}

const textOf = (part: string | string[] | undefined): string => [part ?? ''].flat().join(' ');

/** A chain is a handful of certificates; one that never ends is nobody's. */
const MAX_CHAIN = 20;

function topOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate {
  let top = leaf;
  for (let count = 0; count < MAX_CHAIN; count += 1) {
    const { issuerCertificate } = top;
    if (
      issuerCertificate === undefined ||
      issuerCertificate.fingerprint256 === top.fingerprint256
    ) {
      break;
    }
    top = issuerCertificate;
  }
  return top;
}

/** PEM without its frame, to be compared with what a handshake shows. */
const derOf = (authorities: readonly string[]): ReadonlySet<string> =>
  new Set(authorities.map((pem) => pem.replaceAll(/-----[^-]+-----|\s/g, '')));
