/**
 * The person's own page, for whoever Teams does not reach: the cards of the chat as HTML, with the same
 * seals, limits and words.
 *
 *   GET  /move         one's own moves: the only one at once, of several a list
 *   GET  /move/{id}    one of them; what is not there and what is not one's own look the same
 *   POST /move         a press: session, same origin, the session's token, then the rights of the press
 *   POST /sign-out
 */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { DeskAnswer, PersonDesk, Visit } from '../bot/person-desk.ts';
import type { Actor, AuditEntry } from '../jobs/api.ts';
import { LANGUAGES, type Language, parseLocale } from '../words/language.ts';
import { personTexts } from '../words/person.ts';
import { cardToHtml } from './card-html.ts';
import { readCookie, writeCookie } from './cookies.ts';
import { escapeHtml } from './html.ts';
import { type PageInput, renderPage } from './page.ts';
import type { RateLimit } from './rate-limit.ts';
import { isSameSecret, type SignIn, type Visitor } from './sign-in.ts';

export interface MovePageDeps {
  readonly desk: PersonDesk;
  readonly signIn: SignIn;
  /** Presses of one person. */
  readonly presses: RateLimit;
  readonly tenantId: string;
  /** Where the pages are, from outside; no slash at the end. */
  readonly publicUrl: string;
  audit(entry: AuditEntry): Promise<void>;
}

export type PageHandler = (
  request: Request,
  response: Response,
  signal: AbortSignal,
) => Promise<void>;

export interface MovePage {
  readonly list: PageHandler;
  readonly show: PageHandler;
  readonly press: PageHandler;
  readonly signOut: PageHandler;
  /** A page of one sentence, and the way to sign in. */
  readonly say: (request: Request, response: Response, said: Said) => void;
}

export interface Said {
  readonly status: number;
  readonly text: (texts: ReturnType<typeof personTexts>['page']) => string;
  readonly offersSignIn: boolean;
}

const YEAR_SECONDS = 31_536_000;
const AGAIN_SECONDS = { 'in-seconds': 3, 'in-minutes': 30, never: null } as const;

const isLanguage = (text: unknown): text is Language =>
  LANGUAGES.some((language) => language === text);

/** As chosen before, else as the browser asks, else English. */
function languageOf(request: Request): Language {
  const chosen = readCookie(request, 'language');
  if (isLanguage(chosen)) {
    return chosen;
  }
  const wanted = (request.headers['accept-language'] ?? '').split(',', 10);
  const known = wanted.map((one) => parseLocale(one.split(';')[0]?.trim()));
  return known.find((one) => one !== null) ?? 'en';
}

const fieldsSchema = z.record(z.string().max(100), z.string().max(10_000));

/** What the page is asked, and what it answers. */
export function createMovePage(deps: MovePageDeps): MovePage {
  const { desk, signIn, presses, tenantId, publicUrl } = deps;
  const moveUrl = `${publicUrl}/move`;
  const urlOf = (id: string): string => `${moveUrl}/${encodeURIComponent(id)}`;
  const actorOf = ({ personId }: Visitor): Actor => ({ personId, tenantId });

  function send(
    response: Response,
    status: number,
    page: Pick<PageInput, 'language' | 'title' | 'main' | 'visitor' | 'url'> & Partial<PageInput>,
  ): void {
    const signOutUrl = `${publicUrl}/sign-out`;
    response
      .status(status)
      .type('html')
      .send(renderPage({ again: null, signOutUrl, ...page }));
  }

  function sentence(language: Language, text: string, visitor: Visitor | null): string {
    const { page } = personTexts(language);
    const link =
      visitor === null
        ? `<div class="buttons"><a class="button" href="${escapeHtml(moveUrl)}">${escapeHtml(page.signIn)}</a></div>`
        : '';
    return `<p>${escapeHtml(text)}</p>${link}`;
  }

  function refuse(language: Language, response: Response, visitor: Visitor): void {
    const { page } = personTexts(language);
    const main = sentence(language, page.notFound, visitor);
    send(response, 404, { language, title: page.name, main, visitor, url: moveUrl });
  }

  /** A language that was chosen by its link is kept, and the page shown in it. */
  function chooseLanguage(request: Request, response: Response): boolean {
    const { language } = request.query;
    if (!isLanguage(language)) {
      return false;
    }
    writeCookie(response, 'language', language, YEAR_SECONDS);
    response.redirect(303, `${publicUrl}${request.path}`);
    return true;
  }

  /** The visitor, or nothing: then the browser is on its way to sign in. */
  async function visitorOf(request: Request, response: Response): Promise<Visitor | null> {
    const visitor = await signIn.visitor(request);
    if (visitor === null) {
      await signIn.begin(response, request.path);
    }
    return visitor;
  }

  function showAnswer(
    response: Response,
    shown: { readonly visit: Visit; readonly visitor: Visitor; readonly id: string | null },
    answer: DeskAnswer,
  ): void {
    const { visit, visitor, id } = shown;
    const { language } = visit;
    const { page } = personTexts(language);
    if (answer.kind === 'refused') {
      refuse(language, response, visitor);
      return;
    }
    const url = id === null ? moveUrl : urlOf(id);
    if (answer.kind === 'failed') {
      const main = `<p role="alert" class="failed">${escapeHtml(answer.text)}</p>`;
      send(response, answer.status, { language, title: page.name, main, visitor, url });
      return;
    }
    const seconds = AGAIN_SECONDS[answer.changes];
    const card = cardToHtml(answer.card, { action: moveUrl, csrf: visitor.csrf });
    const isFollowed = answer.isState && answer.changes !== 'never';
    const main = `${card}${isFollowed ? `<p class="hint">${escapeHtml(page.comeBack)}</p>` : ''}`;
    send(response, 200, {
      language,
      title: `${answer.card.summary} · ${page.name}`,
      main,
      visitor,
      url,
      again: seconds === null ? null : { seconds, url },
    });
  }

  async function showMove(
    response: Response,
    shown: { readonly visit: Visit; readonly visitor: Visitor; readonly id: string },
    signal: AbortSignal,
  ): Promise<void> {
    const fields = { migrationId: shown.id };
    const answer = await desk.press(shown.visit, { verb: 'person.show', fields }, signal);
    showAnswer(response, shown, answer);
  }

  /** Null where all is well; a forged press is written down, and nothing of it is looked at. */
  async function refusalOf(request: Request, visitor: Visitor): Promise<'foreign' | null> {
    const { origin, 'sec-fetch-site': site } = request.headers;
    const isSameSite = site === undefined || site === 'same-origin';
    const isOwnOrigin = origin === undefined || origin === new URL(publicUrl).origin;
    const given = fieldsSchema.safeParse(request.body).data?.['csrf'] ?? '';
    if (isSameSite && isOwnOrigin && isSameSecret(given, visitor.csrf)) {
      return null;
    }
    const entry = { action: 'page.press', subject: '-', outcome: 'refused' } as const;
    await deps.audit({ ...entry, actor: actorOf(visitor), before: null, after: 'foreign' });
    return 'foreign';
  }

  const page: MovePage = {
    async list(request, response, signal) {
      if (chooseLanguage(request, response)) {
        return;
      }
      const visitor = await visitorOf(request, response);
      if (visitor === null) {
        return;
      }
      const visit: Visit = { actor: actorOf(visitor), language: languageOf(request) };
      const moves = await desk.moves(visit);
      const [only] = moves;
      if (only !== undefined && moves.length === 1) {
        await showMove(response, { visit, visitor, id: only.id }, signal);
        return;
      }
      const { language } = visit;
      const texts = personTexts(language).page;
      const links = moves.map(
        ({ id, targetMailbox }) =>
          `<li><a href="${escapeHtml(urlOf(id))}">${escapeHtml(targetMailbox)}</a></li>`,
      );
      const main =
        moves.length === 0
          ? sentence(language, texts.none, visitor)
          : `<h1>${escapeHtml(texts.choose)}</h1><ul>${links.join('')}</ul>`;
      send(response, 200, { language, title: texts.name, main, visitor, url: moveUrl });
    },

    async show(request, response, signal) {
      if (chooseLanguage(request, response)) {
        return;
      }
      const visitor = await visitorOf(request, response);
      if (visitor !== null) {
        const visit: Visit = { actor: actorOf(visitor), language: languageOf(request) };
        const id = String(request.params['id']);
        await showMove(response, { visit, visitor, id }, signal);
      }
    },

    async press(request, response, signal) {
      const language = languageOf(request);
      const visitor = await signIn.visitor(request);
      if (visitor === null) {
        page.say(request, response, { status: 401, text: (t) => t.ended, offersSignIn: true });
        return;
      }
      if ((await refusalOf(request, visitor)) !== null) {
        refuse(language, response, visitor);
        return;
      }
      const waitMs = presses.take(visitor.personId);
      if (waitMs > 0) {
        response.set('Retry-After', String(Math.ceil(waitMs / 1000)));
        page.say(request, response, { status: 429, text: (t) => t.tooFast, offersSignIn: false });
        return;
      }
      const { csrf: _own, verb = '', ...fields } = fieldsSchema.parse(request.body);
      const visit: Visit = { actor: actorOf(visitor), language };
      const answer = await desk.press(visit, { verb, fields }, signal);
      const id = fields['migrationId'] ?? null;
      if (answer.kind === 'card' && answer.isState && !answer.card.takesInput && id !== null) {
        // A browser that reloads asks again how far it is, and does not send the password again.
        response.redirect(303, urlOf(id));
        return;
      }
      showAnswer(response, { visit, visitor, id }, answer);
    },

    async signOut(request, response) {
      const visitor = await signIn.visitor(request);
      if (visitor !== null && (await refusalOf(request, visitor)) !== null) {
        refuse(languageOf(request), response, visitor);
        return;
      }
      await signIn.end(request, response);
      page.say(request, response, { status: 200, text: (t) => t.signedOut, offersSignIn: true });
    },

    say(request, response, { status, text, offersSignIn }) {
      const language = languageOf(request);
      const texts = personTexts(language).page;
      const main = offersSignIn
        ? sentence(language, text(texts), null)
        : `<p>${escapeHtml(text(texts))}</p>`;
      send(response, status, { language, title: texts.name, main, visitor: null, url: moveUrl });
    },
  };
  return page;
}
