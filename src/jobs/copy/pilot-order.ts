/** Which folders serve best as a pilot. Pure. */
import type { FolderMapping } from '../api.ts';

/** Enough to show every kind of trouble, few enough to be done in minutes. */
const GOOD_PILOT = { least: 200, most: 500 } as const;

/** Beyond this a pilot is no longer a matter of minutes, however well the folder suits otherwise. */
const MOST_SENT = 2000;

/** A folder as a pilot is chosen by it. */
export interface PilotCandidate {
  readonly messages: number;
  readonly isSent: boolean;
  readonly isInbox: boolean;
}

/**
 * Sent mail where there is some and not too much: it changes little and is rich in kinds. Then by how near
 * 200 to 500 messages a folder is; the inbox, which changes all the time, last.
 */
export function rankPilots<T extends PilotCandidate>(folders: readonly T[]): readonly T[] {
  const rank = ({ messages, isSent, isInbox }: T): readonly [number, number] => {
    const distance = Math.max(GOOD_PILOT.least - messages, messages - GOOD_PILOT.most, 0);
    const suits = isSent && messages > 0 && messages <= MOST_SENT;
    return [isInbox ? 2 : Number(!suits), distance];
  };
  return folders.toSorted((left, right) => {
    const [[a, near], [b, far]] = [rank(left), rank(right)];
    return a - b || near - far;
  });
}

/** The folders of a map by how well they serve as a pilot. */
export function pilotOrder(map: readonly FolderMapping[]): readonly FolderMapping[] {
  const candidates = map.map((folder) => ({
    folder,
    messages: folder.messages,
    isSent: /^sent items$/i.test(folder.targetPath),
    isInbox: /^inbox$/i.test(folder.sourcePath),
  }));
  return rankPilots(candidates).map(({ folder }) => folder);
}
