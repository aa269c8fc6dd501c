import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ReportInput, ReportWords } from './input.ts';
import { renderReport } from './report.ts';

/** Keeps reports as files that only the service's own account can read. */
export interface ReportStore {
  /** Writes the report anew; returns the path of its page below DATA_DIR. */
  save(migrationId: string, input: Omit<ReportInput, 'words'>): Promise<string>;
  /** Ids of the migrations that have one here. */
  kept(): Promise<readonly string[]>;
  /** Removes a report with all its files. */
  remove(migrationId: string): Promise<void>;
}

/** What else lies there is not ours to remove. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Reports under `dataDir`, one folder a migration, in the given words. */
export function createReportStore(dataDir: string, words: ReportWords): ReportStore {
  return {
    async save(migrationId, input) {
      const page = path.join('reports', migrationId, 'report.html');
      const folder = path.dirname(path.join(dataDir, page));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { html, csvs, json } = renderReport({ ...input, words });
      const files = [
        { name: 'report.html', text: html },
        { name: 'report.json', text: json },
        ...csvs,
      ];
      for (const { name, text } of files) {
        await writeFile(path.join(folder, name), text, { mode: 0o600 });
      }
      return page;
    },

    async kept() {
      const entries = await readdir(path.join(dataDir, 'reports')).catch(() => []);
      return entries.filter((name) => UUID.test(name));
    },

    async remove(migrationId) {
      if (UUID.test(migrationId)) {
        await rm(path.join(dataDir, 'reports', migrationId), { recursive: true, force: true });
      }
    },
  };
}
