import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { formatRecord, parseRecord, type SetupFiles } from '../graph/setup/record.ts';
import { formatAuditLine } from './setup-audit.ts';

/** Where setup writes down what it changed. */
export function setupAuditPath(dataDir: string): string {
  return path.join(path.resolve(dataDir), 'setup-audit.jsonl');
}

/** What setup keeps in DATA_DIR: the record, the audit, the certificate with its key; each with mode 0600. */
export function createSetupFiles(dataDir: string): SetupFiles {
  const folder = path.resolve(dataDir);
  const recordPath = path.join(folder, 'setup.json');
  const auditPath = setupAuditPath(dataDir);
  const certificatePath = path.join(folder, 'application.pem');
  return {
    certificatePath,
    readRecord: async () => {
      const text = await readIfThere(recordPath);
      return text === null ? null : parseRecord(text, recordPath);
    },
    writeRecord: (record) => replaceFile(recordPath, formatRecord(record)),
    removeRecord: () => rm(recordPath, { force: true }),
    audit: async (row) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const line = formatAuditLine(row, (await readIfThere(auditPath)) ?? '');
      const file = await open(auditPath, 'a', 0o600);
      try {
        await file.writeFile(line);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    readCertificate: () => readIfThere(certificatePath),
    writeCertificate: (pem) => replaceFile(certificatePath, pem),
    removeCertificate: () => rm(certificatePath, { force: true }),
  };
}

/** The text of a file; null where there is none. */
export async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

/** The old file or the new one, whenever the power goes. */
async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.new`;
  await rm(fresh, { force: true });
  const handle = await open(fresh, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(fresh, 0o600);
  await rename(fresh, file);
}
