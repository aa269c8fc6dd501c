import { type Duplex, PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { ImapLink } from '../../../src/imap/connect.ts';
import { createConnectionGate } from '../../../src/imap/connection-gate.ts';
import { genericProfile } from '../../../src/imap/profiles/generic.ts';

interface Opened {
  readonly link: ImapLink;
  readonly socket: Duplex;
}

function fakeLink(): Opened {
  const socket = new PassThrough();
  const link: ImapLink = {
    sockets: { readSocket: socket, writeSocket: socket },
    profile: genericProfile,
    loginName: 'ann',
    capabilities: new Set(),
    naming: { separator: '/', prefix: '' },
  };
  return { link, socket };
}

const signal = (): AbortSignal => AbortSignal.timeout(5000);
const closed = (socket: Duplex): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', resolve);
    socket.destroy();
  });

test('never more than allowed; the next in line gets the place of one that closed', async () => {
  const gate = createConnectionGate(2);
  const opened: Opened[] = [];
  const connect = async (): Promise<ImapLink> => {
    opened.push(fakeLink());
    return opened.at(-1)?.link ?? fakeLink().link;
  };
  await Promise.all([gate.open(connect, signal()), gate.open(connect, signal())]);
  const third = gate.open(connect, signal());
  const fourth = gate.open(connect, signal());
  await new Promise(setImmediate);
  expect(opened).toHaveLength(2);
  await closed(opened[0]?.socket ?? new PassThrough());
  await third;
  expect(opened).toHaveLength(3);
  await closed(opened[2]?.socket ?? new PassThrough());
  await fourth;
  expect(opened).toHaveLength(4);
});

test('a login that fails, and somebody who gives up waiting, hold no place', async () => {
  const gate = createConnectionGate(1);
  await expect(gate.open(() => Promise.reject(new Error('refused')), signal())).rejects.toThrow(
    'refused',
  );
  const { link, socket } = fakeLink();
  await gate.open(async () => link, signal());
  const givingUp = new AbortController();
  const waiting = gate.open(async () => fakeLink().link, givingUp.signal);
  givingUp.abort(new Error('given up'));
  await expect(waiting).rejects.toThrow('given up');
  await closed(socket);
  expect(await gate.open(async () => link, signal())).toBe(link);
});
