import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  afterAnswer,
  FIRST_WINDOW,
  fitsWindow,
  serviceMs,
  WINDOW_LIMITS,
  windowCount,
} from '../../../src/imap/append-window.ts';

const MB = 1024 * 1024;

function afterMany(count: number, sinceLastMs: number): typeof FIRST_WINDOW {
  let window = FIRST_WINDOW;
  for (let i = 0; i < count; i += 1) {
    window = afterAnswer(window, sinceLastMs);
  }
  return window;
}

test('a fast server gets the full window, one of 100 ms a message gets four seconds of it', () => {
  expect(windowCount(afterMany(500, 0.5))).toBe(256);
  expect(windowCount(afterMany(500, 100))).toBeCloseTo(40, -1);
  expect(windowCount(afterMany(500, 60_000))).toBe(1);
});

test('a server that becomes slow shrinks the window', () => {
  let window = afterMany(500, 1);
  for (let i = 0; i < 20; i += 1) {
    window = afterAnswer(window, 1000);
  }
  expect(windowCount(window)).toBeLessThanOrEqual(5);
});

test('answers that come in lumps tell the same pace as answers that come one by one', () => {
  let window = FIRST_WINDOW;
  for (let lump = 0; lump < 5; lump += 1) {
    window = afterAnswer(window, 6000);
    for (let i = 1; i < 60; i += 1) {
      window = afterAnswer(window, 0.01);
    }
  }
  expect(windowCount(window)).toBeGreaterThanOrEqual(36);
  expect(windowCount(window)).toBeLessThanOrEqual(44);
});

test('bytes bound it too, and an empty connection takes any message', () => {
  const window = afterMany(500, 0.5);
  expect(fitsWindow(window, { count: 1, bytes: 7 * MB }, MB)).toBe(true);
  expect(fitsWindow(window, { count: 1, bytes: 7 * MB }, MB + 1)).toBe(false);
  expect(fitsWindow(window, { count: 0, bytes: 0 }, 150 * MB)).toBe(true);
});

test('never more than the limits, whatever the answers took', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), (samples) => {
      const window = samples.reduce(afterAnswer, FIRST_WINDOW);
      const count = windowCount(window);
      expect(count).toBeGreaterThanOrEqual(1);
      expect(count).toBeLessThanOrEqual(WINDOW_LIMITS.maxCount);
      expect(count === 1 || count * (serviceMs(window) ?? 0) <= WINDOW_LIMITS.maxAgeMs).toBe(true);
    }),
  );
});
