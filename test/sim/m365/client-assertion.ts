import { createPublicKey, X509Certificate } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { SimApplication } from './directory.ts';

interface Expected {
  /** The token endpoint, by the names it goes by. */
  readonly audiences: readonly string[];
  readonly nowMs: number;
}

/** `x5t#S256` of a PEM certificate, RFC 7515 section 4.1.8. */
function thumbprint(certificate: X509Certificate): string {
  return Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
}

const timeRules = (expected: Expected): JWTVerifyOptions => ({
  currentDate: new Date(expected.nowMs),
  // Entra ID forgives five minutes of clock skew.
  clockTolerance: 300,
});

async function refuseCertificate(
  application: SimApplication,
  assertion: string,
  expected: Expected,
): Promise<string | null> {
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
  await jwtVerify(assertion, certificate.publicKey, {
    ...timeRules(expected),
    algorithms: ['PS256', 'RS256'],
    audience: [...expected.audiences],
    issuer: application.clientId,
    subject: application.clientId,
    requiredClaims: ['exp', 'jti'],
  });
  return null;
}

/** A token of another issuer, such as a managed identity's, that vouches for the application. */
async function refuseFederated(
  application: SimApplication,
  assertion: string,
  expected: Expected,
): Promise<string | null> {
  const { iss, sub } = decodeJwt(assertion);
  const credential = application.federatedCredentials.find(
    (known) => known.issuer === iss && known.subject === sub,
  );
  if (credential === undefined) {
    return 'No matching federated identity record found for presented assertion.';
  }
  await jwtVerify(assertion, createPublicKey(credential.publicKey), {
    ...timeRules(expected),
    algorithms: ['RS256'],
    audience: 'api://AzureADTokenExchange',
    requiredClaims: ['exp'],
  });
  return null;
}

/** Why a client assertion (RFC 7523) is refused; null when it proves the application. */
export async function refuseAssertion(
  application: SimApplication,
  assertion: string,
  expected: Expected,
): Promise<string | null> {
  try {
    return decodeProtectedHeader(assertion)['x5t#S256'] === undefined
      ? await refuseFederated(application, assertion, expected)
      : await refuseCertificate(application, assertion, expected);
  } catch (error) {
    return `Client assertion failed signature validation. (${error instanceof Error ? error.message : 'unreadable'})`;
  }
}
