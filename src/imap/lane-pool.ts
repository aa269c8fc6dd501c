/**
 * The appending connections of one target: opened when they are wanted, opened again when they were lost,
 * fewer of them while the server asks for patience.
 */
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { AppendLane } from './append-lane.ts';
import type { ImapLink } from './connect.ts';
import { ConnectionLostError, ImapError } from './errors.ts';
import { type Governor, isRefusal } from './governor.ts';

export interface LanePoolDeps {
  /** Opens and logs in a connection; called for each lane and again after a loss. */
  readonly connect: (signal: AbortSignal) => Promise<ImapLink>;
  /** How hard the account may be worked. */
  readonly governor: Governor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxConnections?: number;
}

/** What the pool tells whoever fills its lanes. */
export interface LanePoolEvents {
  /** Lanes came, or were lost: whoever waits may go out, or wants another lane. */
  readonly onChange: () => void;
  /** No lane is to be had: what waits is to be given back. */
  readonly onGiveUp: (error: ImapError) => void;
}

const DEFAULT_CONNECTIONS = 4;
/** Between connections that were lost without a single answer. */
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 30_000;
/** After a lane was not opened, while others work. */
const REFUSED_LANE_PAUSE_MS = 60_000;
/** That many useless connections in a row, and everything that waits is given back. */
const MAX_USELESS_LINKS = 4;

export class LanePool {
  readonly #deps: LanePoolDeps;
  readonly #events: LanePoolEvents;
  readonly #lifetime = new AbortController();
  readonly #lanes = new Set<AppendLane>();
  #opening = 0;
  #useless = 0;
  /** Not before this, by the monotonic clock, while any lane is up or being opened. */
  #nextOpenMs = 0;

  constructor(deps: LanePoolDeps, events: LanePoolEvents) {
    this.#deps = deps;
    this.#events = events;
  }

  /** True from the moment when no lane is opened any more. */
  get isEnded(): boolean {
    return this.#lifetime.signal.aborted;
  }

  /** The lane with the least in flight that takes a message of this size now. */
  freest(sizeBytes: number): AppendLane | null {
    let freest: AppendLane | null = null;
    for (const lane of [...this.#lanes].slice(0, this.#allowed())) {
      if (lane.canTake(sizeBytes) && (!freest || lane.inFlightCount < freest.inFlightCount)) {
        freest = lane;
      }
    }
    return freest;
  }

  /** So many appends will come: connections for them are opened meanwhile. */
  expect(count: number): void {
    this.#openUpTo(Math.min(this.#allowed(), count));
  }

  /** Hangs up what is not needed, and opens as many lanes as there are messages under way, up to the limit. */
  fitTo(waiting: number): void {
    this.#closeSpareLanes();
    const underWay = [...this.#lanes].reduce((sum, lane) => sum + lane.inFlightCount, 0);
    const isAlone = this.#lanes.size === 0 && this.#opening === 0;
    const mayOpen = isAlone || this.#deps.clock.monotonicMs() >= this.#nextOpenMs;
    if (waiting > 0 && mayOpen) {
      this.#openUpTo(Math.min(this.#allowed(), waiting + underWay));
    }
  }

  /** A message was stored: the connections are of use. */
  progressed(): void {
    this.#useless = 0;
    this.#deps.governor.progressed();
  }

  noteRefusal(error: unknown): void {
    if (isRefusal(error)) {
      this.#deps.governor.refused();
    }
  }

  /** Opens no further lane. */
  end(): void {
    this.#lifetime.abort();
  }

  /** Hangs up. */
  close(): void {
    for (const lane of this.#lanes) {
      lane.close();
    }
  }

  #allowed(): number {
    const { maxConnections = DEFAULT_CONNECTIONS, governor } = this.#deps;
    return governor.scale(maxConnections);
  }

  /**
   * A server that asked for patience gets fewer connections too, and one that refused much gets new ones: those
   * that carry nothing are left.
   */
  #closeSpareLanes(): void {
    const allowed = this.#allowed();
    for (const [at, lane] of [...this.#lanes].entries()) {
      if (lane.inFlightCount === 0 && (at >= allowed || lane.isSpent)) {
        this.#lanes.delete(lane);
        lane.close();
      }
    }
  }

  #openUpTo(wanted: number): void {
    while (this.#lanes.size + this.#opening < wanted && !this.isEnded) {
      void this.#openLane();
    }
  }

  async #openLane(): Promise<void> {
    const { clock, connect, governor, logger } = this.#deps;
    const { signal } = this.#lifetime;
    this.#opening += 1;
    try {
      if (this.#useless > 0) {
        const pauseMs = FIRST_PAUSE_MS * 4 ** (this.#useless - 1);
        await clock.sleep(Math.min(pauseMs, MAX_PAUSE_MS), signal);
      }
      const link = await connect(signal);
      const lane: AppendLane = new AppendLane(link, { clock, governor }, (error) =>
        this.#lose(lane, error),
      );
      this.#lanes.add(lane);
      logger.debug({ lanes: this.#lanes.size }, 'IMAP append connection opened');
      this.#opening -= 1;
    } catch (error) {
      this.#opening -= 1;
      this.#failOpening(error);
    }
    this.#events.onChange();
  }

  #lose(lane: AppendLane, error: ImapError): void {
    const wasWanted = this.#lanes.delete(lane);
    if (!wasWanted || this.isEnded) {
      return;
    }
    this.noteRefusal(error);
    this.#deps.logger.warn({ code: error.code }, 'IMAP append connection lost');
    this.#countUseless(lane.answered, error);
    // The outcomes of what it carried are settled first, so that the caller sees them in order.
    queueMicrotask(this.#events.onChange);
  }

  #failOpening(error: unknown): void {
    if (this.isEnded) {
      return;
    }
    const typed = error instanceof ImapError ? error : new ConnectionLostError({ cause: error });
    this.#deps.logger.warn(
      { code: typed.code, lanes: this.#lanes.size },
      'IMAP append connection not opened',
    );
    this.noteRefusal(typed);
    if (typed.disposition === 'retry') {
      this.#countUseless(false, typed);
      return;
    }
    // A server that refuses one more connection is not asked again with every message.
    this.#nextOpenMs = this.#deps.clock.monotonicMs() + REFUSED_LANE_PAUSE_MS;
    if (this.#lanes.size === 0 && this.#opening === 0) {
      this.#events.onGiveUp(typed);
    }
  }

  #countUseless(answered: boolean, error: ImapError): void {
    this.#useless = answered ? 0 : this.#useless + 1;
    if (this.#useless >= MAX_USELESS_LINKS && this.#lanes.size === 0) {
      this.#useless = 0;
      this.#events.onGiveUp(error);
    }
  }
}
