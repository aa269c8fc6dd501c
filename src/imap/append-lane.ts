/** One appending connection: opened when needed, with its own window, lost as a whole. */
import type { Clock } from '../clock.ts';
import { type AppendWindow, afterAnswer, FIRST_WINDOW, fitsWindow } from './append-window.ts';
import type { ImapLink } from './connect.ts';
import type { ImapError } from './errors.ts';
import type { Governor } from './governor.ts';
import type { MailboxNaming } from './mailbox-name.ts';
import type { ImapProfile } from './profiles/profile.ts';
import type { ImapAppendOutcome } from './types.ts';
import { AppendWire, type EagerLiterals, type WireAppend } from './wire/append-wire.ts';

function eagerLiterals(capabilities: ReadonlySet<string>): EagerLiterals {
  if (capabilities.has('LITERAL+')) {
    return 'all';
  }
  return capabilities.has('LITERAL-') ? 'small' : 'none';
}

/** APPENDLIMIT, RFC 7889; null where the server names no limit for all folders. */
function appendLimit(capabilities: ReadonlySet<string>): number | null {
  const named = [...capabilities].flatMap(
    (name) => /^APPENDLIMIT=([1-9]\d{0,14})$/.exec(name)?.[1] ?? [],
  );
  return named[0] === undefined ? null : Number(named[0]);
}

export class AppendLane {
  readonly naming: MailboxNaming;
  readonly profile: ImapProfile;
  /** A larger message is not even sent; null: the server says so itself. */
  readonly maxMessageBytes: number | null;
  readonly #wire: AppendWire;
  readonly #clock: Clock;
  readonly #scale: (limit: number) => number;
  #window: AppendWindow = FIRST_WINDOW;
  #count = 0;
  #refusals = 0;
  #bytes = 0;
  #lastAnswerMs = 0;
  /** True once any answer came: the connection was of use. */
  answered = false;

  constructor(
    link: ImapLink,
    { clock, governor }: { readonly clock: Clock; readonly governor: Governor },
    onEnd: (error: ImapError) => void,
  ) {
    this.#scale = governor.scale;
    this.naming = link.naming;
    this.profile = link.profile;
    this.maxMessageBytes = appendLimit(link.capabilities);
    this.#clock = clock;
    this.#wire = new AppendWire({
      sockets: link.sockets,
      profile: link.profile,
      eagerLiterals: eagerLiterals(link.capabilities),
      clock,
      onEnd,
    });
  }

  get inFlightCount(): number {
    return this.#count;
  }

  get isUp(): boolean {
    return this.#wire.link.endedBy === null;
  }

  /** So near to where the server hangs up on whatever is in flight that the rest goes out elsewhere. */
  get isSpent(): boolean {
    const { maxRefusals } = this.profile;
    return maxRefusals !== null && this.#refusals >= maxRefusals / 2;
  }

  canTake(sizeBytes: number): boolean {
    if (this.isSpent) {
      return false;
    }
    const inFlight = { count: this.#count, bytes: this.#bytes };
    return fitsWindow(this.#window, inFlight, sizeBytes, this.#scale);
  }

  /** Sends at once; the caller asked `canTake` before. */
  async append(append: WireAppend): Promise<ImapAppendOutcome> {
    this.#count += 1;
    this.#bytes += append.bytes.length;
    const startedMs = this.#clock.monotonicMs();
    const outcome = await this.#wire.append(append);
    this.#count -= 1;
    this.#bytes -= append.bytes.length;
    if (outcome.kind === 'stored' || outcome.kind === 'refused') {
      const nowMs = this.#clock.monotonicMs();
      this.#window = afterAnswer(this.#window, nowMs - Math.max(this.#lastAnswerMs, startedMs));
      this.#lastAnswerMs = nowMs;
      this.answered = true;
      this.#refusals += outcome.kind === 'refused' ? 1 : 0;
    }
    return outcome;
  }

  /** Cuts the link; what is in flight becomes unsent or unknown. */
  end(error: ImapError): void {
    this.#wire.link.end(error);
  }

  close(): void {
    this.#wire.close();
  }
}
