import {
  FEDERATION_AUDIENCE,
  FEDERATION_NAME,
  RESOURCE_APP_IDS,
  ROLE_NAMES,
  SCOPE_NAME,
  SETUP_DESCRIPTION,
  SETUP_NAME,
  SETUP_TAG,
  SIGN_IN_SCOPE_IDS,
} from './names.ts';
import { type EntraStep, type ExchangeStep, isEntraStep, type SetupStep } from './plan.ts';

export interface ScriptInput {
  readonly tenantId: string;
  /** Who issues the tokens of the tenant's managed identities. */
  readonly issuer: string;
  readonly certificatePath: string;
  /** Steps in the order of a plan. */
  readonly steps: readonly SetupStep[];
}

/** A single-quoted string, in which nothing is expanded. PowerShell ends it at curly quotes, too. */
const quote = (text: string): string =>
  `'${text.replaceAll(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;

/** `$null` stands for none. */
const list = (texts: readonly string[]): string =>
  texts.length === 0 ? '$null' : texts.map(quote).join(', ');

/** What most steps build on. */
const LOOK_UP = [
  `$app = Get-MgApplication -Filter ${quote(`displayName eq '${SETUP_NAME}'`)} | Where-Object { $_.Tags -contains ${quote(SETUP_TAG)} } | Select-Object -First 1`,
  '$sp = if ($app) { Get-MgServicePrincipal -Filter "appId eq \'$($app.AppId)\'" }',
];

/**
 * A script that does the same in PowerShell 7, for who would rather read and run it themselves. It
 * looks before it makes, as setup does: it can be run again.
 */
export function formatScript(input: ScriptInput): string {
  const { tenantId, steps } = input;
  const exchange = steps.some((step) => !isEntraStep(step));
  return [
    '# Needs the modules Microsoft.Graph.Applications and ExchangeOnlineManagement.',
    "$ErrorActionPreference = 'Stop'",
    `Connect-MgGraph -TenantId ${quote(tenantId)} -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All' -NoWelcome`,
    ...(exchange ? ['Connect-ExchangeOnline -ShowBanner:$false'] : []),
    ...LOOK_UP,
    ...steps.flatMap((step) => [
      '',
      ...(isEntraStep(step) ? entraScript(step, input) : exchangeScript(step)),
    ]),
    '',
  ].join('\n');
}

/** Lines for one step, with a comment that says what it is. */
function entraScript(step: EntraStep, input: ScriptInput): readonly string[] {
  switch (step.kind) {
    case 'application':
      return [
        '# App registration, for this tenant alone',
        `if (-not $app) { $app = New-MgApplication -DisplayName ${quote(SETUP_NAME)} -SignInAudience AzureADMyOrg -Tags ${quote(SETUP_TAG)} }`,
      ];
    case 'principal':
      return [
        '# Enterprise application: the app in this tenant',
        'if (-not $sp) { $sp = New-MgServicePrincipal -AppId $app.AppId }',
      ];
    case 'certificate':
      return certificateScript(input.certificatePath);
    case 'federation':
      return federationScript(step.identity, input.issuer);
    case 'sign-in':
      return signInScript(step.redirectUri);
    case 'grant':
    case 'withdraw-grant':
      return grantScript(step);
  }
  return [];
}

/** What stands there already stays. */
function signInScript(redirectUri: string): readonly string[] {
  const graph = RESOURCE_APP_IDS.graph;
  return [
    '# People sign in to the pages: openid and profile, nothing else',
    `$uris = @(@($app.Web.RedirectUris) + ${quote(redirectUri)} | Where-Object { $_ } | Select-Object -Unique)`,
    `$others = @($app.RequiredResourceAccess | Where-Object { $_ -and $_.ResourceAppId -ne ${quote(graph)} })`,
    `$asked = @($app.RequiredResourceAccess | Where-Object { $_.ResourceAppId -eq ${quote(graph)} } | ForEach-Object { $_.ResourceAccess })`,
    `foreach ($scope in ${list(SIGN_IN_SCOPE_IDS)}) { if (-not ($asked | Where-Object { $_.Id -eq $scope })) { $asked += @{ Id = $scope; Type = 'Scope' } } }`,
    `Update-MgApplication -ApplicationId $app.Id -Web @{ RedirectUris = $uris } -RequiredResourceAccess @($others + @{ ResourceAppId = ${quote(graph)}; ResourceAccess = $asked })`,
  ];
}

function certificateScript(path: string): readonly string[] {
  return [
    '# Certificate: the private key stays in this file; guard it',
    `$pem = ${quote(path)}`,
    'if (-not (Test-Path $pem)) {',
    '  $rsa = [System.Security.Cryptography.RSA]::Create(2048)',
    `  $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(${quote(`CN=${SETUP_NAME}`)}, $rsa, [System.Security.Cryptography.HashAlgorithmName]::SHA256, [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)`,
    '  $made = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(365))',
    '  New-Item -ItemType File -Path $pem | Out-Null',
    '  if (-not $IsWindows) { chmod 600 $pem }',
    '  Set-Content -Path $pem -Value ($made.ExportCertificatePem() + "`n" + $rsa.ExportPkcs8PrivateKeyPem())',
    '}',
    '$certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem((Get-Content -Raw $pem))',
    `Update-MgApplication -ApplicationId $app.Id -KeyCredentials @(@{ Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = $certificate.RawData; DisplayName = ${quote(SETUP_NAME)} })`,
  ];
}

function federationScript(identity: string, issuer: string): readonly string[] {
  return [
    '# Trust in the managed identity: no secret at all',
    `$identity = Get-MgServicePrincipal -Filter ${quote(`appId eq '${identity}' or id eq '${identity}'`)} | Where-Object { $_.ServicePrincipalType -eq 'ManagedIdentity' }`,
    `if (-not (Get-MgApplicationFederatedIdentityCredential -ApplicationId $app.Id | Where-Object { $_.Subject -eq $identity.Id })) {`,
    `  New-MgApplicationFederatedIdentityCredential -ApplicationId $app.Id -Name ${quote(FEDERATION_NAME)} -Issuer ${quote(issuer)} -Subject $identity.Id -Audiences ${quote(FEDERATION_AUDIENCE)}`,
    '}',
  ];
}

function grantScript(
  step: Extract<SetupStep, { kind: 'grant' | 'withdraw-grant' }>,
): readonly string[] {
  const find = [
    `$resource = Get-MgServicePrincipal -Filter ${quote(`appId eq '${RESOURCE_APP_IDS[step.resource]}'`)}`,
    `$role = $resource.AppRoles | Where-Object { $_.Value -eq ${quote(step.role)} }`,
    '$granted = Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $sp.Id -All | Where-Object { $_.AppRoleId -eq $role.Id -and $_.ResourceId -eq $resource.Id }',
  ];
  return step.kind === 'grant'
    ? [
        `# Right ${step.role}`,
        ...find,
        'if (-not $granted) { New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $sp.Id -PrincipalId $sp.Id -ResourceId $resource.Id -AppRoleId $role.Id }',
      ]
    : [
        `# Right ${step.role}, no longer needed`,
        ...find,
        'if ($granted) { Remove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $sp.Id -AppRoleAssignmentId $granted.Id }',
      ];
}

const present = (command: string): string => `(${command} -ErrorAction SilentlyContinue)`;

function exchangeScript(step: ExchangeStep): readonly string[] {
  switch (step.kind) {
    case 'customization':
      return [
        '# A configuration of the tenant’s own: takes minutes, sometimes longer, and cannot be undone',
        'if ((Get-OrganizationConfig).IsDehydrated) {',
        '  Enable-OrganizationCustomization',
        '  while ((Get-OrganizationConfig).IsDehydrated) { Start-Sleep -Seconds 30 }',
        '}',
      ];
    case 'registration':
      return [
        '# The app in Exchange, under the object id of the enterprise application',
        `if (-not ${present('Get-ServicePrincipal -Identity $app.AppId')}) { New-ServicePrincipal -AppId $app.AppId -ObjectId $sp.Id -DisplayName ${quote(SETUP_NAME)} }`,
      ];
    case 'scope':
      return [
        '# The mailboxes in the group (direct members), and no others',
        `$group = Get-DistributionGroup -Identity ${quote(step.groupAddress)}`,
        `$filter = "MemberOfGroup -eq '$($group.DistinguishedName.Replace("'", "''"))'"`,
        `if (${present(`Get-ManagementScope -Identity ${quote(SCOPE_NAME)}`)}) { Set-ManagementScope -Identity ${quote(SCOPE_NAME)} -RecipientRestrictionFilter $filter }`,
        `else { New-ManagementScope -Name ${quote(SCOPE_NAME)} -RecipientRestrictionFilter $filter }`,
      ];
    case 'role':
      return roleScript(step);
    case 'role-group':
      return roleGroupScript(step);
    case 'member':
      return [
        '# The app is the only member of the role group',
        `if (-not (Get-RoleGroupMember -Identity ${quote(SETUP_NAME)} | Where-Object { $_.Name -eq $sp.Id })) { Add-RoleGroupMember -Identity ${quote(SETUP_NAME)} -Member $sp.Id -BypassSecurityGroupManagerCheck }`,
      ];
    case 'scoped-role':
      return [
        `# ${step.role}, for the mailboxes in the group alone`,
        `if (-not (Get-ManagementRoleAssignment -RoleAssignee $sp.Id | Where-Object { $_.Role -eq ${quote(step.role)} })) { New-ManagementRoleAssignment -Name ${quote(`${SETUP_NAME} ${step.role}`)} -Role ${quote(step.role)} -App $sp.Id -CustomResourceScope ${quote(SCOPE_NAME)} }`,
      ];
    case 'withdraw-scoped-role':
      return [
        `# ${step.role}, no longer needed`,
        `Remove-ManagementRoleAssignment -Identity ${quote(step.assignment)} -Confirm:$false`,
      ];
  }
  return [];
}

function roleScript(step: Extract<SetupStep, { kind: 'role' }>): readonly string[] {
  const role = quote(step.name);
  return [
    `# The role "${step.name}": part of "${step.parent}"`,
    `if (-not ${present(`Get-ManagementRole -Identity ${role}`)}) { New-ManagementRole -Name ${role} -Parent ${quote(step.parent)} -Description ${quote(SETUP_DESCRIPTION)} -EnabledCmdlets ${list(step.entries.map(({ cmdlet }) => cmdlet))} }`,
    `Get-ManagementRoleEntry ${quote(`${step.name}\\*`)} | Where-Object { $_.Name -notin ${list(step.entries.map(({ cmdlet }) => cmdlet))} } | ForEach-Object { Remove-ManagementRoleEntry -Identity "${step.name}\\$($_.Name)" -Confirm:$false }`,
    ...step.entries.flatMap(({ cmdlet, parameters }) => {
      const entry = quote(`${step.name}\\${cmdlet}`);
      return [
        `if (${present(`Get-ManagementRoleEntry ${entry}`)}) { Set-ManagementRoleEntry -Identity ${entry} -Parameters ${list(parameters)} }`,
        `else { Add-ManagementRoleEntry -Identity ${entry} -Parameters ${list(parameters)} }`,
      ];
    }),
  ];
}

function roleGroupScript({ roles }: Extract<SetupStep, { kind: 'role-group' }>): readonly string[] {
  const group = quote(SETUP_NAME);
  const scoped = roles.filter((role) => role.scoped).map(({ name }) => name);
  return [
    '# The role group, limited to the scope where its roles change something',
    `if (-not ${present(`Get-RoleGroup -Identity ${group}`)}) { New-RoleGroup -Name ${group} -Description ${quote(SETUP_DESCRIPTION)} -Roles ${list(scoped)} -CustomRecipientWriteScope ${quote(SCOPE_NAME)} }`,
    ...roles.map((role) => {
      const scope = role.scoped ? ` -CustomRecipientWriteScope ${quote(SCOPE_NAME)}` : '';
      return `if (-not (Get-ManagementRoleAssignment -RoleAssignee ${group} -Role ${quote(role.name)})) { New-ManagementRoleAssignment -Role ${quote(role.name)} -SecurityGroup ${group}${scope} }`;
    }),
  ];
}

/** Takes away by hand what setup made, for whoever may not look into Exchange with it. */
export function formatRemovalScript(tenantId: string): string {
  const group = quote(SETUP_NAME);
  return [
    '# Needs the modules Microsoft.Graph.Applications and ExchangeOnlineManagement.',
    "$ErrorActionPreference = 'Stop'",
    `Connect-MgGraph -TenantId ${quote(tenantId)} -Scopes 'Application.ReadWrite.All' -NoWelcome`,
    'Connect-ExchangeOnline -ShowBanner:$false',
    ...LOOK_UP,
    'Get-ManagementRoleAssignment -RoleAssignee $sp.Id | Remove-ManagementRoleAssignment -Confirm:$false',
    `Remove-RoleGroup -Identity ${group} -BypassSecurityGroupManagerCheck -Confirm:$false`,
    ...Object.values(ROLE_NAMES).map(
      (name) => `Remove-ManagementRole -Identity ${quote(name)} -Confirm:$false`,
    ),
    `Remove-ManagementScope -Identity ${quote(SCOPE_NAME)} -Confirm:$false`,
    'Remove-ServicePrincipal -Identity $app.AppId -Confirm:$false',
    'Remove-MgApplication -ApplicationId $app.Id',
    '',
  ].join('\n');
}
