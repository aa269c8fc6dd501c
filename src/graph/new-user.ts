import { randomInt } from 'node:crypto';
import type { User as GraphUser } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { isM365Error } from './errors.ts';
import type { GraphClient } from './graph-client.ts';
import { parseGraphAnswer } from './graph-error.ts';

/** Somebody to create; the password is shown to the admin once, and kept nowhere. */
export interface NewUser {
  readonly displayName: string;
  /** With one of the tenant's own domains. */
  readonly userPrincipalName: string;
  /** ISO 3166 alpha-2; without it no licence can follow. */
  readonly usageLocation: string;
  readonly initialPassword: string;
}

export interface UserCreation {
  /**
   * Answers with the object id. Idempotent for some minutes: whoever was just made with this name and
   * sign-in name counts as ours, since the answer to the first request may have been lost. Throws
   * `graph.address-taken` for anybody else.
   */
  create(person: NewUser, signal: AbortSignal): Promise<string>;
}

/** A lost answer is asked for again within the budget of a job; our clock and theirs may differ. */
const JUST_NOW_MS = 15 * 60_000;

const LENGTH = 16;

/** Nothing that is mistaken for another sign when it is read aloud or typed, and no sign of Markdown. */
const SIGNS = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz', '23456789', '!%+=?@'];

/** A password that meets Entra ID's rules, with signs of all four kinds. */
export function createInitialPassword(random: (below: number) => number = randomInt): string {
  const draw = (signs: string): string => signs.charAt(random(signs.length));
  const drawn = [...SIGNS, ...Array.from({ length: LENGTH - SIGNS.length }, () => SIGNS.join(''))];
  const signs = drawn.map(draw);
  // The first four kinds should not stand at the first four places.
  for (let last = signs.length - 1; last > 0; last -= 1) {
    const other = random(last + 1);
    [signs[last], signs[other]] = [signs[other] ?? '', signs[last] ?? ''];
  }
  return signs.join('');
}

const createdSchema = z.object({ id: z.string() });

const existingSchema = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  createdDateTime: z.string().nullish(),
});

export function createUserCreation(deps: {
  readonly graph: GraphClient;
  readonly clock: Clock;
}): UserCreation {
  const { graph, clock } = deps;

  /** The id of the user that we seem to have made a moment ago; null for an older one. */
  const justMade = async (person: NewUser, signal: AbortSignal): Promise<string | null> => {
    const path = `/users/${encodeURIComponent(person.userPrincipalName)}`;
    const select = ['id', 'displayName', 'createdDateTime'];
    const found = await graph.get({ path, select }, existingSchema, signal).catch((error) => {
      if (isM365Error(error, 'graph.not-found')) {
        return null;
      }
      throw error;
    });
    const age = Math.abs(clock.now().getTime() - Date.parse(found?.createdDateTime ?? ''));
    return found?.displayName === person.displayName && age < JUST_NOW_MS ? found.id : null;
  };

  return {
    create: async (person, signal) => {
      const body: GraphUser = {
        accountEnabled: true,
        displayName: person.displayName,
        mailNickname: person.userPrincipalName.split('@')[0] ?? '',
        userPrincipalName: person.userPrincipalName,
        usageLocation: person.usageLocation,
        passwordProfile: { password: person.initialPassword, forceChangePasswordNextSignIn: true },
      };
      try {
        const answer = await graph.write('POST', '/users', body, signal);
        return parseGraphAnswer(createdSchema, answer).id;
      } catch (error) {
        const ours = isM365Error(error, 'graph.address-taken')
          ? await justMade(person, signal)
          : null;
        if (ours === null) {
          throw error;
        }
        return ours;
      }
    },
  };
}
