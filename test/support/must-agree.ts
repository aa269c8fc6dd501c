import { type CompareResult, formatCompareResult } from './compare/compare-mailboxes.ts';

/** Throws, with the differences, unless both mailboxes hold the same. */
export function mustAgree(result: CompareResult): void {
  if (!result.agrees) {
    throw new Error(formatCompareResult(result));
  }
}
