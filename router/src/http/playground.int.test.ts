import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

const browserPath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path));

let graph: PlatformGraph;
beforeAll(async () => {
  graph = await startPlatformGraph();
});
afterAll(() => graph.close());

describe('the playground', () => {
  it('is a page whose every part comes from our own origin', async () => {
    const response = await fetch(graph.url);
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https:|unsafe-eval/);
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files).toHaveLength(4);
    for (const path of [...files, '/playground/graphql.worker.js']) {
      const asset = await fetch(`${graph.url}${path}`);
      expect([path, asset.status, asset.headers.get('content-encoding')]).toEqual([
        path,
        200,
        'gzip',
      ]);
      expect((await asset.text()).length).toBeGreaterThan(500);
    }
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  it('has no file beyond these', async () => {
    for (const path of ['/playground/constructor', '/playground/../env.js', '/playground/x']) {
      expect((await fetch(`${graph.url}${path}`)).status).toBe(404);
    }
  });

  it('can be switched off', async () => {
    const without = await startPlatformGraph({ playground: false });
    expect((await fetch(without.url)).status).toBe(404);
    await without.close();
  });
});

describe.skipIf(browserPath === undefined)(
  'the playground in a browser',
  { timeout: 120_000 },
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: browserPath ?? '',
        args: ['--no-sandbox', '--disable-gpu'],
      });
    });
    afterAll(() => browser.close());

    async function open(query: string, authorization?: string) {
      const page = await browser.newPage();
      const problems: string[] = [];
      const foreign: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(graph.url) && !url.startsWith('data:')) foreign.push(url);
      });
      await page.goto(`${graph.url}/?query=${encodeURIComponent(query)}`);
      await page.waitForSelector('.graphiql-execute-button', { timeout: 60_000 });
      if (authorization !== undefined) {
        await page.click('.graphiql-editor-tools button:has-text("Headers")');
        await page.click('.graphiql-editor-tool .graphiql-editor:visible');
        await page.keyboard.insertText(JSON.stringify({ Authorization: authorization }));
      }
      const run = () => page.click('.graphiql-execute-button');
      const shown = (text: string) =>
        page.waitForSelector(`.result-window :text(${JSON.stringify(text)})`, { timeout: 60_000 });
      return { page, problems, foreign, run, shown };
    }

    it('runs a query, within its content security policy and without the internet', async () => {
      const { page, problems, foreign, run, shown } = await open('{ echo(text: "from the page") }');
      await run();
      await shown('from the page');
      expect(problems).toEqual([]);
      expect(foreign).toEqual([]);
      await page.close();
    });

    it('receives a subscription event with the token of the headers editor', async () => {
      const { authorization } = await graph.issuer.signIn('u1', 'student');
      const { page, problems, run, shown } = await open(
        'subscription { noteAdded { text course { title } } }',
        authorization,
      );
      await run();
      await expect.poll(() => graph.store.calls.replay, { timeout: 60_000 }).toBeGreaterThan(0);
      await graph.store.add('live in the page');
      await shown('live in the page');
      expect(problems).toEqual([]);
      await page.close();
    });
  },
);
