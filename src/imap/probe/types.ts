import type { LookupFunction } from 'node:net';

/** A server as it is to be tried; no account is used. */
export interface ProbeTarget {
  /** What it speaks; of `https` only the certificate is looked at. */
  readonly protocol: 'imap' | 'smtp' | 'https';
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet, after STARTTLS, or none, which is for this machine alone. */
  readonly security: 'tls' | 'starttls' | 'none';
}

export interface ProbeDeps {
  /** Where names are looked up; the system's unless a test says otherwise. */
  readonly lookup?: LookupFunction;
  /** PEM of the authorities that count as public: those that come with Node, unless a test says otherwise. */
  readonly publicAuthorities?: readonly string[];
  /** How long each step may take: to connect, to agree on TLS, to answer. */
  readonly stepMs?: number;
}

/** What a server showed of itself. Its fields are the server's own and may say anything. */
export interface SeenCertificate {
  readonly names: readonly string[];
  /** Organisation and common name of whoever signed it. */
  readonly issuer: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** True when its chain ends at an authority that comes with Node, and not at one that was added here. */
  readonly isPublic: boolean;
}

export type CertificateFault = 'expired' | 'not-yet-valid' | 'other-name' | 'untrusted';

export type SilenceReason = 'dns' | 'refused' | 'no-route' | 'timeout' | 'silent' | 'closed';

/** What became of a probe; `raw` is the server's or the system's own word for it. */
export type ProbeResult =
  | { readonly kind: 'answered'; readonly certificate: SeenCertificate | null }
  | { readonly kind: 'no-answer'; readonly reason: SilenceReason; readonly raw: string }
  | { readonly kind: 'no-starttls'; readonly raw: string }
  | { readonly kind: 'not-tls'; readonly raw: string }
  | { readonly kind: 'turned-away'; readonly raw: string }
  | { readonly kind: 'strange'; readonly raw: string }
  | {
      readonly kind: 'bad-certificate';
      readonly fault: CertificateFault;
      readonly certificate: SeenCertificate;
      readonly raw: string;
    };
