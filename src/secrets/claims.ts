/**
 * What a seal binds a password to, as it stands in the protected header of the JWE (RFC 7516):
 *
 *   { alg, enc, kid, typ: "skybridge-seal", crit: ["claims"],
 *     claims: { tid, oid, mig, host, use, exp } }
 *
 * tid: tenant · oid: the person's object id · mig: migration · host: where the password may be shown
 * · use: purpose · exp: seconds since 1970. `crit` makes every reader that does not know the claims fail.
 */

/** The binding of one sealed password. */
export interface SealBinding {
  readonly tenantId: string;
  readonly personId: string;
  readonly migrationId: string;
  readonly sourceHost: string;
  readonly purpose: 'icloud-app-password';
  readonly expiresAt: Date;
}

export const SEAL_TYPE = 'skybridge-seal';
/** The header parameter that carries the claims, and that readers must understand. */
export const CLAIMS_PARAMETER = 'claims';
export const SEAL_ALGORITHM = 'RSA-OAEP-256';
export const SEAL_ENCRYPTION = 'A256GCM';

/** The binding as the value of the `claims` header parameter. */
export function formatClaims(binding: SealBinding): Readonly<Record<string, string | number>> {
  return {
    tid: binding.tenantId,
    oid: binding.personId,
    mig: binding.migrationId,
    host: binding.sourceHost,
    use: binding.purpose,
    exp: Math.floor(binding.expiresAt.getTime() / 1000),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.length > 0 ? value : null;
}

/** Reads the `claims` header parameter; null for anything that `formatClaims` did not write. */
export function parseClaims(value: unknown): SealBinding | null {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const claims: Record<string, unknown> = { ...value };
  const tenantId = textOf(claims['tid']);
  const personId = textOf(claims['oid']);
  const migrationId = textOf(claims['mig']);
  const sourceHost = textOf(claims['host']);
  const exp = claims['exp'];
  const whole = tenantId && personId && migrationId && sourceHost;
  if (!whole || claims['use'] !== 'icloud-app-password' || !Number.isSafeInteger(exp)) {
    return null;
  }
  const expiresAt = new Date(Number(exp) * 1000);
  return { tenantId, personId, migrationId, sourceHost, purpose: 'icloud-app-password', expiresAt };
}
