import { parentPort, workerData } from 'node:worker_threads';
import { operationPlanner } from './operation-planner.js';
import type { PlannerMessage, PlannerSettings, PlanningRequest } from './protocol.js';

/**
 * The planner's thread: one request after the other, an outcome for each in the same order. It imports nothing that
 * it does not need: all of it is loaded a second time, beside the main thread's.
 */
if (parentPort === null) throw new Error('the planner runs in a worker thread');
const port = parentPort;
const answer = (message: PlannerMessage) => port.postMessage(message);

const planner = operationPlanner(workerData as PlannerSettings);
port.on('message', (request: PlanningRequest) => answer(planner.plan(request)));
answer({ kind: 'ready', facts: planner.facts });
