// Reads the JSON report of one Vitest run and prints what is asked for: `counts`, passed and failed; `files`, those with
// failures, a line each; `failures`, a few lines for each test that failed and each file that did not load.
import { existsSync, readFileSync } from 'node:fs';

const [, , question, path] = process.argv;
// A run that died has left none.
const report = existsSync(path)
  ? JSON.parse(readFileSync(path, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 0, testResults: [] };

// eslint-disable-next-line no-control-regex -- colours are in the way of a log's reader
const plain = (text) => text.replaceAll(/\u001b\[[\d;]*m/g, '');
const opening = (text) => plain(text).split('\n').slice(0, 6).join('\n      ');

const broken = report.testResults
  .map((file) => ({
    name: file.name.replace(`${process.cwd()}/`, ''),
    message: file.message,
    failed: file.assertionResults.filter(({ status }) => status === 'failed'),
    status: file.status,
  }))
  .filter(({ status, failed }) => status === 'failed' || failed.length > 0);

switch (question) {
  case 'counts':
    console.log(report.numPassedTests, report.numFailedTests);
    break;
  case 'files':
    for (const { name } of broken) console.log(name);
    break;
  case 'failures':
    for (const { name, message, failed } of broken) {
      if (failed.length === 0) console.log(`  ${name}\n      ${opening(message)}`);
      for (const test of failed) {
        console.log(`  ${name} > ${test.fullName}`);
        console.log(`      ${opening(test.failureMessages.join('\n'))}`);
      }
    }
    break;
  default:
    throw new Error(`report.mjs: cannot tell ${question}`);
}
