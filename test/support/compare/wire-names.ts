/** The checker's own modified UTF-7 (RFC 3501 section 5.1.3), written apart from everybody else's. */

/** A wire name in Unicode. */
export function decodeName(wire: string): string {
  let name = '';
  let rest = wire;
  while (rest !== '') {
    const from = rest.indexOf('&');
    const to = rest.indexOf('-', from);
    if (from < 0 || to < 0) {
      return name + rest;
    }
    name += rest.slice(0, from);
    const units = Buffer.from(rest.slice(from + 1, to).replaceAll(',', '/'), 'base64');
    let decoded = to === from + 1 ? '&' : '';
    for (let index = 0; index + 1 < units.length; index += 2) {
      decoded += String.fromCharCode(units.readUInt16BE(index));
    }
    name += decoded;
    rest = rest.slice(to + 1);
  }
  return name;
}

/** A Unicode name as it goes over the wire. */
export function encodeName(name: string): string {
  let wire = '';
  let pending: number[] = [];
  const flush = (): void => {
    if (pending.length > 0) {
      const units = Buffer.alloc(pending.length * 2);
      pending.forEach((unit, index) => units.writeUInt16BE(unit, index * 2));
      wire += `&${units.toString('base64').replaceAll('=', '').replaceAll('/', ',')}-`;
      pending = [];
    }
  };
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    if (unit >= 0x20 && unit <= 0x7e) {
      flush();
      wire += unit === 0x26 ? '&-' : String.fromCharCode(unit);
    } else {
      pending.push(unit);
    }
  }
  flush();
  return wire;
}
