/** The words that an admin may say, understood with a slip of the finger. Pure. */

export const COMMANDS = [
  'move',
  'status',
  'people',
  'doctor',
  'report',
  'settings',
  'channel',
  'audit',
  'help',
] as const;
export type CommandWord = (typeof COMMANDS)[number];

/** What people say instead. */
const ALSO: Readonly<Record<string, CommandWord>> = {
  moves: 'status',
  progress: 'status',
  who: 'people',
  persons: 'people',
  check: 'doctor',
  reports: 'report',
  setting: 'settings',
  setup: 'settings',
  log: 'audit',
  commands: 'help',
};

/** Words this short would be taken for each other. */
const SHORTEST = 4;
/** Up to here one slip, beyond it two. */
const ONE_SLIP = 5;

/** The command that was meant; null where none is near, or two are equally near. */
export function findCommand(typed: string): CommandWord | null {
  const word = typed.toLowerCase().replace(/[^\p{L}]+$/u, '');
  const exact = COMMANDS.find((one) => one === word) ?? ALSO[word];
  if (exact !== undefined || word.length < SHORTEST) {
    return exact ?? null;
  }
  const near = COMMANDS.map((one) => ({ one, slips: slipsBetween(word, one) }))
    .filter(({ one, slips }) => slips <= (one.length <= ONE_SLIP ? 1 : 2))
    .toSorted((a, b) => a.slips - b.slips);
  const [best, second] = near;
  return best === undefined || best.slips === second?.slips ? null : best.one;
}

/** Letters to add, drop, change or swap with their neighbour (optimal string alignment). */
function slipsBetween(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_none, n) => n)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      const swapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + same,
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(left.length, right.length);
}
