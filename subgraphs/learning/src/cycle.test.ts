import { describe, expect, it } from 'vitest';
import { findCycle } from './cycle.js';

describe('findCycle', () => {
  it('finds none in a graph where ways only join', () => {
    const diamond = new Map([
      ['d', ['b', 'c']],
      ['b', ['a']],
      ['c', ['a']],
    ]);
    expect(findCycle(diamond, 'd')).toBeNull();
  });

  it('names the shortest way back', () => {
    const graph = new Map([
      ['a', ['b', 'c']],
      ['b', ['x']],
      ['x', ['a']],
      ['c', ['a']],
    ]);
    expect(findCycle(graph, 'a')).toEqual(['a', 'c', 'a']);
  });

  it('sees a lesson that requires itself', () => {
    expect(findCycle(new Map([['a', ['a']]]), 'a')).toEqual(['a', 'a']);
  });

  it('ends on a cycle that does not pass the start', () => {
    const graph = new Map([
      ['start', ['a']],
      ['a', ['b']],
      ['b', ['a']],
    ]);
    expect(findCycle(graph, 'start')).toBeNull();
  });
});
