import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { graphClient, seed, waitFor, type Account } from '@pcc/testkit';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newStudent } from './graph.js';

// A person explores the running platform in Chromium: the page, its queries and its live subscriptions.

const flagship = new URL('../schema/operations/flagship.graphql', import.meta.url);
const patience = { timeout: 60_000 };
// The editor renders only the lines that are in view.
const viewport = { width: 1_600, height: 1_600 };
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});
afterAll(() => browser.close());

/** Signs the demo account in, and gives the token as the playground's headers editor wants it. */
async function signIn(role: 'student' | 'instructor') {
  const { url, dataDirectory } = inject('platform');
  const file = await readFile(join(dataDirectory, 'demo-accounts.json'), 'utf8');
  const account = (JSON.parse(file) as Record<typeof role, Account>)[role];
  const { logIn } = await graphClient(url).run<{ logIn: { session: { accessToken: string } } }>(
    `mutation ($input: LogInInput!) {
       logIn(input: $input) { session { accessToken } userErrors { code } }
     }`,
    { input: account },
  );
  return logIn.session.accessToken;
}

/** Opens the playground with this operation and token; collects what goes wrong in the page. */
async function open(query: string, accessToken: string) {
  const { url } = inject('platform');
  const page = await browser.newPage({ viewport });
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) {
      problems.push(`asked a foreign origin: ${request.url()}`);
    }
  });
  await page.goto(`${url}/?query=${encodeURIComponent(query)}`);
  await page.waitForSelector('.graphiql-execute-button', patience);
  await page.click('.graphiql-editor-tools button:has-text("Headers")');
  await page.click('.graphiql-editor-tool .graphiql-editor:visible');
  await page.keyboard.insertText(JSON.stringify({ Authorization: `Bearer ${accessToken}` }));
  await page.click('.graphiql-execute-button');
  return { page, problems };
}

const shown = (page: Page, text: string) =>
  page.waitForSelector(`.result-window :text(${JSON.stringify(text)})`, patience);

describe('the playground of a running platform', () => {
  it('offers example operations when it is opened for the first time', async () => {
    const page = await browser.newPage({ viewport });
    await page.goto(inject('platform').url);
    await page.waitForSelector('.graphiql-tab', patience);
    expect(await page.locator('.graphiql-tab').count()).toBeGreaterThan(2);
    await page.close();
  });

  it('answers the flagship query from all four subgraphs', async () => {
    const { page, problems } = await open(
      await readFile(flagship, 'utf8'),
      await signIn('student'),
    );
    await shown(page, 'activeLearners');
    await shown(page, 'notifications');
    await shown(page, 'orders');
    expect(await page.locator('.result-window').innerText()).not.toContain('"errors"');
    expect(problems).toEqual([]);
    await page.close();
  });

  it('receives a notification on an open subscription', async () => {
    const accessToken = await signIn('instructor');
    const instructor = graphClient(inject('platform').url, accessToken);
    const course = await seed(instructor)
      .course()
      .titled('Seen from a browser')
      .published()
      .create();
    const { page, problems } = await open(
      'subscription { notificationReceived { kind title course { title } } }',
      accessToken,
    );
    // A student enrols, and the instructor is told. The page shows no sign of when its socket stands.
    await waitFor(
      async () => {
        const { client } = await newStudent();
        await client.run(
          'mutation ($id: ID!) { enrollInCourse(input: { courseId: $id }) { userErrors { code } } }',
          { id: course.id },
        );
        return page.locator('.result-window :text("STUDENT_ENROLLED")').first().isVisible();
      },
      { what: 'the page to show a notification', timeoutMs: 60_000 },
    );
    await shown(page, 'Seen from a browser');
    expect(problems).toEqual([]);
    await page.close();
  });
});
