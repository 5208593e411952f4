import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as demoDataOperations from '../start/demo/operations.js';
import { operationsOf } from './client/operation.js';
import * as sessionOperations from './client/session-operations.js';
import * as courseOperations from './course/operations.js';
import * as demoOperations from './demo/operations.js';
import { readFlagship } from './demo/steps/home.js';
import { composedSchema } from './testing/fake-platform.js';

const schema = composedSchema();
const operations = [
  sessionOperations,
  courseOperations,
  demoOperations,
  demoDataOperations,
].flatMap((module) => operationsOf(module));

describe('what the tools ask', () => {
  it('is found', () => {
    expect(operations.length).toBeGreaterThan(35);
  });

  it.each(operations.map(({ name, text }) => [name, text]))('%s fits the graph', (_name, text) => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
  });

  it('has a name for the flagship query, whatever its comment says', async () => {
    expect((await readFlagship()).name).toBe('LearnerHome');
  });
});
