/** People as a mailbox item names them: MS-OXCDATA section 2.2.5.1 (one-off EntryID), MS-OXOMSG section 2.2.1. */
import { makeBinary, makeInt, makeText } from '../fast-transfer/make-property.ts';
import type { PropertyList } from '../fast-transfer/properties.ts';
import type { Person, Recipient } from './read-message.ts';

const ONE_OFF_PROVIDER = Buffer.from('00000000812b1fa4bea310199d6e00dd010f540200000190', 'hex');

const wide = (text: string): Buffer => Buffer.from(`${text.replaceAll('\0', '')}\0`, 'utf16le');

const nameOf = ({ name, address }: Person): string => (name === '' ? address : name);

/** Somebody whom no directory knows: name, `SMTP` and address in UTF-16. */
function oneOffEntryId(person: Person): Buffer {
  return Buffer.concat([
    ONE_OFF_PROVIDER,
    wide(nameOf(person)),
    wide('SMTP'),
    wide(person.address),
  ]);
}

const searchKey = ({ address }: Person): Buffer =>
  Buffer.from(`SMTP:${address.toUpperCase()}\0`, 'latin1');

/** Ids of one part that somebody plays in a message. */
interface Role {
  readonly entryId: number;
  readonly name: number;
  readonly type: number;
  readonly address: number;
  readonly smtp: number;
  readonly searchKey: number;
}

const FROM: Role = {
  entryId: 0x0041,
  name: 0x0042,
  type: 0x0064,
  address: 0x0065,
  smtp: 0x5d02,
  searchKey: 0x003b,
};
const SENDER: Role = {
  entryId: 0x0c19,
  name: 0x0c1a,
  type: 0x0c1e,
  address: 0x0c1f,
  smtp: 0x5d01,
  searchKey: 0x0c1d,
};

function roleProperties(role: Role, person: Person | null): PropertyList {
  return person === null
    ? []
    : [
        makeBinary(role.entryId, oneOffEntryId(person)),
        makeText(role.name, nameOf(person)),
        makeText(role.type, 'SMTP'),
        makeText(role.address, person.address),
        makeText(role.smtp, person.address),
        makeBinary(role.searchKey, searchKey(person)),
      ];
}

export interface Authors {
  readonly from: Person | null;
  readonly sender: Person | null;
  readonly replyTo: readonly Person[];
}

/** From, sender and Reply-To. */
export function authorProperties({ from, sender, replyTo }: Authors): PropertyList {
  return [
    ...roleProperties(FROM, from),
    ...roleProperties(SENDER, sender),
    ...(replyTo.length === 0
      ? []
      : [
          makeBinary(0x004f, flatEntryList(replyTo.map((person) => oneOffEntryId(person)))),
          makeText(0x0050, replyTo.map(nameOf).join(';')),
        ]),
  ];
}

/** MS-OXCDATA section 2.3.3: count, size, then each entry with its size, filled up to four octets. */
function flatEntryList(entries: readonly Buffer[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(entry.length);
    return [size, entry, Buffer.alloc((4 - (entry.length % 4)) % 4)];
  });
  const list = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(entries.length, 0);
  head.writeUInt32LE(list.length, 4);
  return Buffer.concat([head, list]);
}

const RECIPIENT_KIND = { to: 1, cc: 2, bcc: 3 } as const;

/** Object type and display type of somebody with a mailbox. */
const MAIL_USER = 6;
const MAILBOX_USER = 0;

export function recipientProperties(recipient: Recipient, row: number): PropertyList {
  return [
    makeInt(0x3000, row),
    makeInt(0x0c15, RECIPIENT_KIND[recipient.kind]),
    makeText(0x3001, nameOf(recipient)),
    makeText(0x3002, 'SMTP'),
    makeText(0x3003, recipient.address),
    makeText(0x39fe, recipient.address),
    makeBinary(0x0fff, oneOffEntryId(recipient)),
    makeInt(0x0ffe, MAIL_USER),
    makeInt(0x3900, MAILBOX_USER),
  ];
}
