import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { ExchangeAdmin } from '../exchange-admin.ts';
import type { GraphClient } from '../graph-client.ts';
import { surveyEntra } from './entra.ts';
import { surveyExchange } from './exchange-roles.ts';
import type { SetupFiles, SetupRecord } from './record.ts';
import type { LocalCertificate, SetupCredential, Survey } from './survey.ts';

export interface TenantSurveyDeps {
  readonly graph: GraphClient;
  readonly exchange: ExchangeAdmin;
  readonly files: SetupFiles;
  readonly clock: Clock;
}

export interface TenantSurveyInput {
  readonly record: SetupRecord | null;
  readonly credential: SetupCredential;
  /** Null where the group does not matter. */
  readonly groupAddress: string | null;
}

/** The certificate of a PEM text. */
export function readLocalCertificate(pem: string): LocalCertificate {
  const certificate = new X509Certificate(pem);
  return { key: certificate.raw.toString('base64'), endsAt: certificate.validToDate };
}

/** Reads all that a plan is made from; changes nothing, here or there. */
export async function surveyTenant(
  { graph, exchange, files, clock }: TenantSurveyDeps,
  { record, credential, groupAddress }: TenantSurveyInput,
  signal: AbortSignal,
): Promise<Survey> {
  const entra = await surveyEntra(
    graph,
    { applicationId: record?.applicationId ?? null, credential },
    signal,
  );
  const pem = await files.readCertificate();
  return {
    entra,
    exchange: await surveyExchange(
      exchange,
      {
        groupAddress,
        // An app that somebody deleted by hand may still be known to Exchange.
        clientId: entra.application?.appId ?? record?.clientId ?? null,
        principalId: entra.principalId ?? record?.principalId ?? null,
        scopeIsOurs: record?.begun.includes('scope') === true,
      },
      signal,
    ),
    certificate: pem === null ? null : readLocalCertificate(pem),
    now: clock.now(),
  };
}
