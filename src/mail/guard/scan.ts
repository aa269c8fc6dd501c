/** The look that every message gets: native searches only, so that clean mail costs almost nothing. */

const LF = 10;
const CR = 13;

/** True where CR and LF appear in pairs alone; two native searches a line, about 1 GB/s. */
export function hasCleanLineEnds(bytes: Buffer): boolean {
  let pairs = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) {
      return false;
    }
    pairs += 1;
  }
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    pairs -= 1;
  }
  return pairs === 0;
}

/**
 * Start of the first line longer than `maxBytes` (line end included) at or behind `from`, or -1.
 * The last line counts as if CRLF followed: on the wire the end of the command does.
 * Leaps from line end to line end as far as the limit reaches, so short lines cost nothing.
 */
export function findLongLine(bytes: Buffer, from: number, maxBytes: number): number {
  let start = from;
  while (bytes.length - start > maxBytes - 2) {
    const lastEnd = bytes.lastIndexOf(LF, start + maxBytes - 1);
    if (lastEnd < start) {
      return start;
    }
    start = lastEnd + 1;
  }
  return -1;
}

/**
 * Removes NUL and makes every line end CRLF. Runs of CR before LF are one line end (mail gateways
 * doubled them); a lone CR ends a line in the body, and is a blank in the header, where it must not
 * let one field become two. Mail without any LF has CR as its line end.
 */
export function cleanLineEnds(bytes: Buffer, headerBytes: number): Buffer {
  const out = Buffer.allocUnsafe(bytes.length + countLineEndOctets(bytes));
  const crEndsHeaderLines = bytes.indexOf(LF) < 0;
  let size = 0;
  let afterCr = 0;
  for (let i = 0; i <= bytes.length; i += 1) {
    const octet = bytes[i];
    if (octet === CR) {
      afterCr += 1;
      continue;
    }
    if (octet === 0) {
      continue;
    }
    if (octet === LF) {
      size = writeLineEnd(out, size);
    } else {
      // Each CR of the run stands alone: what follows is no LF.
      for (; afterCr > 0; afterCr -= 1) {
        size =
          crEndsHeaderLines || i > headerBytes
            ? writeLineEnd(out, size)
            : writeOctet(out, size, 32);
      }
      size = octet === undefined ? size : writeOctet(out, size, octet);
    }
    afterCr = 0;
  }
  return out.subarray(0, size);
}

function countLineEndOctets(bytes: Buffer): number {
  let count = 0;
  for (const octet of bytes) {
    count += octet === LF || octet === CR ? 1 : 0;
  }
  return count;
}

function writeLineEnd(out: Buffer, size: number): number {
  out[size] = CR;
  out[size + 1] = LF;
  return size + 2;
}

function writeOctet(out: Buffer, size: number, octet: number): number {
  out[size] = octet;
  return size + 1;
}
