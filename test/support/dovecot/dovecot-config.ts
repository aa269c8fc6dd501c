/** The configuration of one private Dovecot, as text. */

export interface DovecotConfigInput {
  readonly dir: string;
  readonly imapPort: number;
  readonly imapsPort: number;
  readonly certFile: string;
  readonly keyFile: string;
  readonly password: string;
  /** The whole capability list to advertise; null: Dovecot's own. */
  readonly capabilities: string | null;
  /** Where tokens are asked about; null: passwords only. */
  readonly introspectionUrl: string | null;
  /** Who owns the mail: a number of nobody's when root runs the server, which Dovecot wants. */
  readonly mailUid: number;
  readonly mailGid: number;
  /** Without root every process runs as this user and group, and nothing is chrooted. */
  readonly unprivileged: { readonly user: string; readonly group: string } | null;
  /** Folders that exist from the first login on, by special use. */
  readonly folders: Readonly<Record<string, string | null>>;
  readonly fsync: boolean;
  /** Between levels of folders, `/` unless given; with a dot, a name may hold a slash. */
  readonly separator: '/' | '.' | undefined;
  /** Bytes a mailbox may hold; null: no limit. */
  readonly quotaBytes: number | null;
}

function unprivileged({ user, group }: { user: string; group: string }): string {
  return `default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
service anvil {
  chroot =
}
service imap-login {
  chroot =
}`;
}

function quota(bytes: number): string {
  return `mail_plugins = quota
plugin {
  quota = count:User quota
  quota_rule = *:bytes=${bytes}
  quota_vsizes = yes
}
protocol imap {
  mail_plugins = quota
}`;
}

const OAUTH = (dir: string): string => `passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = ${dir}/oauth2.conf.ext
}`;

/** The file for `passdb oauth2`. */
export function oauthConfig(introspectionUrl: string): string {
  return `introspection_mode = auth
introspection_url = ${introspectionUrl}
username_attribute = username
active_attribute = active
active_value = true
tls_ca_cert_file =
`;
}

/** dovecot.conf for Dovecot 2.3. */
export function dovecotConfig(input: DovecotConfigInput): string {
  const { dir, capabilities, introspectionUrl } = input;
  const mailboxes = Object.entries(input.folders).map(
    ([name, use]) => `  mailbox "${name}" {
    auto = subscribe${use === null ? '' : `\n    special_use = ${use}`}
  }`,
  );
  return `base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/dovecot.log
instance_name = skybridge-test-${input.imapPort}
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${input.certFile}
ssl_key = <${input.keyFile}
disable_plaintext_auth = no
auth_mechanisms = plain login${introspectionUrl === null ? '' : ' xoauth2'}
auth_cache_size = 0
auth_failure_delay = 0
first_valid_uid = 1
mail_uid = ${input.mailUid}
mail_gid = ${input.mailGid}
mail_location = sdbox:~/box${input.separator === '.' ? ':LAYOUT=index' : ''}
mail_fsync = ${input.fsync ? 'optimized' : 'never'}
mail_max_userip_connections = 50
${capabilities === null ? '' : `imap_capability = ${capabilities}`}
${input.unprivileged === null ? '' : unprivileged(input.unprivileged)}
${input.quotaBytes === null ? '' : quota(input.quotaBytes)}
${introspectionUrl === null ? '' : OAUTH(dir)}
passdb {
  driver = static
  args = password=${input.password}
}
userdb {
  driver = static
  args = uid=${input.mailUid} gid=${input.mailGid} home=${dir}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = ${input.separator ?? '/'}
${mailboxes.join('\n')}
}
service imap-login {
  inet_listener imap {
    port = ${input.imapPort}
  }
  inet_listener imaps {
    port = ${input.imapsPort}
    ssl = yes
  }
  service_count = 0
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`;
}
