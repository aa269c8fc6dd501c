import { setTimeout as delay } from 'node:timers/promises';
import type { RawCommand } from './command-reader.ts';
import type { FaultAction } from './faults.ts';
import { answer, EXCHANGE_BYE, perform } from './perform.ts';
import type { Session } from './session.ts';

/** What becomes of a command that a fault struck. */
export type Fate = 'go-on' | 'answered' | 'gone';

/** Does what the fault says. */
export async function applyFault(
  session: Session,
  command: RawCommand,
  fault: FaultAction,
): Promise<Fate> {
  switch (fault.kind) {
    case 'delay':
      await delay(fault.ms);
      return 'go-on';
    case 'untagged':
      fault.lines.forEach((line) => session.send(line));
      return 'go-on';
    case 'reply':
      answer(session, command.tag, fault.text);
      return 'answered';
    case 'throttle':
      answer(
        session,
        command.tag,
        `BAD Request is throttled. Suggested Backoff Time: ${fault.ms} milliseconds`,
      );
      if (fault.thenBye === true) {
        session.send(EXCHANGE_BYE);
        session.closed = true;
      }
      return 'answered';
    case 'bye':
      session.send(`* BYE ${fault.text}`);
      session.closed = true;
      return 'answered';
    case 'hang':
      return 'answered';
    case 'drop-before':
      return 'gone';
    case 'drop-after-stored':
      await perform(session, command);
      return 'gone';
    case 'drop-then-store':
      session.socket.destroy();
      await delay(fault.afterMs);
      await perform(session, command);
      return 'gone';
    case 'drop-mid-literal':
    default:
      // APPEND was cut while it was read; FETCH cuts itself.
      return 'go-on';
  }
}

/** True where the fault turned the connection away. */
export async function refusedAtGreeting(
  session: Session,
  fault: FaultAction | null,
): Promise<boolean> {
  if (fault?.kind === 'delay') {
    await delay(fault.ms);
  } else if (fault?.kind === 'bye') {
    session.send(`* BYE ${fault.text}`);
    session.socket.end();
    return true;
  } else if (fault?.kind === 'drop-before') {
    session.socket.destroy();
    return true;
  } else if (fault?.kind === 'hang') {
    await new Promise((resolve) => session.socket.once('close', resolve));
    return true;
  }
  return false;
}
