import { agreesOnRandomQueries } from './random-queries.contract.js';

for (const seed of [1, 2]) agreesOnRandomQueries(seed, 250);
