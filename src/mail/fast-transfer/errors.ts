import { AppError } from '../../errors.ts';

/** What is wrong with a stream, each by its own name. */
export type StreamFault =
  | 'cut-short'
  | 'unknown-frame'
  | 'frame-out-of-order'
  | 'wrong-config'
  | 'wrong-interface'
  | 'wrong-version'
  | 'buffer-too-large'
  | 'no-content'
  | 'cut-inside-atom'
  | 'cut-inside-character'
  | 'unknown-type'
  | 'unknown-name-kind'
  | 'value-too-long'
  | 'string-not-terminated'
  | 'property-repeated'
  | 'marker-misplaced'
  | 'deletion-missing'
  | 'deletion-misplaced'
  | 'deletion-unknown'
  | 'group-repeated'
  | 'number-missing'
  | 'mid-missing'
  | 'mid-at-top'
  | 'not-closed'
  | 'too-deep';

/** A fast transfer stream that breaks its grammar; nothing of it is to be used. */
export class BrokenStreamError extends AppError {
  override readonly name = 'BrokenStreamError';
  readonly code = 'mail.broken-stream';
  readonly disposition = 'stop';
  readonly fault: StreamFault;
  /** Offset in the stream at which it was seen. */
  readonly at: number;
  constructor(fault: StreamFault, at: number) {
    super('The fast transfer stream breaks its grammar');
    this.fault = fault;
    this.at = at;
  }
}
