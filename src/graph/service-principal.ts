import { z } from 'zod';
import { isM365Error } from './errors.ts';
import { type ExchangeAdmin, parseAnswer } from './exchange-admin.ts';

/**
 * Whether Exchange knows our application: `unknown` until New-ServicePrincipal registered it,
 * `wrong-object` when it was registered with the object id of the app registration instead of the
 * enterprise application's, a common slip that makes every IMAP login fail.
 */
export type ExchangeRegistration = 'registered' | 'unknown' | 'wrong-object';

export interface ServicePrincipalIdentity {
  readonly clientId: string;
  readonly objectId: string;
}

export interface ExchangeServicePrincipal {
  check(identity: ServicePrincipalIdentity, signal: AbortSignal): Promise<ExchangeRegistration>;
  /** Object ids that the application is registered under; empty when Exchange does not know it. */
  registeredAs(clientId: string, signal: AbortSignal): Promise<readonly string[]>;
  /** By hand: `New-ServicePrincipal -AppId <client id> -ObjectId <object id>`. Idempotent. */
  register(identity: ServicePrincipalIdentity, signal: AbortSignal): Promise<void>;
  /** Takes one entry away, such as one under a wrong object id. By hand: `Remove-ServicePrincipal`. */
  remove(objectId: string, signal: AbortSignal): Promise<void>;
}

const rowsSchema = z.array(z.object({ AppId: z.string(), ObjectId: z.string() }));

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

export function createExchangeServicePrincipal(deps: {
  readonly exchange: ExchangeAdmin;
}): ExchangeServicePrincipal {
  const { exchange } = deps;
  const registeredAs: ExchangeServicePrincipal['registeredAs'] = async (clientId, signal) => {
    try {
      const answer = await exchange.invoke('Get-ServicePrincipal', { Identity: clientId }, signal);
      return parseAnswer(rowsSchema, answer.rows)
        .filter((row) => same(row.AppId, clientId))
        .map((row) => row.ObjectId);
    } catch (error) {
      if (isM365Error(error, 'exchange-admin.object-not-found')) {
        return [];
      }
      throw error;
    }
  };
  return {
    registeredAs,
    check: async ({ clientId, objectId }, signal) => {
      const found = await registeredAs(clientId, signal);
      if (found.length === 0) {
        return 'unknown';
      }
      return found.some((id) => same(id, objectId)) ? 'registered' : 'wrong-object';
    },
    register: async ({ clientId, objectId }, signal) => {
      try {
        await exchange.invoke(
          'New-ServicePrincipal',
          { AppId: clientId, ObjectId: objectId, DisplayName: 'Skybridge' },
          signal,
        );
      } catch (error) {
        if (!isM365Error(error, 'exchange-admin.already-exists')) {
          throw error;
        }
      }
    },
    remove: async (objectId, signal) => {
      await exchange.invoke(
        'Remove-ServicePrincipal',
        { Identity: objectId, Confirm: false },
        signal,
      );
    },
  };
}
