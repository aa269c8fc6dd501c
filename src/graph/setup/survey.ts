import type { RequiredCmdlet } from '../required-cmdlets.ts';
import type { ExchangeRegistration } from '../service-principal.ts';
import type { Tier } from '../tiers.ts';
import type { TokenResource } from '../tokens.ts';

/** How the service will prove itself. */
export type SetupCredential =
  | { readonly kind: 'certificate' }
  /** A managed identity of Azure, by its client id or its object id. */
  | { readonly kind: 'managed-identity'; readonly id: string };

/** What the administrator wants of the tenant. */
export interface SetupChoice {
  readonly tiers: readonly Tier[];
  /** Address of the mail-enabled security group that the admin fills. */
  readonly groupAddress: string;
  readonly credential: SetupCredential;
  /** Where people who sign in to the pages are sent back to; null without pages. */
  readonly redirectUri: string | null;
}

/** Permissions that an app registration says it asks for, as Graph has them. */
export interface DeclaredAccess {
  readonly resourceAppId: string;
  readonly resourceAccess: readonly { readonly id: string; readonly type: string }[];
}

/** A certificate of the app registration; `key` is its DER in base64, where Graph shows it. */
export interface KeyCredential {
  readonly keyId: string;
  readonly key: string | null;
  readonly endsAt: Date;
}

export interface FoundApplication {
  readonly id: string;
  readonly appId: string;
  readonly keys: readonly KeyCredential[];
  /** Subjects of trusted managed identities. */
  readonly trusted: readonly string[];
  /** Of the web platform. */
  readonly redirectUris: readonly string[];
  readonly declared: readonly DeclaredAccess[];
}

/** A right that the application has today. */
export interface FoundGrant {
  readonly id: string;
  readonly resource: TokenResource | null;
  readonly role: string;
}

/** A service that gives rights: role → its id there. */
export interface FoundResource {
  readonly id: string;
  readonly roles: ReadonlyMap<string, string>;
}

/** What Entra ID holds of us. */
export interface EntraSurvey {
  readonly application: FoundApplication | null;
  /** Object id of the enterprise application. */
  readonly principalId: string | null;
  readonly resources: Readonly<Record<TokenResource, FoundResource>>;
  readonly grants: readonly FoundGrant[];
  /** The managed identity that was named; null without one. */
  readonly identity: { readonly clientId: string; readonly objectId: string } | null;
}

export interface FoundGroup {
  readonly address: string;
  readonly distinguishedName: string;
}

/** A role, or a role group, by name. */
export interface FoundRole {
  readonly ours: boolean;
  readonly entries: ReadonlyMap<string, readonly string[]>;
}

export interface FoundAssignment {
  readonly name: string;
  readonly role: string;
  /** Name of a management scope; null: the whole tenant. */
  readonly scope: string | null;
}

/** What Exchange holds of us. */
export interface ExchangeSurvey {
  readonly dehydrated: boolean;
  /** Null when none was asked for. */
  readonly group: FoundGroup | null;
  readonly registration: ExchangeRegistration;
  /** Filter of our management scope. */
  readonly scopeFilter: string | null;
  /** What the built-in roles allow here. */
  readonly parents: ReadonlyMap<RequiredCmdlet['from'], ReadonlyMap<string, readonly string[]>>;
  /** Our roles by their names. */
  readonly roles: ReadonlyMap<string, FoundRole>;
  readonly roleGroup: {
    readonly ours: boolean;
    readonly assignments: readonly FoundAssignment[];
    readonly isMember: boolean;
  } | null;
  readonly scopedRoles: readonly FoundAssignment[];
}

/** The certificate in DATA_DIR. */
export interface LocalCertificate {
  /** DER, base64. */
  readonly key: string;
  readonly endsAt: Date;
}

/** Everything that a plan is made from. */
export interface Survey {
  readonly entra: EntraSurvey;
  /** Null: whoever signed in may not look into Exchange. */
  readonly exchange: ExchangeSurvey | null;
  readonly certificate: LocalCertificate | null;
  readonly now: Date;
}

/** A tenant that nothing is known of, for a script that must work in any. */
export function blankSurvey(now: Date): Survey {
  const nothing = { id: '', roles: new Map<string, string>() };
  return {
    entra: {
      application: null,
      principalId: null,
      resources: { graph: nothing, exchange: nothing },
      grants: [],
      identity: null,
    },
    exchange: null,
    certificate: null,
    now,
  };
}
