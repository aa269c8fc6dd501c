/** Whether a message may hold a text/calendar part: a cheap look, apart from the parser, which a copy need not load. */
export function mayHoldInvitation(bytes: Buffer): boolean {
  return (
    bytes.includes('text/calendar', 0, 'latin1') || bytes.includes('TEXT/CALENDAR', 0, 'latin1')
  );
}
