import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFetchRow } from '../../../src/imap/commands/fetch-rows.ts';
import { parseListRow } from '../../../src/imap/commands/list-folders.ts';
import { ProtocolViolationError } from '../../../src/imap/errors.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import { type Frame, FrameReader } from '../../../src/imap/wire/frame-reader.ts';
import {
  type DataResponse,
  type ImapResponse,
  parseResponse,
} from '../../../src/imap/wire/response.ts';

function read(chunks: readonly Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (const chunk of chunks) {
    reader.push(chunk);
  }
  return frames;
}

const parse = (text: string): ImapResponse[] =>
  read([Buffer.from(text, 'latin1')]).map(parseResponse);

function parseData(text: string): DataResponse {
  const [response] = parse(text);
  if (response?.kind !== 'data') {
    throw new Error('Not data');
  }
  return response;
}

const TRANSCRIPT = [
  '* OK [UIDVALIDITY 17] ready {5}\r\n',
  '* LIST (\\HasNoChildren \\Sent) "/" "Sent \\"x\\""\r\n',
  '* LIST () "/" {7}\r\nA & B"c\r\n',
  '* 3 FETCH (UID 9 FLAGS (\\Seen $MailFlagBit0) INTERNALDATE " 1-Jan-2020 00:00:00 +0000" RFC822.SIZE 12 BODY[] {12}\r\nab\r\n* OK x\r\n)\r\n',
  '* 4 FETCH (UID 10 BODY[HEADER.FIELDS (DATE SUBJECT)] {0}\r\n BODY[] NIL)\r\n',
  '+ idling\r\n',
  'ABC1 NO [OVERQUOTA] full\r\n',
  'ABC2 OK [APPENDUID 17 42] done\r\n',
].join('');

describe('frames', () => {
  test('a transcript parses', () => {
    expect(parse(TRANSCRIPT)).toEqual([
      {
        kind: 'status',
        tag: null,
        status: 'OK',
        code: 'UIDVALIDITY',
        codeText: '17',
        text: '[UIDVALIDITY 17] ready {5}',
      },
      {
        kind: 'data',
        name: 'LIST',
        number: null,
        values: [['\\HasNoChildren', '\\Sent'], '/', 'Sent "x"'],
      },
      { kind: 'data', name: 'LIST', number: null, values: [[], '/', Buffer.from('A & B"c')] },
      {
        kind: 'data',
        name: 'FETCH',
        number: 3,
        values: [
          [
            'UID',
            '9',
            'FLAGS',
            ['\\Seen', '$MailFlagBit0'],
            'INTERNALDATE',
            ' 1-Jan-2020 00:00:00 +0000',
            'RFC822.SIZE',
            '12',
            'BODY[]',
            Buffer.from('ab\r\n* OK x\r\n'),
          ],
        ],
      },
      {
        kind: 'data',
        name: 'FETCH',
        number: 4,
        values: [
          ['UID', '10', 'BODY[HEADER.FIELDS (DATE SUBJECT)]', Buffer.alloc(0), 'BODY[]', null],
        ],
      },
      { kind: 'continue' },
      {
        kind: 'status',
        tag: 'ABC1',
        status: 'NO',
        code: 'OVERQUOTA',
        codeText: '',
        text: '[OVERQUOTA] full',
      },
      {
        kind: 'status',
        tag: 'ABC2',
        status: 'OK',
        code: 'APPENDUID',
        codeText: '17 42',
        text: '[APPENDUID 17 42] done',
      },
    ]);
  });

  test('it does not matter how the octets are cut', () => {
    const octets = Buffer.from(TRANSCRIPT, 'latin1');
    const whole = read([octets]);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: octets.length }), { maxLength: 30 }),
        (cuts) => {
          const at = [0, ...cuts.toSorted((a, b) => a - b), octets.length];
          const chunks = at.slice(1).map((end, i) => octets.subarray(at[i], end));
          expect(read(chunks)).toEqual(whole);
        },
      ),
    );
  });

  test.for([
    ['* OK bare\n', 'bare-line-feed'],
    ['<body BAD Command Error. 10\r\n', 'unknown-response'],
    ['* 1 FETCH (UID 1\r\n', 'malformed-response'],
    ['* 1 FETCH (UID 1))\r\n', 'malformed-response'],
    ['* LIST () "/" "open\r\n', 'malformed-response'],
    [`* 1 FETCH ${'('.repeat(40)}\r\n`, 'malformed-response'],
    ['* 1 FETCH (BODY[] {999999999}\r\n', 'literal-too-large'],
    [`* X${'x'.repeat(300_000)}`, 'response-too-long'],
    ['\r\n', 'unknown-response'],
  ])('%j breaks the protocol', ([text = '', violation]) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'imap.protocol-violation', violation }),
    );
  });

  test('the text of a broken response never reaches the error', () => {
    const error = ((): unknown => {
      try {
        return parse('Dear Anna, the secret is 42\r\n');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(JSON.stringify(error) + String(error)).not.toContain('Anna');
  });

  test('10,000 mutated answers are read or refused, never anything else', () => {
    const octets = Buffer.from(TRANSCRIPT, 'latin1');
    const mutation = fc.record({
      at: fc.integer({ min: 0, max: octets.length - 1 }),
      kind: fc.constantFrom('set', 'cut', 'double'),
      value: fc.constantFrom(0, 10, 13, 32, 34, 40, 41, 91, 92, 93, 123, 125, 128, 255, 48, 57),
      length: fc.integer({ min: 1, max: 30 }),
    });
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        let mutated = Buffer.from(octets);
        for (const { at, kind, value, length } of mutations) {
          const rest = mutated.subarray(kind === 'cut' ? at + length : at);
          const inserted =
            kind === 'double' ? mutated.subarray(at, at + length) : Buffer.from([value]);
          mutated = Buffer.concat([mutated.subarray(0, at), inserted, rest]);
        }
        try {
          for (const frame of read([mutated])) {
            const response = parseResponse(frame);
            if (response.kind === 'data' && response.name === 'FETCH') {
              parseFetchRow(response);
            }
          }
          outcomes.add('read');
        } catch (error) {
          outcomes.add(error instanceof ProtocolViolationError ? 'refused' : String(error));
        }
      }),
      { numRuns: 10_000 },
    );
    expect(outcomes).toEqual(new Set(['read', 'refused']));
  });
});

describe('rows', () => {
  test('a FETCH row without a literal has no body', () => {
    expect(parseFetchRow(parseData('* 7 FETCH (UID 3)\r\n'))).toMatchObject({
      uid: 3,
      body: null,
      flags: null,
    });
    expect(parseFetchRow(parseData('* 7 FETCH (UID 3 BODY[] NIL)\r\n'))?.body).toBeNull();
    expect(parseFetchRow(parseData('* 7 FETCH (UID 3 BODY[] "ab")\r\n'))?.body).toEqual(
      Buffer.from('ab'),
    );
  });

  test('a row without UID answers no UID FETCH, and \\Recent is not a flag', () => {
    expect(parseFetchRow(parseData('* 7 FETCH (FLAGS (\\Seen))\r\n'))).toBeNull();
    expect(
      parseFetchRow(parseData('* 7 FETCH (UID 1 FLAGS (\\Recent \\Seen))\r\n'))?.flags,
    ).toEqual(['\\Seen']);
  });

  test('special folders: by attribute, on iCloud also by name', () => {
    const naming = { prefix: '', separator: '/' };
    const listed = (text: string, profile = icloudProfile): unknown =>
      parseListRow(parseData(text), { naming, profile });
    expect(listed('* LIST () "/" "Junk"\r\n')).toMatchObject({ path: 'Junk', specialUse: 'junk' });
    expect(listed('* LIST (\\Trash) "/" "Entw&APw-rfe"\r\n', exchangeOnlineProfile)).toMatchObject({
      path: 'Entwürfe',
      specialUse: 'trash',
    });
    expect(listed('* LIST (\\Noselect) "/" "constructor"\r\n')).toMatchObject({
      selectable: false,
      specialUse: null,
    });
    expect(listed('* LIST (\\NonExistent) "/" "x"\r\n')).toBeNull();
    expect(listed('* LIST (\\Noinferiors) "/" INBOX\r\n')).toMatchObject({ specialUse: 'inbox' });
  });
});
