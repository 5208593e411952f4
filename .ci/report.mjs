// Reads the JSON report of one Vitest run: prints `passed failed`, or with `failures` a few lines for each test
// that failed and each file that did not load. Whoever reads the end of a log should not have to search it.
import { readFileSync } from 'node:fs';

const [, , question, path] = process.argv;
const report = JSON.parse(readFileSync(path, 'utf8'));

// eslint-disable-next-line no-control-regex -- colours are in the way of a log's reader
const plain = (text) => text.replaceAll(/\u001b\[[\d;]*m/g, '');
const opening = (text) => plain(text).split('\n').slice(0, 6).join('\n      ');

if (question === 'counts') console.log(report.numPassedTests, report.numFailedTests);
else {
  for (const file of report.testResults) {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    const name = file.name.replace(`${process.cwd()}/`, '');
    for (const test of failed)
      console.log(
        `  ${name} > ${test.fullName}\n      ${opening(test.failureMessages.join('\n'))}`,
      );
    if (failed.length === 0 && file.status === 'failed')
      console.log(`  ${name}\n      ${opening(file.message)}`);
  }
}
