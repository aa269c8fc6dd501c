/**
 * Rights of Microsoft Graph that only the tenant check uses. Without them it says what it does not know;
 * no move needs them. docs/permissions.md is held to this list.
 */
export const OPTIONAL_RIGHTS = {
  /** Security defaults and Conditional Access. */
  policies: 'Policy.Read.All',
  /** Our own registration, which shows when a client secret ends. */
  registration: 'Application.Read.All',
} as const;
