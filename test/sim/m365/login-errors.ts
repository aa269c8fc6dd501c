import { randomUUID } from 'node:crypto';
import { Refusal } from './service.ts';

/** An OAuth error answer as Entra ID words it. */
export function entraError(
  status: number,
  error: string,
  aadsts: { readonly code: number; readonly text: string },
  violation: string | null = null,
): Refusal {
  const traceId = randomUUID();
  const correlationId = randomUUID();
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return new Refusal(
    {
      status,
      body: {
        error,
        error_description: `AADSTS${aadsts.code}: ${aadsts.text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
        error_codes: [aadsts.code],
        timestamp,
        trace_id: traceId,
        correlation_id: correlationId,
        error_uri: `https://login.microsoftonline.com/error?code=${aadsts.code}`,
      },
    },
    violation,
  );
}
