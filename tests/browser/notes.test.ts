import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { application } from './application.ts';
import { openPage, untilFinished } from './page.ts';

const { server, browser } = application();

test('two seeds of a contender are one line and one row of means; a note on the curve is on every page at once', async () => {
  const writer = await openPage(browser());
  const reader = await openPage(browser(), { viewport: { width: 390, height: 800 } });
  const id = await server.compare({
    name: 'Two seeds',
    epochs: 3,
    seeds: [1, 2],
    contenders: [
      { optimizer: 'sgd', learningRate: 0.1 },
      { optimizer: 'adam', learningRate: 0.001 },
    ],
  });
  await writer.page.goto(`${server.url}/experiments/${id}?target=0.01`);
  await untilFinished(writer.page);
  await reader.page.goto(`${server.url}/experiments/${id}?seeds=apart`);

  // Means with their intervals, and every run on request.
  expect(await writer.page.getByRole('group', { name: 'Contenders shown' }).innerText()).toMatch(
    /SGD\s+2 runs\s+Adam\s+2 runs/,
  );
  const rows = writer.page.locator('[data-seeds] tbody tr');
  expect(await rows.count()).toBe(2);
  expect(await rows.first().innerText()).toMatch(/2 finished[\s\S]*± \d/);
  await writer.page.getByRole('radio', { name: 'Run', exact: true }).click();
  expect(await writer.page.locator('[data-summary] tbody tr').count()).toBe(4);
  expect(await writer.page.locator('[data-times] tbody').innerText()).toContain('2 of 2');

  // With a click, about the place that was clicked.
  await clickOn(writer.page, 'val_accuracy');
  await writer.page.getByRole('button', { name: 'Note here' }).click();
  await writer.page.getByLabel('Text (Markdown)').fill('Both **settle** <img src=x onerror=alert(1)> here.');
  await writer.page.getByRole('button', { name: 'Write the note' }).click();
  await writer.page.locator('[data-chart="val_accuracy"] [data-pin]').waitFor();

  // The other page shows it without being asked, and answers; the first shows the answer.
  const note = reader.page.locator('[data-note]');
  await note.getByText('settle').waitFor();
  expect(await note.locator('strong').innerText()).toBe('settle');
  expect(await note.locator('img').count()).toBe(0);
  expect(await note.innerText()).toMatch(/validation accuracy, epoch [123]/);
  await note.getByRole('button', { name: 'Reply' }).click();
  await note.getByLabel('Reply (Markdown)').fill('With both seeds.');
  await note.getByRole('button', { name: 'Reply' }).click();
  await writer.page.locator('[data-note]').getByText('With both seeds.').waitFor();

  // With the keyboard alone.
  const loss = writer.page.locator('[data-chart="loss"] [role="group"]');
  await loss.focus();
  await loss.press('Home');
  await loss.press('n');
  await writer.page.getByLabel('Text (Markdown)').fill('The first epoch.');
  await writer.page.keyboard.press('Control+Enter');
  await reader.page.locator('[data-chart="loss"] [data-pin]').waitFor();
  expect(await reader.page.locator('[data-note]').nth(1).innerText()).toContain('training loss, epoch 1');

  // What is dealt with steps back.
  await reader.page.locator('[data-note]').first().getByRole('button', { name: 'Dealt with' }).click();
  await writer.page.getByRole('button', { name: '1 dealt with' }).waitFor();
  expect(writer.complaints).toEqual([]);
  expect(reader.complaints).toEqual([]);
});

async function clickOn(page: Page, metric: string): Promise<void> {
  const chart = page.locator(`[data-chart="${metric}"] [role="group"]`);
  await chart.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await chart.boundingBox()) ?? expect.fail('no chart');
  await page.mouse.click(x + width / 2, y + height / 2);
}
