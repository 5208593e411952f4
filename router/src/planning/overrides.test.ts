import { expect, it } from 'vitest';
import { overrideChoice } from './overrides.js';

it('decides by one die for all labels of a request', () => {
  const labels = ['percent(50)', 'percent(5)', 'percent(12.5)'];
  const holding = (die: number) => overrideChoice(labels, () => die / 100)();
  expect(holding(0)).toEqual(['percent(5)', 'percent(12.5)', 'percent(50)']);
  expect(holding(4.9)).toEqual(['percent(5)', 'percent(12.5)', 'percent(50)']);
  expect(holding(5)).toEqual(['percent(12.5)', 'percent(50)']);
  expect(holding(12.5)).toEqual(['percent(50)']);
  expect(holding(99)).toEqual([]);
});

it('always for 100 per cent, never for none', () => {
  for (const die of [0, 0.5, 0.999999]) {
    expect(overrideChoice(['percent(0)', 'percent(100)'], () => die)()).toEqual(['percent(100)']);
  }
});

it('never for labels that mean nothing here', () => {
  expect(overrideChoice(['new-catalogue', 'percent(x)'], () => 0)()).toEqual([]);
});

it('about as often as it says', () => {
  let die = 0;
  const choose = overrideChoice(['percent(20)'], () => (die++ % 1_000) / 1_000);
  const held = Array.from({ length: 1_000 }, choose).filter((labels) => labels.length > 0);
  expect(held).toHaveLength(200);
});
