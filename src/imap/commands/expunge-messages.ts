/** UID EXPUNGE, RFC 4315 section 2.1: these messages and no other that is marked as deleted. */
import type { CommandWire } from '../wire/command-wire.ts';
import { storeFlags } from './store-flags.ts';

/** Removes messages of the selected folder; only where the server has UIDPLUS. */
export async function expungeMessages(
  wire: CommandWire,
  uidSet: string,
  signal: AbortSignal,
): Promise<void> {
  await storeFlags(wire, uidSet, { add: ['\\Deleted'], remove: [] }, signal);
  await wire.run(`UID EXPUNGE ${uidSet}`, { moment: 'command' }, signal);
}
