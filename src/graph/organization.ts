import { z } from 'zod';
import { M365Error } from './errors.ts';
import type { GraphClient } from './graph-client.ts';

/** The tenant's own data. */
export interface Organization {
  readonly tenantId: string;
  readonly displayName: string;
  /** ISO 3166 alpha-2; the usage location to propose. Null where the tenant names none. */
  readonly country: string | null;
  readonly defaultDomain: string | null;
  /** All that are verified, in lower case. */
  readonly domains: readonly string[];
}

const organizationSchema = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      displayName: z.string().nullish(),
      countryLetterCode: z.string().nullish(),
      verifiedDomains: z
        .array(z.object({ name: z.string(), isDefault: z.boolean().nullish() }))
        .nullish(),
    }),
  ),
});

/** Reads the tenant; also the cheapest proof that Graph answers us. */
export function createOrganization({ graph }: { readonly graph: GraphClient }): {
  read(signal: AbortSignal): Promise<Organization>;
} {
  return {
    read: async (signal) => {
      const { value } = await graph.get(
        {
          path: '/organization',
          select: ['id', 'displayName', 'countryLetterCode', 'verifiedDomains'],
        },
        organizationSchema,
        signal,
      );
      const [tenant] = value;
      if (tenant === undefined) {
        throw new M365Error('graph.unexpected-answer');
      }
      return {
        tenantId: tenant.id,
        displayName: tenant.displayName ?? tenant.id,
        country: tenant.countryLetterCode ?? null,
        defaultDomain: tenant.verifiedDomains?.find((domain) => domain.isDefault)?.name ?? null,
        domains: (tenant.verifiedDomains ?? []).map(({ name }) => name.toLowerCase()),
      };
    },
  };
}
