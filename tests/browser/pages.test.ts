import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { application } from './application.ts';
import { openPage, overflow, untilFinished } from './page.ts';

const { server, browser } = application();

/** How many differing colours a canvas has; an empty one has one. */
function colours(page: Page, metric: string): Promise<number> {
  return page.locator(`[data-chart="${metric}"] canvas`).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const seen = new Set<number>();
    for (let index = 0; index < pixels.length; index += 4) {
      if ((pixels[index + 3] ?? 0) > 250) {
        seen.add(((pixels[index] ?? 0) << 16) | ((pixels[index + 1] ?? 0) << 8) | (pixels[index + 2] ?? 0));
      }
    }
    return seen.size;
  });
}

test('an empty home has one button, which starts the sample comparison; it is cancelled after a question', async () => {
  const { page, complaints } = await openPage(browser());
  const list = await openPage(browser());
  await list.page.goto(server.url);
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Start the sample comparison' }).click();
  await page.waitForURL(/\/experiments\//);
  await page.getByText('Waiting for the first epoch').first().waitFor();
  expect(await page.locator('[data-run]').count()).toBe(6);

  // Another page that shows the list hears of it by itself.
  const card = list.page.locator('[data-comparison]');
  await card.waitFor();
  await card.getByText('Running').waitFor();

  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  const question = page.getByRole('alertdialog');
  await question.getByRole('button', { name: 'Let it run' }).click();
  await question.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await question.getByRole('button', { name: 'Cancel the comparison' }).click();
  await page.locator('header h1 + p', { hasText: 'Cancelled' }).waitFor({ timeout: 60_000 });
  await card.getByText('Cancelled').waitFor();
  expect([...complaints, ...list.complaints]).toEqual([]);
});

test('the form says what is wrong beside the fields, and keeps what was typed', async () => {
  const { page, complaints } = await openPage(browser());
  await page.goto(`${server.url}/new`);
  await page.getByLabel('Epochs').fill('0');
  await page.locator('[data-contender="sgd"] input[type="checkbox"]').uncheck();
  await page.locator('[data-contender="adam"]').getByLabel('Learning rate').fill('-1');
  await page.getByLabel('A folder of mine').check();
  await page.getByLabel('Folder', { exact: true }).fill('/no/such/folder');
  await page.getByRole('button', { name: 'Start the comparison' }).click();
  await page.getByText('3 things have to be mended first.').waitFor();
  const problem = (id: string) => page.locator(`#${id}`).innerText();
  expect(await problem('epochs-problem')).toContain('0');
  expect(await problem('dataset-problem')).toContain('/no/such/folder');
  expect(await page.locator('[data-contender="adam"] [data-problem]').innerText()).toContain('-1');
  expect(await page.locator('[data-contender="sgd"] [data-problem]').count()).toBe(0);
  expect(await page.getByLabel('Folder', { exact: true }).inputValue()).toBe('/no/such/folder');
  expect(complaints).toEqual([]);
});

test('every page fits a phone of 360 pixels and the dark, curves included', async () => {
  const id = await server.compare({
    name: 'A name that is long enough to have to be broken on a narrow screen, or cut',
    epochs: 2,
    contenders: ['sgd', 'adam', 'ranger'].map((optimizer) => ({ optimizer, learningRate: 0.001 })),
  });
  const { page, complaints } = await openPage(browser(), {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });
  await page.goto(`${server.url}/experiments/${id}`);
  await untilFinished(page);
  for (const path of [`/experiments/${id}`, '/', '/new', '/experiments/none']) {
    await page.goto(server.url + path);
    expect(await overflow(page), path).toBe(0);
    const [red = 255] =
      (await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).match(/\d+/g) ?? [];
    expect(Number(red), path).toBeLessThan(40);
    expect((await page.screenshot()).length, path).toBeGreaterThan(5_000);
  }
  await page.goto(`${server.url}/experiments/${id}`);
  for (const metric of ['loss', 'accuracy', 'val_loss', 'val_accuracy']) {
    await page.locator(`[data-chart="${metric}"] canvas`).waitFor();
    expect(await colours(page, metric), metric).toBeGreaterThan(2);
  }
  await page.getByRole('radio', { name: 'Light' }).click();
  await page.reload();
  const [red = 0] =
    (await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).match(/\d+/g) ?? [];
  expect(Number(red)).toBeGreaterThan(200);
  expect(complaints).toEqual([]);
});

test('the first paint has the curves and the numbers, before any script has run', async () => {
  const { experiments } = await server.ask<{ experiments: { nodes: { id: string; status: string }[] } }>(
    '{ experiments(first: 20) { nodes { id status } } }',
  );
  const id =
    experiments.nodes.find(({ status }) => status === 'FINISHED')?.id ?? expect.fail('none finished');
  const { page } = await openPage(browser(), { javaScriptEnabled: false });
  await page.goto(`${server.url}/experiments/${id}`);
  const paths = await page
    .locator('[data-chart="val_accuracy"] svg path')
    .evaluateAll((all) => all.map((path) => path.getAttribute('d') ?? ''));
  expect(paths.filter((path) => /^M[\d.]+ [\d.]+L/.test(path))).toHaveLength(3);
  expect(await page.locator('[data-summary] tbody').innerText()).toMatch(/0\.\d{4}/);
});

test('an address that leads nowhere is answered with 404 and a way back', async () => {
  const { page } = await openPage(browser());
  const response = await page.goto(`${server.url}/experiments/none`);
  expect(response?.status()).toBe(404);
  await page.getByRole('link', { name: 'All comparisons' }).click();
  await page.waitForURL(`${server.url}/`);
});
