/** UID sets, RFC 9051 section 9 (sequence-set). */

/** Writes sorted UIDs as ranges: `1:4,7`. Throws a RangeError for what is no UID. */
export function formatUidSet(uids: readonly number[]): string {
  const sorted = [...new Set(uids)].toSorted((a, b) => a - b);
  const ranges: string[] = [];
  let start = 0;
  for (let i = 0; i < sorted.length; i += 1) {
    const uid = sorted[i] ?? 0;
    if (!Number.isInteger(uid) || uid < 1 || uid > 0xffffffff) {
      throw new RangeError('Not a UID');
    }
    if (sorted[i + 1] !== uid + 1) {
      const first = sorted[start] ?? uid;
      ranges.push(first === uid ? `${uid}` : `${first}:${uid}`);
      start = i + 1;
    }
  }
  return ranges.join(',');
}

/** Reads a set back; ranges may be written backwards. Throws a RangeError for `*` and for more than `maxCount`. */
export function parseUidSet(text: string, maxCount = 100_000): readonly number[] {
  const uids: number[] = [];
  for (const part of text.split(',')) {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part);
    const a = Number(match?.[1] ?? Number.NaN);
    const b = Number(match?.[2] ?? a);
    if (Number.isNaN(a) || Math.abs(b - a) + uids.length >= maxCount) {
      throw new RangeError('Not a UID set that can be expanded');
    }
    for (let uid = Math.min(a, b); uid <= Math.max(a, b); uid += 1) {
      uids.push(uid);
    }
  }
  return uids;
}

/** Cuts UIDs into groups of at most `maxCount`, each sorted, so that a command line stays short. */
export function splitUids(uids: readonly number[], maxCount: number): readonly number[][] {
  const sorted = [...new Set(uids)].toSorted((a, b) => a - b);
  const groups: number[][] = [];
  for (let i = 0; i < sorted.length; i += maxCount) {
    groups.push(sorted.slice(i, i + maxCount));
  }
  return groups;
}
