import { createPrivateKey, X509Certificate } from 'node:crypto';
import { M365Error } from './errors.ts';

/** How the application proves itself to Entra ID. */
export type Credential =
  | { readonly kind: 'secret'; readonly secret: string }
  /** PEM text with the certificate and its private key. */
  | { readonly kind: 'certificate'; readonly pem: string }
  /** The identity of the machine is the application itself. */
  | { readonly kind: 'managed-identity'; readonly clientId: string }
  /** The identity of the machine vouches for the application (federated credential). */
  | { readonly kind: 'federated'; readonly managedIdentityClientId: string };

/** A certificate in the form that msal-node takes. */
export interface SigningCertificate {
  readonly thumbprintSha256: string;
  readonly privateKey: string;
  readonly expiresAt: Date;
}

/** Reads certificate and key from PEM text; throws `graph.credential-unusable`. */
export function readSigningCertificate(pem: string): SigningCertificate {
  try {
    const certificate = new X509Certificate(pem);
    const key = createPrivateKey(pem);
    if (!certificate.checkPrivateKey(key)) {
      throw new M365Error('graph.credential-unusable');
    }
    return {
      thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
      privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      expiresAt: certificate.validToDate,
    };
  } catch (cause) {
    // The cause is left out: an error of the key parser may quote the key.
    throw cause instanceof M365Error ? cause : new M365Error('graph.credential-unusable');
  }
}

/** When a certificate ends; null for credentials that show no end. */
export function credentialExpiry(credential: Credential): Date | null {
  return credential.kind === 'certificate'
    ? readSigningCertificate(credential.pem).expiresAt
    : null;
}

/** From then on an admin is reminded of a certificate that ends. */
const REMIND_BEFORE_MS = 30 * 24 * 3_600_000;

/** What an admin should hear about a credential that works today. */
export type CredentialWarning =
  | { readonly kind: 'secret' }
  | { readonly kind: 'ends-soon'; readonly expiresAt: Date };

/** A secret can be copied, and shows no end; a certificate is spoken of a month before it ends. Null: all is well. */
export function credentialWarning(credential: Credential, now: Date): CredentialWarning | null {
  if (credential.kind === 'secret') {
    return { kind: 'secret' };
  }
  const expiresAt = credentialExpiry(credential);
  return expiresAt !== null && expiresAt.getTime() - now.getTime() < REMIND_BEFORE_MS
    ? { kind: 'ends-soon', expiresAt }
    : null;
}
