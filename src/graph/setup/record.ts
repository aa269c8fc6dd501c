import { z } from 'zod';
import { TIERS } from '../tiers.ts';
import { SetupError } from './errors.ts';

const recordSchema = z.object({
  version: z.literal(1),
  /** Part of the app registration's unique name. */
  setupId: z.guid(),
  tenantId: z.string(),
  tiers: z.array(z.enum(TIERS)),
  groupAddress: z.string(),
  credential: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('certificate') }),
    z.object({ kind: z.literal('managed-identity'), id: z.string() }),
  ]),
  applicationId: z.string().nullable(),
  clientId: z.string().nullable(),
  principalId: z.string().nullable(),
  /** Keys of the steps that were begun: written down before anything is changed. */
  begun: z.array(z.string()),
});

/** What setup was asked and what it made; no secret is in it. */
export type SetupRecord = z.infer<typeof recordSchema>;

/** Throws `setup.record-unreadable`. */
export function parseRecord(text: string, path: string): SetupRecord {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SetupError('setup.record-unreadable', path, { cause });
  }
}

export function formatRecord(record: SetupRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** One change of a tenant. */
export interface AuditRow {
  readonly at: string;
  /** Object id of the administrator who signed in. */
  readonly by: string;
  readonly tenantId: string;
  readonly step: string;
  readonly before: string;
  readonly after: string;
}

/** What setup keeps on this machine. Every file is readable to its owner alone. */
export interface SetupFiles {
  readRecord(): Promise<SetupRecord | null>;
  writeRecord(record: SetupRecord): Promise<void>;
  removeRecord(): Promise<void>;
  /** Appended, and never removed. */
  audit(row: AuditRow): Promise<void>;
  /** PEM of certificate and key; null where there is none. */
  readCertificate(): Promise<string | null>;
  writeCertificate(pem: string): Promise<void>;
  removeCertificate(): Promise<void>;
  /** What CLIENT_CERTIFICATE_PATH is to be. */
  readonly certificatePath: string;
}
