/** Calendar invitations in mail: what makes them open as invitations, whoever wrote the part anew. */
import ICAL from 'ical.js';

/** What a rebuilt invitation must still say. */
export interface Invitation {
  /** RFC 5546: REQUEST, REPLY, CANCEL …; empty where the part names none, so that nothing can be answered. */
  readonly method: string;
  /** UIDs of its events and tasks, sorted. */
  readonly uids: readonly string[];
}

/** Reads a decoded text/calendar part (RFC 5545); null where it is cut off, damaged, or holds nothing to open. */
export function describeInvitation(text: string): Invitation | null {
  try {
    const calendar = ICAL.Component.fromString(text);
    const uids = calendar
      .getAllSubcomponents()
      .filter(({ name }) => name === 'vevent' || name === 'vtodo')
      .map((entry) => entry.getFirstPropertyValue('uid'));
    const isWhole = uids.length > 0 && uids.every((uid) => typeof uid === 'string' && uid !== '');
    if (calendar.name !== 'vcalendar' || !isWhole) {
      return null;
    }
    const method = calendar.getFirstPropertyValue('method');
    return {
      method: typeof method === 'string' ? method.toUpperCase() : '',
      uids: uids.map(String).toSorted(),
    };
  } catch {
    // The parser throws for whatever is no calendar; a message may hold anything.
    return null;
  }
}
