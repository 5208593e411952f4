import { checkPipeline } from '../aggregation/check.js';
import { runPipeline, runStages } from '../aggregation/run.js';
import { isDocument } from '../bson/types.js';
import { failedToParse, notImplemented } from '../errors.js';
import type { Command } from './context.js';
import { countOption, documentOption, refuseOptions } from './context.js';

export const aggregate: Command = {
  fields: [
    ...['pipeline', 'cursor', 'allowDiskUse', 'hint', 'let', 'collation', 'explain'],
    'bypassDocumentValidation',
  ],
  transactional: true,
  run(command, context) {
    refuseOptions(command, ['collation', 'explain']);
    const { aggregate: target, pipeline, cursor } = command;
    if (!isDocument(cursor)) throw failedToParse("The 'cursor' option is required");
    checkPipeline(pipeline);
    const scope = {
      view: (name: string) => context.view(name),
      variables: documentOption(command, 'let'),
      hint: command['hint'],
      deadline: context.deadline,
    };
    if (typeof target !== 'string')
      throw notImplemented('an aggregation over a database (aggregate: 1)');
    const view = context.view(target);
    const documents = view ? runPipeline(view, pipeline, scope) : runStages([], pipeline, scope);
    context.deadline?.();
    const namespace = `${context.database}.${target}`;
    const { batch, id } = context.engine.cursors.open(documents, {
      namespace,
      batchSize: countOption(cursor, 'batchSize'),
      session: context.session?.id,
    });
    return { cursor: { firstBatch: batch, id, ns: namespace } };
  },
};
