/** A fragment of HTML that is safe to show; only `html` and `joinHtml` make one. */
export interface Html {
  readonly html: string;
}

type Value = Html | string | number;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Template whose values are escaped unless they are fragments themselves. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const text = values.map((value, i) => formatValue(value) + (strings[i + 1] ?? ''));
  return { html: (strings[0] ?? '') + text.join('') };
}

/** Fragments one after the other. */
export function joinHtml(fragments: readonly Html[]): Html {
  return { html: fragments.map((fragment) => fragment.html).join('') };
}

/** The empty fragment. */
export const NO_HTML: Html = { html: '' };

/** Controls and bidirectional overrides go too: a folder's name must not rearrange the page. */
function formatValue(value: Value): string {
  if (typeof value === 'object') {
    return value.html;
  }
  return String(value)
    .replace(/\p{Cc}|[\u202A-\u202E\u2066-\u2069]/gu, ' ')
    .replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? '');
}
