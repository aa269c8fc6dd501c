import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { ExchangeAdmin } from '../exchange-admin.ts';
import type { GraphClient } from '../graph-client.ts';
import { surveyEntra } from './entra.ts';
import { surveyExchange } from './exchange-roles.ts';
import type { SetupFiles, SetupRecord } from './record.ts';
import type { EntraSurvey, LocalCertificate, SetupCredential, Survey } from './survey.ts';

export interface TenantSurveyDeps {
  readonly graph: GraphClient;
  readonly exchange: ExchangeAdmin;
  readonly files: SetupFiles;
  readonly clock: Clock;
}

export interface TenantSurveyInput {
  readonly record: SetupRecord | null;
  readonly credential: SetupCredential;
  /** Null where all is to be removed, and no group matters. */
  readonly groupAddress: string | null;
}

/** The certificate of a PEM text. */
export function readLocalCertificate(pem: string): LocalCertificate {
  const certificate = new X509Certificate(pem);
  return { key: certificate.raw.toString('base64'), endsAt: certificate.validToDate };
}

/**
 * Whom to look for in Exchange. What an app that somebody deleted by hand left there is to be removed;
 * a new app knows nothing of it.
 */
function whomToFind(
  { application, principalId }: EntraSurvey,
  former: SetupRecord | null,
): { readonly clientId: string | null; readonly principalId: string | null } {
  return {
    clientId: application?.appId ?? former?.clientId ?? null,
    principalId: principalId ?? former?.principalId ?? null,
  };
}

/** Reads all that a plan is made from; changes nothing, here or there. */
export async function surveyTenant(
  { graph, exchange, files, clock }: TenantSurveyDeps,
  { record, credential, groupAddress }: TenantSurveyInput,
  signal: AbortSignal,
): Promise<Survey> {
  const applicationId = record?.applicationId ?? null;
  const entra = await surveyEntra(graph, { applicationId, credential }, signal);
  const pem = await files.readCertificate();
  const scopeIsOurs = record?.begun.includes('scope') === true;
  const whom = whomToFind(entra, groupAddress === null ? record : null);
  return {
    entra,
    exchange: await surveyExchange(exchange, { groupAddress, scopeIsOurs, ...whom }, signal),
    certificate: pem === null ? null : readLocalCertificate(pem),
    now: clock.now(),
  };
}
