/**
 * Who is before the browser, for every page of ours:
 *
 *   begin   state, nonce and code verifier stay here, under a secret in the browser's cookie → Entra ID
 *   finish  the same browser, once, with the same state → the code is redeemed → a session
 *   visitor the session's cookie → who it is, for an hour
 *
 * A link never signs anybody in, and a session says who somebody is, not what they may do.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { errorCodeOf } from '../errors.ts';
import type { WebSessionStore } from '../jobs/api.ts';
import type { Logger } from '../log.ts';
import { readCookie, writeCookie } from './cookies.ts';

/** What Entra ID is asked through; src/graph brings it. */
export interface SignInPort {
  authorizeUrl(request: {
    readonly state: string;
    readonly nonce: string;
    readonly challenge: string;
  }): Promise<string>;
  /** Throws where the code is not good for this. */
  redeem(input: {
    readonly code: string;
    readonly nonce: string;
    readonly verifier: string;
  }): Promise<{ readonly personId: string; readonly name: string }>;
}

export interface Visitor {
  readonly personId: string;
  readonly name: string;
  /** Stands in every form of this session. */
  readonly csrf: string;
}

export interface SignIn {
  /** Sends the browser to Entra ID; it comes back to `returnTo`, a path of ours. */
  begin(response: Response, returnTo: string): Promise<void>;
  /** The way back: where to go on; null where nobody was signed in. */
  finish(request: Request, response: Response): Promise<string | null>;
  visitor(request: Request): Promise<Visitor | null>;
  end(request: Request, response: Response): Promise<void>;
}

export interface SignInDeps {
  readonly port: SignInPort;
  readonly sessions: WebSessionStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

const CEREMONY_SECONDS = 600;
const SESSION_SECONDS = 3600;

const ceremonySchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
});
const sessionSchema = z.object({ personId: z.string(), name: z.string(), csrf: z.string() });
const answerSchema = z.object({ code: z.string().min(1).max(8000), state: z.string().max(200) });

/** 256 bits, as they may stand in a URL. */
const random = (): string => randomBytes(32).toString('base64url');

/** Says how alike two secrets are to nobody who measures time. */
export function isSameSecret(left: string, right: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}

export function createSignIn({ port, sessions, clock, logger }: SignInDeps): SignIn {
  const inSeconds = (seconds: number): Date => new Date(clock.now().getTime() + seconds * 1000);

  return {
    async begin(response, returnTo) {
      const [state, nonce, verifier] = [random(), random(), random()];
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      const url = await port.authorizeUrl({ state, nonce, challenge });
      const value = { state, nonce, verifier, returnTo };
      const secret = await sessions.open('sign-in', value, inSeconds(CEREMONY_SECONDS));
      writeCookie(response, 'sign-in', secret, CEREMONY_SECONDS);
      response.redirect(303, url);
    },

    async finish(request, response) {
      const secret = readCookie(request, 'sign-in');
      writeCookie(response, 'sign-in', '', 0);
      const kept = secret === null ? null : await sessions.take('sign-in', secret);
      const ceremony = ceremonySchema.safeParse(kept).data;
      const answer = answerSchema.safeParse(request.query).data;
      if (
        ceremony === undefined ||
        answer === undefined ||
        !isSameSecret(answer.state, ceremony.state)
      ) {
        logger.info({ browser: kept !== null, code: answer !== undefined }, 'sign-in not finished');
        return null;
      }
      try {
        const { nonce, verifier } = ceremony;
        const person = await port.redeem({ code: answer.code, nonce, verifier });
        const value = { ...person, csrf: random() };
        // A new one each time: a session that somebody else put into the browser is of no use to them.
        const session = await sessions.open('session', value, inSeconds(SESSION_SECONDS));
        writeCookie(response, 'session', session, null);
        return ceremony.returnTo;
      } catch (error) {
        logger.warn({ code: errorCodeOf(error) }, 'sign-in refused');
        return null;
      }
    },

    async visitor(request) {
      const secret = readCookie(request, 'session');
      const kept = secret === null ? null : await sessions.find('session', secret);
      return sessionSchema.safeParse(kept).data ?? null;
    },

    async end(request, response) {
      const secret = readCookie(request, 'session');
      writeCookie(response, 'session', '', 0);
      if (secret !== null) {
        await sessions.take('session', secret);
      }
    },
  };
}
