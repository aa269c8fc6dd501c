import type { Language } from './language.ts';

/** A duration as a person would name it: minutes up to an hour, then steps of ten minutes, then days. */
export type Span =
  | { readonly kind: 'moment' }
  | { readonly kind: 'minutes'; readonly minutes: number }
  | { readonly kind: 'hours'; readonly hours: number; readonly minutes: number }
  | { readonly kind: 'days'; readonly days: number };

/** Rounds up, so that nobody is promised too much. */
export function spanOf(seconds: number): Span {
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= 1) {
    return { kind: 'moment' };
  }
  if (minutes < 60) {
    return { kind: 'minutes', minutes };
  }
  const rounded = Math.ceil(minutes / 10) * 10;
  const hours = Math.floor(rounded / 60);
  return hours >= 48
    ? { kind: 'days', days: Math.round(hours / 24) }
    : { kind: 'hours', hours, minutes: rounded % 60 };
}

/** How a language says what is left. */
export interface SpanForms {
  readonly moment: string;
  /** Takes "40 min", "2 h 10 min" or "3 days". */
  about(time: string): string;
}

type Unit = 'minute' | 'hour' | 'day';

function inUnit(value: number, unit: Unit, language: Language): string {
  const unitDisplay = unit === 'day' ? 'long' : 'short';
  const shown = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay }).format(value);
  // Japanese text has no gaps around its numbers.
  return language === 'ja' ? shown.replaceAll(/\s/g, '') : shown;
}

/** A span in the words of one language. */
export function spanText(span: Span, language: Language, forms: SpanForms): string {
  if (span.kind === 'moment') {
    return forms.moment;
  }
  if (span.kind === 'minutes') {
    return forms.about(inUnit(span.minutes, 'minute', language));
  }
  if (span.kind === 'days') {
    return forms.about(inUnit(span.days, 'day', language));
  }
  const hours = inUnit(span.hours, 'hour', language);
  const gap = language === 'ja' ? '' : ' ';
  const minutes = inUnit(span.minutes, 'minute', language);
  return forms.about(span.minutes === 0 ? hours : `${hours}${gap}${minutes}`);
}
