import { createHash } from 'node:crypto';
import { LANGUAGES, type Language } from '../words/language.ts';
import { personTexts } from '../words/person.ts';
import { escapeHtml } from './html.ts';
import { STYLE } from './style.ts';

/** How each language calls itself. */
const OWN_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  'pt-BR': 'Português',
  ja: '日本語',
};

/** Whoever is signed in, with what signs them out. */
export interface PageVisitor {
  readonly name: string;
  readonly csrf: string;
}

export interface PageInput {
  readonly language: Language;
  readonly title: string;
  /** HTML. */
  readonly main: string;
  /** Null before anybody has signed in. */
  readonly visitor: PageVisitor | null;
  /** After so many seconds the browser looks again, at this address. */
  readonly again: { readonly seconds: number; readonly url: string } | null;
  /** Where the page itself is, without its query. */
  readonly url: string;
  readonly signOutUrl: string;
}

function languages({ language, url }: PageInput): string {
  const links = LANGUAGES.map((one) =>
    one === language
      ? `<span aria-current="true">${OWN_NAMES[one]}</span>`
      : `<a href="${escapeHtml(url)}?language=${one}" lang="${one}" hreflang="${one}">${OWN_NAMES[one]}</a>`,
  );
  return `<nav aria-label="${escapeHtml(personTexts(language).page.language)}">${links.join(' ')}</nav>`;
}

function signOut({ language, visitor, signOutUrl }: PageInput): string {
  if (visitor === null) {
    return '';
  }
  const { page } = personTexts(language);
  return `<form method="post" action="${escapeHtml(signOutUrl)}"><input type="hidden" name="csrf" value="${escapeHtml(visitor.csrf)}"><span>${escapeHtml(page.signedInAs(visitor.name))}</span> <button type="submit" class="link">${escapeHtml(page.signOut)}</button></form>`;
}

/** A whole page; nothing in it is fetched from anywhere, and no script runs. */
export function renderPage(input: PageInput): string {
  const { language, title, main, again } = input;
  const { page } = personTexts(language);
  const refresh =
    again === null
      ? ''
      : `<meta http-equiv="refresh" content="${again.seconds};url=${escapeHtml(again.url)}">`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
${refresh}<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><p>${escapeHtml(page.name)}</p>${signOut(input)}</header>
<main>${main}</main>
<footer>${languages(input)}</footer>
</body>
</html>
`;
}

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Headers of every page: no script, no frame, nothing from elsewhere, kept nowhere. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  // Not "no-referrer", with which browsers would no longer say where a form comes from.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};
