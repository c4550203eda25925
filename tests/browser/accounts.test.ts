import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Launched, launchChromium } from './chromium.ts';
import { openPage, overflow, type Watched } from './page.ts';
import { Server } from './server.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../apps/api/src/cli/main.ts', import.meta.url));
const PASSWORD = 'correct horse battery';

const server = new Server({ ACCOUNTS: 'on' });
let launched: Launched;

beforeAll(async () => {
  launched = await launchChromium();
});
beforeEach((context) => {
  if ('why' in launched) context.skip(launched.why);
});
afterAll(async () => {
  if ('browser' in launched) await launched.browser.close();
  await server[Symbol.asyncDispose]();
});

async function members(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND_LINE, 'members', ...args], {
    env: { ...process.env, DATA_DIR: server.dataDirectory, DATABASE_URL: '' },
  });
  return stdout;
}

function open(options?: BrowserContextOptions): Promise<Watched> {
  if (!('browser' in launched)) throw new Error(launched.why);
  return openPage(launched.browser, options);
}

async function join({ page }: Watched, link: string, name: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: `Account of ${name}` }).waitFor();
}

test('invited on the command line, a member joins, starts a comparison, signs out, is refused, and comes back to it', async () => {
  const first = await members('invite', 'ada@example.org', '--role', 'admin');
  await server.start();
  const ada = await open();
  const { page } = ada;
  await page.goto(`${server.url}/new`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await join(ada, `${server.url}/invitation${new URL(first.split('\n', 1)[0] ?? '').hash}`, 'Ada');
  await page.getByRole('button', { name: 'Start the sample comparison' }).click();
  // Held, so that it takes no time from the rest.
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
  const comparison = page.url();
  await page.locator('header h1 + p', { hasText: 'by Ada' }).waitFor();

  // Someone who may look, and nothing else.
  await page.goto(`${server.url}/team`);
  await page.getByLabel('E-mail').fill('bob@example.org');
  await page.getByRole('combobox', { name: 'Role', exact: true }).selectOption('Viewer');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await page.getByLabel('Link of the invitation').inputValue();
  const bob = await open({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
  await bob.page.goto(link);
  expect(await overflow(bob.page)).toBeLessThanOrEqual(0);
  await join(bob, link, 'Bob');
  await bob.page.goto(comparison);
  await bob.page.getByText('View only').waitFor();
  await bob.page.locator('[data-run]').first().waitFor();
  for (const name of [/^Resume/, /^Cancel/, 'More actions', 'New comparison', /again/i]) {
    expect(await bob.page.getByRole('button', { name }).count()).toBe(0);
    expect(await bob.page.getByRole('link', { name }).count()).toBe(0);
  }
  await bob.page.goto(`${server.url}/new`);
  await bob.page.getByRole('heading', { name: 'You may not start comparisons' }).waitFor();

  // Out, refused, and back.
  await page.goto(comparison);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Cancel the comparison' }).click();
  await page.locator('header h1 + p', { hasText: 'Cancelled' }).waitFor();
  await page.getByRole('button', { name: 'Account of Ada' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto(comparison);
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Password', { exact: true }).fill('wrong horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The e-mail address or the password is wrong.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(comparison);
  await page.getByRole('button', { name: 'Account of Ada' }).waitFor();

  // A lost password, by a link of the command line, which the running server makes.
  const reset = await members('reset', 'bob@example.org');
  await bob.page.goto(reset.split('\n', 1)[0] ?? '');
  await bob.page.getByLabel('New password', { exact: true }).fill('another horse battery');
  await bob.page.getByRole('button', { name: 'Set the password' }).click();
  await bob.page.getByRole('button', { name: 'Account of Bob' }).waitFor();
  expect([...ada.complaints, ...bob.complaints]).toEqual([]);
});

test('where nobody signs in, nothing of accounts shows', async () => {
  await server.stop();
  server.settings.ACCOUNTS = 'off';
  await server.start();
  const { page } = await open();
  await page.goto(server.url);
  await page.getByRole('heading', { name: 'Comparisons' }).waitFor();
  expect(await page.getByRole('button', { name: /Account/ }).count()).toBe(0);
  for (const path of ['/sign-in', '/invitation', '/new-password', '/account', '/team']) {
    expect((await page.goto(`${server.url}${path}`))?.status()).toBe(404);
  }
});
