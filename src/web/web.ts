import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { PersonDesk } from '../bot/person-desk.ts';
import type { Clock } from '../clock.ts';
import { errorCodeOf } from '../errors.ts';
import type { AuditEntry, WebSessionStore } from '../jobs/api.ts';
import type { Logger } from '../log.ts';
import { createMovePage, type PageHandler } from './move-page.ts';
import { PAGE_HEADERS } from './page.ts';
import { SIGN_IN_PATH } from './paths.ts';
import { createRateLimit } from './rate-limit.ts';
import { createSignIn, type SignInPort } from './sign-in.ts';

export interface WebDeps {
  readonly desk: PersonDesk;
  readonly signIn: SignInPort;
  readonly sessions: WebSessionStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tenantId: string;
  /** PUBLIC_URL. */
  readonly publicUrl: string;
  audit(entry: AuditEntry): Promise<void>;
}

/** Fifty folders with long names in letters that a form writes as nine. */
const BODY_LIMIT = '64kb';
const MINUTE_MS = 60_000;
/** Beyond what people do, below what a machine that tries something wants. */
const PRESSES_A_MINUTE = 20;
/** Of one address, which may be that of a whole company or of a proxy. */
const REQUESTS_A_MINUTE = 600;

/** Serves the pages below PUBLIC_URL. */
export function createWeb(deps: WebDeps): Router {
  const { clock, logger } = deps;
  const publicUrl = deps.publicUrl.replace(/\/+$/, '');
  const signIn = createSignIn({ port: deps.signIn, sessions: deps.sessions, clock, logger });
  const presses = createRateLimit({ clock, most: PRESSES_A_MINUTE, windowMs: MINUTE_MS });
  const requests = createRateLimit({ clock, most: REQUESTS_A_MINUTE, windowMs: MINUTE_MS });
  const page = createMovePage({ ...deps, signIn, presses, publicUrl });

  const run =
    (handler: PageHandler) =>
    (request: Request, response: Response, next: NextFunction): void => {
      const aborter = new AbortController();
      response.once('close', () => aborter.abort());
      void (async () => {
        try {
          await handler(request, response, aborter.signal);
        } catch (error) {
          next(error);
        }
      })();
    };

  const router = express.Router({ caseSensitive: true, strict: true });
  router.use(['/move', '/sign-in', '/sign-out'], (request, response, next) => {
    response.set(PAGE_HEADERS);
    if (publicUrl.startsWith('https://')) {
      response.set('Strict-Transport-Security', 'max-age=31536000');
    }
    const waitMs = requests.take(request.socket.remoteAddress ?? '');
    if (waitMs > 0) {
      response.set('Retry-After', String(Math.ceil(waitMs / 1000)));
      page.say(request, response, { status: 429, text: (t) => t.tooFast, offersSignIn: false });
      return;
    }
    next();
  });
  const form = express.urlencoded({ extended: false, limit: BODY_LIMIT, parameterLimit: 50 });
  router.get('/move', run(page.list));
  router.get('/move/:id', run(page.show));
  router.post('/move', form, run(page.press));
  router.post('/sign-out', form, run(page.signOut));
  router.get(
    SIGN_IN_PATH,
    run(async (request, response) => {
      const returnTo = await signIn.finish(request, response);
      if (returnTo === null) {
        page.say(request, response, {
          status: 403,
          text: (t) => t.notSignedIn,
          offersSignIn: true,
        });
        return;
      }
      response.redirect(303, `${publicUrl}${returnTo}`);
    }),
  );
  router.use(
    ['/move', '/sign-in', '/sign-out'],
    (error: unknown, _request: Request, response: Response, next: NextFunction) => {
      if (response.headersSent) {
        next(error);
        return;
      }
      // A body that is too large or no form keeps express's status; anything else is ours, without details.
      const status = Number(Object(error).status);
      const answered = status >= 400 && status < 500 ? status : 500;
      logger.warn({ status: answered, code: errorCodeOf(error) }, 'page failed');
      response.status(answered).end();
    },
  );
  return router;
}
