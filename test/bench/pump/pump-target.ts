import { type PumpConnection, quote } from './pump-connection.ts';

/** Unanswered APPENDs that one connection may have. */
const WINDOW = 256;
/** Bytes that may wait for a socket before the reader is held. */
const HIGH_WATER_BYTES = 1024 * 1024;

export interface PumpMessage {
  readonly folder: string;
  readonly flags: string;
  readonly date: string;
  readonly sizeBytes: number;
}

/** The writing side: APPENDs back to back on whichever connection has the least to do. */
export interface PumpTarget {
  /** The message's own lane, or null while every connection has its window full. */
  begin(message: PumpMessage): PumpLane | null;
  /** Calls back once there may be room again. */
  onRoom(retry: () => void): void;
  /** Resolves when every APPEND is answered. */
  drained(): Promise<void>;
  readonly refused: () => number;
}

export interface PumpLane {
  /** False: wait with `onDrain` before more is written. */
  write(part: Buffer): boolean;
  onDrain(resume: () => void): void;
  end(): void;
}

interface Lane {
  readonly connection: PumpConnection;
  outstanding: number;
  isBusy: boolean;
}

/** Shares APPENDs out over connections that are logged in. */
export function createPumpTarget(connections: readonly PumpConnection[]): PumpTarget {
  const lanes: Lane[] = connections.map((connection) => ({
    connection,
    outstanding: 0,
    isBusy: false,
  }));
  const waiting: (() => void)[] = [];
  let refused = 0;
  let onIdle: () => void = () => undefined;

  const backlog = ({ connection }: Lane): number => connection.socket.writableLength;
  const hasRoom = (lane: Lane): boolean =>
    !lane.isBusy && lane.outstanding < WINDOW && backlog(lane) < HIGH_WATER_BYTES;
  const isIdle = (): boolean => lanes.every(({ outstanding }) => outstanding === 0);

  function wake(): void {
    while (waiting.length > 0 && lanes.some(hasRoom)) {
      waiting.shift()?.();
    }
  }

  function leastBusy(): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of lanes) {
      const isBetter =
        best === undefined ||
        lane.outstanding < best.outstanding ||
        (lane.outstanding === best.outstanding && backlog(lane) < backlog(best));
      if (hasRoom(lane) && isBetter) {
        best = lane;
      }
    }
    return best;
  }

  function answered(lane: Lane, answer: string): void {
    const { connection } = lane;
    lane.outstanding -= 1;
    refused += answer.startsWith('OK') ? 0 : 1;
    if (!connection.socket.destroyed) {
      wake();
    }
    if (isIdle()) {
      onIdle();
    }
  }

  function begin({ folder, flags, date, sizeBytes }: PumpMessage): PumpLane | null {
    const lane = leastBusy();
    if (lane === undefined) {
      return null;
    }
    const { connection } = lane;
    const { socket } = connection;
    lane.isBusy = true;
    lane.outstanding += 1;
    // One write to the system for a message that came as one chunk.
    socket.cork();
    const command = `APPEND ${quote(folder)} (${flags}) "${date}" {${sizeBytes}+}`;
    connection.send(command, (answer) => answered(lane, answer));
    return {
      write: (part) => {
        socket.write(part);
        return socket.writableLength <= HIGH_WATER_BYTES * 2;
      },
      onDrain: (resume) => {
        socket.uncork();
        socket.once('drain', () => {
          socket.cork();
          resume();
        });
      },
      end: () => {
        socket.write('\r\n');
        socket.uncork();
        lane.isBusy = false;
        wake();
      },
    };
  }

  for (const { connection } of lanes) {
    connection.socket.on('drain', wake);
  }
  return {
    begin,
    onRoom: (retry) => void waiting.push(retry),
    drained: () =>
      new Promise((resolve) => {
        onIdle = resolve;
        if (isIdle()) {
          resolve();
        }
      }),
    refused: () => refused,
  };
}
