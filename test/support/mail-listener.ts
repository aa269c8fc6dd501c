import { createServer, type Server, type Socket } from 'node:net';
import {
  createSecureContext,
  createServer as createTlsServer,
  type SecureContext,
  TLSSocket,
} from 'node:tls';
import type { ServerCertificate } from './tls-authority.ts';

/** How a listener behaves; everything it does is done on a real socket of this machine. */
export type Manner =
  /** TLS from the first octet, then this greeting; an empty one is none. */
  | { readonly kind: 'tls'; readonly certificate: ServerCertificate; readonly greeting: string }
  /** The greeting in clear, and STARTTLS where a certificate is given. */
  | {
      readonly kind: 'clear';
      readonly protocol: 'imap' | 'smtp';
      readonly certificate: ServerCertificate | null;
      /** Sends more in clear behind its consent, which an attacker would like to pass for encrypted. */
      readonly injects?: string;
    }
  /** Takes the connection and says nothing. */
  | { readonly kind: 'silent' }
  /** Cuts the connection as soon as somebody speaks. */
  | { readonly kind: 'cuts' }
  /** Says this and nothing else. */
  | { readonly kind: 'says'; readonly text: string };

export interface MailListener {
  readonly port: number;
  close(): Promise<void>;
}

const GREETINGS = { imap: '* OK ready\r\n', smtp: '220 mail.example.test ESMTP\r\n' } as const;

const ANSWERS = {
  smtp: (line: string, offers: boolean): string => {
    if (line.startsWith('EHLO')) {
      return offers ? '250-mail.example.test\r\n250-SIZE\r\n250 STARTTLS\r\n' : '250 SIZE\r\n';
    }
    return line === 'STARTTLS' && offers ? '220 go ahead\r\n' : '502 no such command\r\n';
  },
  imap: (line: string, offers: boolean): string => {
    const [tag = '*', command = ''] = line.split(' ');
    if (command === 'CAPABILITY') {
      return `* CAPABILITY IMAP4rev1${offers ? ' STARTTLS' : ''}\r\n${tag} OK done\r\n`;
    }
    return command === 'STARTTLS' && offers ? `${tag} OK begin\r\n` : `${tag} BAD no\r\n`;
  },
} as const;

function speakClear(socket: Socket, manner: Manner & { kind: 'clear' }): void {
  const { protocol, certificate, injects = '' } = manner;
  socket.write(GREETINGS[protocol]);
  const onData = (chunk: Buffer): void => {
    const line = chunk.toString('latin1').trim();
    const answer = ANSWERS[protocol](line, certificate !== null);
    const begins = certificate !== null && line.endsWith('STARTTLS') && !/BAD|502/.test(answer);
    socket.write(begins ? `${answer}${injects}` : answer);
    if (begins) {
      socket.off('data', onData);
      const secureContext: SecureContext = createSecureContext(certificate);
      const secured = new TLSSocket(socket, { isServer: true, secureContext });
      secured.on('error', () => secured.destroy());
    }
  };
  socket.on('data', onData);
}

function serverOf(manner: Manner): Server {
  switch (manner.kind) {
    case 'tls': {
      const server = createTlsServer(manner.certificate, (socket) => {
        socket.on('error', () => socket.destroy());
        socket.write(manner.greeting);
      });
      return server.on('tlsClientError', () => undefined);
    }
    case 'clear':
      return createServer((socket) => speakClear(socket, manner));
    case 'silent':
      return createServer((socket) => socket.resume());
    case 'cuts':
      return createServer((socket) => socket.once('data', () => socket.destroy()));
    case 'says':
      return createServer((socket) => socket.resume().write(manner.text));
    default:
      return manner satisfies never;
  }
}

/** Starts a listener on loopback; a `port` that was free a moment ago may be asked for again. */
export async function startMailListener(manner: Manner, port = 0): Promise<MailListener> {
  const server = serverOf(manner);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}
