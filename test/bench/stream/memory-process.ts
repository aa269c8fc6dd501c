/** Brings one message of the given size (first argument, in bytes) as far as the wire, and prints the peak of its memory. */
import { importBody } from '../../../src/graph/import-body.ts';
import { encodeStream } from '../../../src/mail/fast-transfer/encode.ts';
import { SAMPLE_VERSION } from '../../../src/mail/fast-transfer/properties.ts';
import { itemOfMessage } from '../../../src/mail/item/item-of-message.ts';
import { freeFiles, readMessage } from '../../../src/mail/item/read-message.ts';
import { freeBytes } from '../../../src/mail/message-bytes.ts';

const sizeBytes = Number(process.argv[2]);
const rounds = Number(process.argv[3]);
const HEAD =
  'Subject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n';
const TAIL = '\r\n--b--\r\n';
const line = Buffer.from(`${'QUJD'.repeat(19)}\r\n`);

/** A message of one file, made in one piece of memory. */
function makeMessage(): Buffer {
  const message = Buffer.allocUnsafeSlow(sizeBytes + HEAD.length + TAIL.length);
  message.write(HEAD, 0, 'latin1');
  message.fill(line, HEAD.length, HEAD.length + sizeBytes);
  message.write(TAIL, HEAD.length + sizeBytes, 'latin1');
  return message;
}

let sent = 0;
for (let round = 0; round < rounds; round += 1) {
  const message = makeMessage();
  const read = await readMessage(message);
  freeBytes(message);
  const item = itemOfMessage(read, { flags: [], receivedAt: new Date(0) }, SAMPLE_VERSION);
  for (const piece of importBody('folder', encodeStream(item)).body) {
    sent += piece.length;
    // As a socket would take it: later.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  freeFiles(read);
}
process.stdout.write(
  `${JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024, sent })}\n`,
);
