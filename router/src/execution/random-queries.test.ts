import { agreesOnRandomQueries } from './random-queries.contract.js';

agreesOnRandomQueries(20_261_126, 10);
