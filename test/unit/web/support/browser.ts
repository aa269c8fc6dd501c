/** A browser without a script: keeps cookies as they are set, follows no redirect by itself, sends forms. */

export interface PageForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What is written on the button that sends it. */
  readonly title: string;
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly location: string | null;
  form(title: string): PageForm;
}

export interface BrowserOptions {
  readonly language?: string;
}

export interface TestBrowser {
  readonly cookies: Map<string, string>;
  /** Every `Set-Cookie` line as it came. */
  readonly setCookies: string[];
  get(url: string): Promise<Page>;
  /** Goes where redirects lead, as long as they stay at the host. */
  follow(url: string): Promise<Page>;
  send(
    form: PageForm,
    typed?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Page>;
}

const unescape = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

function attributesOf(tag: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...tag.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      unescape(value),
    ]),
  );
}

/** The form of a button, wherever both stand; throws where the page has no such button. */
function findForm(html: string, title: string): PageForm {
  const button = [...html.matchAll(/<button( [^>]*)>([^<]*)<\/button>/g)].find(
    ([, , text = '']) => unescape(text) === title,
  );
  if (button === undefined) {
    throw new Error(`The page has no button "${title}": ${html}`);
  }
  const formId = attributesOf(button[1] ?? '')['form'];
  const forms = [...html.matchAll(/<form( [^>]*)>(.*?)<\/form>/gs)];
  const form = forms.find(([, tag = '', inside = '']) =>
    formId === undefined ? inside.includes(button[0]) : attributesOf(tag)['id'] === formId,
  );
  const hidden = [...(form?.[2] ?? '').matchAll(/<input( [^>]*)>/g)].map(([, tag = '']) =>
    attributesOf(tag),
  );
  const fields = Object.fromEntries(
    hidden.map(({ name = '', value = '' }) => [name, value] as const),
  );
  return { action: attributesOf(form?.[1] ?? '')['action'] ?? '', fields, title };
}

export function openBrowser({ language = 'en' }: BrowserOptions = {}): TestBrowser {
  const cookies = new Map<string, string>();
  const setCookies: string[] = [];

  async function request(url: string, init: RequestInit = {}): Promise<Page> {
    const headers = new Headers(init.headers);
    headers.set('accept-language', language);
    if (cookies.size > 0) {
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    }
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      setCookies.push(line);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0/.test(line)) {
        cookies.delete(name);
      } else {
        cookies.set(name, value);
      }
    }
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      location: answer.headers.get('location'),
      form: (title) => findForm(text, title),
    };
  }

  const browser: TestBrowser = {
    cookies,
    setCookies,
    get: request,
    async follow(url) {
      const page = await request(url);
      const isHere =
        page.location !== null && new URL(page.location).origin === new URL(url).origin;
      return isHere && page.location !== null ? await browser.follow(page.location) : page;
    },
    async send(form, typed = {}, headers = {}) {
      return await request(form.action, {
        method: 'POST',
        body: new URLSearchParams({ ...form.fields, ...typed }),
        headers: {
          origin: new URL(form.action).origin,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
      });
    },
  };
  return browser;
}
