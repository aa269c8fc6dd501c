import type { ExchangeQuirks } from './cmdlet.ts';
import type { Directory } from './directory.ts';
import { createExchangeApplication } from './exchange-service.ts';
import { createFaults, type Faults } from './faults.ts';
import type { GraphQuirks } from './graph-routes.ts';
import { createGraphApplication } from './graph-service.ts';
import { type ImapTokenVerdict, verifyImapToken } from './imap-access.ts';
import {
  createImportService,
  IMPORT_QUIRKS,
  type ImportQuirks,
  type LoadSample,
} from './import-service.ts';
import {
  type ChangeRecord,
  createJournal,
  type Journal,
  type RequestRecord,
  type ServiceName,
} from './journal.ts';
import { createPeopleSignIn, type PeopleSignIn } from './login-people.ts';
import { createLoginApplication } from './login-service.ts';
import { createWebSignIn } from './login-web.ts';
import { listen, type ServiceContext, type TlsMaterial } from './service.ts';
import { type Audience, createTokenAuthority, type TokenSettings } from './tokens.ts';

export interface StartM365Input {
  readonly directory: Directory;
  /** Without it the three services speak plain HTTP. */
  readonly tls?: TlsMaterial;
}

export interface M365Quirks extends GraphQuirks, ExchangeQuirks, TokenSettings, ImportQuirks {}

export interface RunningM365 {
  readonly loginUrl: string;
  readonly graphUrl: string;
  readonly exchangeAdminUrl: string;
  readonly directory: Directory;
  readonly faults: Faults;
  /** May be changed between calls. */
  readonly quirks: M365Quirks;
  readonly journal: Journal;
  readonly violations: readonly string[];
  readonly changes: readonly ChangeRecord[];
  readonly requests: readonly RequestRecord[];
  /** How many imports of a mailbox were under way, at each change. */
  readonly importLoad: readonly LoadSample[];
  verifyImapToken(user: string, token: string): Promise<ImapTokenVerdict>;
  /** A token of the first administrator, as if signed in: for tests that are about something else. */
  administratorToken(audience: Audience): Promise<string>;
  /** What a person does in another browser with a code that was shown. */
  readonly finishDevice: PeopleSignIn['finishDevice'];
  close(): Promise<void>;
}

/** Starts token endpoint, Graph and Exchange's admin endpoint of one simulated tenant. */
export async function startM365({ directory, tls }: StartM365Input): Promise<RunningM365> {
  const journal = createJournal();
  const faults = createFaults();
  const quirks: M365Quirks = {
    noMailboxWording: 'MailboxNotEnabledForRESTAPI',
    applicationAccessPolicy: false,
    castNeedsAdvancedQuery: false,
    privilegedIdentityManagement: true,
    permissionUserShownAs: 'object-id',
    errorPlace: 'details',
    filtersByObjectId: true,
    figuresOfUnopened: true,
    showsContainerClass: true,
    pageSize: 1000,
    ...IMPORT_QUIRKS,
    lifetimeSeconds: 3599,
    deviceIntervalSeconds: 5,
    idTokenClaims: {},
  };
  const tokens = await createTokenAuthority(directory, quirks);
  const signIn = {
    directory,
    tokens,
    settings: quirks,
    noteToken: (token: string) => journal.tokens.push(token),
  };
  const people = createPeopleSignIn(signIn);
  const contextOf = (service: ServiceName): ServiceContext => ({ service, journal, faults });
  const imports = createImportService({
    context: contextOf('import'),
    directory,
    journal,
    quirks,
    limits: quirks,
  });
  const services = await Promise.all([
    listen(
      createLoginApplication({
        context: contextOf('login'),
        directory,
        tokens,
        settings: quirks,
        people,
        web: createWebSignIn(signIn),
      }),
      tls,
    ),
    listen(
      createGraphApplication({
        context: contextOf('graph'),
        directory,
        journal,
        tokens,
        quirks,
        imports: imports.sessions,
      }),
      tls,
    ),
    listen(
      createExchangeApplication({
        context: contextOf('exchange'),
        directory,
        journal,
        tokens,
        quirks,
      }),
      tls,
    ),
    listen(imports.application, tls),
  ]);
  const [login, graph, exchange, importing] = services;
  imports.sessions.origin = importing.url;
  return {
    loginUrl: login.url,
    graphUrl: graph.url,
    exchangeAdminUrl: exchange.url,
    directory,
    faults,
    quirks,
    journal,
    violations: journal.violations,
    changes: journal.changes,
    requests: journal.requests,
    importLoad: imports.samples,
    verifyImapToken: (user, token) => verifyImapToken({ directory, tokens }, user, token),
    administratorToken: (audience) => people.tokenOf(audience),
    finishDevice: (userCode, outcome) => people.finishDevice(userCode, outcome),
    close: async () => {
      await Promise.all(services.map((service) => service.close()));
    },
  };
}
