import { type ArgumentCursor, parseSequenceSet, SyntaxProblem } from '../arguments.ts';
import type { Selection, Session } from '../session.ts';
import type { StoredMessage } from '../store.ts';

/** A message with the number that this connection knows it by. */
export interface NumberedMessage {
  readonly sequence: number;
  readonly message: StoredMessage;
}

/** The selected folder; the caller has checked that there is one. */
export function selectionOf(session: Session): Selection {
  if (session.selection === null) {
    throw new SyntaxProblem('no folder is selected');
  }
  return session.selection;
}

/** The messages that a sequence set names, in order; those the server lost since are left out. */
export function messagesIn(selection: Selection, set: string, byUid: boolean): NumberedMessage[] {
  const { view, folder } = selection;
  const max = byUid ? (view.at(-1)?.uid ?? 0) : view.length;
  const wanted = parseSequenceSet(set, max);
  const present = new Set(folder.messages);
  return view.flatMap((message, index) =>
    wanted(byUid ? message.uid : index + 1) && present.has(message)
      ? [{ sequence: index + 1, message }]
      : [],
  );
}

/** Reads ` set`. */
export function readSet(args: ArgumentCursor): string {
  args.space();
  return args.sequenceSet();
}
