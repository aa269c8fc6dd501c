/** CAPABILITY, RFC 9051 section 6.1.1. */
import type { CommandWire } from '../wire/command-wire.ts';
import { textOf } from '../wire/values.ts';

/** What the server names now; null where it names nothing. */
export async function readCapabilities(
  wire: CommandWire,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  let named: readonly string[] | null = null;
  await wire.run(
    'CAPABILITY',
    {
      moment: 'command',
      onData: ({ name, values }) => {
        named = name === 'CAPABILITY' ? values.map((value) => textOf(value) ?? '') : named;
        return name === 'CAPABILITY';
      },
    },
    signal,
  );
  return named;
}
