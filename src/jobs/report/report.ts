import { formatCsvs } from './csv.ts';
import type { ReportFiles, ReportInput } from './input.ts';
import { formatPage } from './page.ts';
import { type ReportSums, sumReport } from './sums.ts';

/** Renders what a migration did, for people (HTML), spreadsheets (CSV) and programs (JSON). Pure. */
export function renderReport(input: ReportInput): ReportFiles {
  const sums = sumReport(input);
  return {
    html: formatPage(input, sums),
    csvs: formatCsvs(input, sums),
    json: formatJson(input, sums),
  };
}

function formatJson(input: ReportInput, sums: ReportSums): string {
  const { words: _, ...facts } = input;
  return `${JSON.stringify({ format: 'skybridge-report/1', ...facts, sums }, null, 2)}\n`;
}
