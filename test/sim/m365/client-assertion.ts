import { createPublicKey, X509Certificate } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import type { SimApplication } from './directory.ts';

/** `x5t#S256` of a PEM certificate, RFC 7515 section 4.1.8. */
function thumbprint(certificate: X509Certificate): string {
  return Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
}

/** Why a client assertion (RFC 7523) is refused; null when it proves the application. */
export async function refuseAssertion(
  application: SimApplication,
  assertion: string,
  expected: { readonly audiences: readonly string[]; readonly nowMs: number },
): Promise<string | null> {
  try {
    const named = decodeProtectedHeader(assertion)['x5t#S256'];
    const certificate = application.certificates
      .map((pem) => new X509Certificate(pem))
      .find((candidate) => thumbprint(candidate) === named);
    if (certificate === undefined) {
      return 'The certificate with identifier used to sign the client assertion is not registered on application.';
    }
    if (certificate.validToDate.getTime() < expected.nowMs) {
      return 'Certificate is not within its valid time range.';
    }
    await jwtVerify(
      assertion,
      createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })),
      {
        algorithms: ['PS256', 'RS256'],
        audience: [...expected.audiences],
        issuer: application.clientId,
        subject: application.clientId,
        currentDate: new Date(expected.nowMs),
        // Entra ID forgives five minutes of clock skew.
        clockTolerance: 300,
        requiredClaims: ['exp', 'jti'],
      },
    );
    return null;
  } catch (error) {
    return `Client assertion failed signature validation. (${error instanceof Error ? error.message : 'unreadable'})`;
  }
}
