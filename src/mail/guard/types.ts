/** What was changed so that the target takes the message. Stable: counted in the report. */
export type RepairCode =
  | 'nul'
  | 'line-endings'
  | 'header-8bit'
  | 'header-syntax'
  | 'header-folded'
  | 'receipt-disarmed'
  /** The received date, before 1970 or in the future. */
  | 'date-impossible'
  | 'line-reencoded';

/** Why a message cannot be made fit without harm to it. Stable: a reason in the report. */
export type RefusalCode =
  | 'too-large'
  /** A header block beyond any honest mail that would have to be rewritten. */
  | 'header-too-large'
  /** Re-encoding would void the signature. */
  | 'signed-line-too-long'
  | 'nesting-too-deep'
  | 'too-many-parts'
  /** An over-long line at a place that no re-encoding reaches, such as a multipart without its boundary. */
  | 'line-too-long';

/** What the target demands; null and false ask for nothing. */
export interface GuardLimits {
  /** Longest line in octets, CRLF included; values under 256 count as 256. */
  readonly maxLineBytes: number | null;
  readonly maxMessageBytes: number | null;
  /** No NUL, CRLF line ends throughout, headers in plain ASCII that any parser takes. */
  readonly strictHeaders: boolean;
  /** Read-receipt requests on mail that was read are renamed, or old mail would be answered again. */
  readonly disarmReceipts: boolean;
}

export type GuardResult =
  | { readonly kind: 'ok'; readonly bytes: Buffer; readonly repairs: RepairCode[] }
  | { readonly kind: 'refused'; readonly reason: RefusalCode };
