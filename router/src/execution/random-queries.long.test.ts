import { agreesOnRandomQueries } from './random-queries.contract.js';

for (const seed of [1, 2, 3, 4]) agreesOnRandomQueries(seed, 1_000);
