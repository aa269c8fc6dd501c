/** UID STORE: RFC 9051 section 6.4.6. */
import type { CommandWire } from '../wire/command-wire.ts';

/** Adds and removes flags; silent, since the rows would only repeat it. iCloud wants the parentheses. */
export async function storeFlags(
  wire: CommandWire,
  uidSet: string,
  { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const store = (sign: '+' | '-', flags: readonly string[]): Promise<unknown> =>
    flags.length === 0
      ? Promise.resolve()
      : wire.run(
          `UID STORE ${uidSet} ${sign}FLAGS.SILENT (${flags.join(' ')})`,
          { moment: 'command' },
          signal,
        );
  await Promise.all([store('+', add), store('-', remove)]);
}
