/** Raw 8-bit octets in structured header fields, where an encoded word is not allowed everywhere. */
import { decodeHeaderText, encodeUnstructured, encodeWords, has8Bit } from '../encoded-word.ts';
import { trimBlanks } from '../headers.ts';

const ADDRESS_FIELDS =
  /^(?:resent-)?(?:from|sender|to|cc|bcc|reply-to)$|^(?:disposition-notification-to|return-receipt-to|errors-to|mail-followup-to|apparently-to|delivered-to)$/i;

const PARAMETER_FIELDS = /^content-(?:type|disposition)$/i;

const TOKEN_FIELDS =
  /^(?:message-id|in-reply-to|references|received|return-path|(?:resent-)?date|resent-message-id|mime-version|content-transfer-encoding|content-id|content-location|dkim-signature|domainkey-signature|arc-.*|authentication-results|list-.*|x-skybridge-.*)$/i;

/** Values beyond this are not taken apart; their 8-bit octets become question marks. */
const PARSED_CHARACTERS = 64 * 1024;

/** The value of one field (unfolded latin1) without raw 8-bit, as readable as its grammar lets it be. */
export function encodeFieldValue(name: string, value: string): string {
  if (TOKEN_FIELDS.test(name)) {
    return questionMarks(value);
  }
  if (ADDRESS_FIELDS.test(name)) {
    return value.length > PARSED_CHARACTERS ? questionMarks(value) : encodeAddresses(value);
  }
  if (PARAMETER_FIELDS.test(name)) {
    return value.length > PARSED_CHARACTERS ? questionMarks(value) : encodeParameters(value);
  }
  return encodeUnstructured(value);
}

function questionMarks(value: string): string {
  return value.replace(/[\x80-\xff]+/g, '?');
}

/** A quote without its end runs to the end of the value, so that no octet is looked at twice. */
const TOKEN = /"(?:[^"\\]|\\.)*("?)|<[^>]*>?|\([^()]*\)?|[,;:]|[ \t]+|[^",;:<>()\s]+|[\s\S]/g;

/** Display names and comments become encoded words; octets inside an address become '?'. */
function encodeAddresses(value: string): string {
  const out: string[] = [];
  let phrase: string[] = [];
  const flush = (): void => {
    out.push(encodePhrase(phrase));
    phrase = [];
  };
  for (const [token, closingQuote] of value.matchAll(TOKEN)) {
    if (closingQuote === '' || /^[<(,;:>)]/.test(token)) {
      flush();
      out.push(encodeMark(token));
    } else {
      phrase.push(token);
    }
  }
  flush();
  return out.join('');
}

function encodeMark(token: string): string {
  if (!token.startsWith('(') || !has8Bit(token)) {
    return questionMarks(token);
  }
  const inner = token.slice(1, token.endsWith(')') ? -1 : undefined);
  return `(${encodeWords(decodeHeaderText(inner))})`;
}

function encodePhrase(tokens: readonly string[]): string {
  const raw = tokens.join('');
  if (!has8Bit(raw)) {
    return raw;
  }
  if (tokens.some((token) => !token.startsWith('"') && token.includes('@'))) {
    return questionMarks(raw);
  }
  const text = trimBlanks(tokens.map(unquote).join(''));
  const lead = /^[ \t]/.test(raw) ? ' ' : '';
  return `${lead}${encodeWords(decodeHeaderText(text))} `;
}

function unquote(token: string): string {
  return token.startsWith('"') ? token.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1') : token;
}

/** A parameter with 8-bit octets becomes an extended one: RFC 2231 section 4. */
function encodeParameters(value: string): string {
  const parameter = /;\s*([!-)+-:<>-~]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)/g;
  const encoded = value.replace(parameter, (all: string, name: string, raw: string) =>
    has8Bit(raw) && !has8Bit(name)
      ? `; ${name}*=utf-8''${percentEncode(decodeHeaderText(unquote(trimBlanks(raw))))}`
      : all,
  );
  return questionMarks(encoded);
}

function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
