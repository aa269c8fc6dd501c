/** The four clouds Microsoft runs, by the values of the CLOUD setting. */
export type CloudName = 'global' | 'usgov' | 'usgovdod' | 'china';

/** Where a cloud's services are, without a slash at the end. */
export interface CloudHosts {
  readonly loginUrl: string;
  readonly graphUrl: string;
  readonly exchangeAdminUrl: string;
  /** Exchange Online's mail server, with its port. */
  readonly imapUrl: string;
}

/** What tokens are asked for; stays the cloud's own when a URL is overridden. */
export interface CloudResources {
  readonly graph: string;
  readonly exchange: string;
}

export interface Cloud extends CloudHosts {
  readonly resources: CloudResources;
  /** What follows the tenant's own name in the hosts of its SharePoint and OneDrive. */
  readonly fileHostSuffix: string;
  /** Whose name stands in tokens; stays the cloud's own when a URL is overridden. */
  readonly issuerHost: string;
}

/** What the hosts of SharePoint and OneDrive end in; that of the second and third is believed. */
const FILE_HOSTS: Readonly<Record<CloudName, string>> = {
  global: '.sharepoint.com',
  usgov: '.sharepoint.us',
  usgovdod: '.sharepoint-mil.us',
  china: '.sharepoint.cn',
};

const ISSUER_HOSTS: Readonly<Record<CloudName, string>> = {
  global: 'login.microsoftonline.com',
  usgov: 'login.microsoftonline.us',
  usgovdod: 'login.microsoftonline.us',
  china: 'login.partner.microsoftonline.cn',
};

/** Who issues the tokens of a tenant's people and managed identities. */
export function issuerOf({ issuerHost }: Pick<Cloud, 'issuerHost'>, tenantId: string): string {
  return `https://${issuerHost}/${tenantId}/v2.0`;
}

const CLOUDS: Readonly<Record<CloudName, CloudHosts>> = {
  global: {
    loginUrl: 'https://login.microsoftonline.com',
    graphUrl: 'https://graph.microsoft.com',
    exchangeAdminUrl: 'https://outlook.office365.com',
    imapUrl: 'imaps://outlook.office365.com:993',
  },
  usgov: {
    loginUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://graph.microsoft.us',
    exchangeAdminUrl: 'https://outlook.office365.us',
    imapUrl: 'imaps://outlook.office365.us:993',
  },
  usgovdod: {
    loginUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://dod-graph.microsoft.us',
    exchangeAdminUrl: 'https://outlook-dod.office365.us',
    // Believed; webmail.apps.mil is the other name one hears of. TARGET_IMAP_URL replaces it.
    imapUrl: 'imaps://outlook-dod.office365.us:993',
  },
  china: {
    loginUrl: 'https://login.chinacloudapi.cn',
    graphUrl: 'https://microsoftgraph.chinacloudapi.cn',
    // From the page of Microsoft's admin API; that the IMAP host has another name is believed.
    exchangeAdminUrl: 'https://outlook.office365.cn',
    imapUrl: 'imaps://partner.outlook.cn:993',
  },
};

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** The hosts of a cloud; LOGIN_URL, GRAPH_URL, EXCHANGE_ADMIN_URL and TARGET_IMAP_URL replace one each. */
export function chooseCloud(name: CloudName, overrides: Partial<CloudHosts> = {}): Cloud {
  const own = CLOUDS[name];
  return {
    loginUrl: withoutSlash(overrides.loginUrl ?? own.loginUrl),
    graphUrl: withoutSlash(overrides.graphUrl ?? own.graphUrl),
    exchangeAdminUrl: withoutSlash(overrides.exchangeAdminUrl ?? own.exchangeAdminUrl),
    imapUrl: withoutSlash(overrides.imapUrl ?? own.imapUrl),
    resources: { graph: own.graphUrl, exchange: own.exchangeAdminUrl },
    issuerHost: ISSUER_HOSTS[name],
    fileHostSuffix: FILE_HOSTS[name],
  };
}
