import type { User } from './users.ts';

/**
 * What somebody is to a move: `guest` has the mailbox elsewhere · `shared-mailbox` and
 * `resource-mailbox` (a room, a device) have no person who could enter a password ·
 * `disabled-account` cannot sign in to read what arrives · `directory-synced` is changed in the local
 * directory.
 */
export type PersonKind =
  | 'member'
  | 'guest'
  | 'shared-mailbox'
  | 'resource-mailbox'
  | 'disabled-account'
  | 'directory-synced';

/** `userPurpose` is that of the mailbox's settings; null without a mailbox. Pure. */
export function personKindOf(user: User, userPurpose: string | null): PersonKind {
  if (user.kind === 'guest') {
    return 'guest';
  }
  // Before the account: that of a shared mailbox is disabled as a rule.
  if (userPurpose === 'shared') {
    return 'shared-mailbox';
  }
  if (userPurpose === 'room' || userPurpose === 'equipment') {
    return 'resource-mailbox';
  }
  if (!user.enabled) {
    return 'disabled-account';
  }
  return user.directorySynced ? 'directory-synced' : 'member';
}
