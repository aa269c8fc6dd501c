/** The four clouds Microsoft runs, by the values of the CLOUD setting. */
export type CloudName = 'global' | 'usgov' | 'usgovdod' | 'china';

/** Where a cloud's services are, without a slash at the end. */
export interface CloudHosts {
  readonly loginUrl: string;
  readonly graphUrl: string;
  readonly exchangeAdminUrl: string;
}

/** What tokens are asked for; stays the cloud's own when a URL is overridden. */
export interface CloudResources {
  readonly graph: string;
  readonly exchange: string;
}

export interface Cloud extends CloudHosts {
  readonly resources: CloudResources;
}

const CLOUDS: Readonly<Record<CloudName, CloudHosts>> = {
  global: {
    loginUrl: 'https://login.microsoftonline.com',
    graphUrl: 'https://graph.microsoft.com',
    exchangeAdminUrl: 'https://outlook.office365.com',
  },
  usgov: {
    loginUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://graph.microsoft.us',
    exchangeAdminUrl: 'https://outlook.office365.us',
  },
  usgovdod: {
    loginUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://dod-graph.microsoft.us',
    exchangeAdminUrl: 'https://outlook-dod.office365.us',
  },
  china: {
    loginUrl: 'https://login.chinacloudapi.cn',
    graphUrl: 'https://microsoftgraph.chinacloudapi.cn',
    // From the page of Microsoft's admin API; 21Vianet's IMAP host has another name.
    exchangeAdminUrl: 'https://outlook.office365.cn',
  },
};

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** The hosts of a cloud; LOGIN_URL, GRAPH_URL and EXCHANGE_ADMIN_URL replace one each. */
export function chooseCloud(name: CloudName, overrides: Partial<CloudHosts> = {}): Cloud {
  const own = CLOUDS[name];
  return {
    loginUrl: withoutSlash(overrides.loginUrl ?? own.loginUrl),
    graphUrl: withoutSlash(overrides.graphUrl ?? own.graphUrl),
    exchangeAdminUrl: withoutSlash(overrides.exchangeAdminUrl ?? own.exchangeAdminUrl),
    resources: { graph: own.graphUrl, exchange: own.exchangeAdminUrl },
  };
}
