import type { Directory } from './directory.ts';
import type { GraphCall, Resource } from './graph-call.ts';
import type { NoMailboxWording } from './graph-errors.ts';
import type { Journal } from './journal.ts';

/** One operation of Graph v1.0. `any`-of roles, allowed query options, allowed body properties. */
export interface GraphRoute {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Express path below `/v1.0`. */
  readonly path: string;
  readonly operation: string;
  /** Null: the handler decides, since RBAC for Applications gives rights that no token shows. */
  readonly roles: readonly string[] | null;
  /** What a person's token must allow, any of; absent: not for people. */
  readonly scopes?: readonly string[];
  /** Directory roles of which a person must hold one to change anything. */
  readonly admins?: readonly string[];
  readonly query: readonly string[];
  /** Absent: the operation takes no body. */
  readonly body?: readonly string[];
  /** Outlook's endpoints word a missing right in their own way. */
  readonly outlook?: true;
  readonly handle: (call: GraphCall) => { readonly status: number; readonly body?: Resource };
}

/** Switches for what real tenants do differently from one another. */
export interface GraphQuirks {
  noMailboxWording: NoMailboxWording;
  /** An application access policy shuts us out of every mailbox. */
  applicationAccessPolicy: boolean;
  /** A cast of transitiveMemberOf is taken as an advanced query only. */
  castNeedsAdvancedQuery: boolean;
  /** The tenant has Entra ID P2, and with it eligible roles. */
  privilegedIdentityManagement: boolean;
}

export interface GraphRouteDeps {
  readonly directory: Directory;
  readonly journal: Journal;
  readonly quirks: GraphQuirks;
}
