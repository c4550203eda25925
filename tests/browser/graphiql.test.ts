import { expect, test } from 'vitest';
import { application } from './application.ts';
import { openPage } from './page.ts';

const { server, browser } = application();

test('GraphiQL comes from this server alone, runs a question, and follows a comparison while it is trained', async () => {
  const id = await server.compare({
    name: 'Asked about',
    epochs: 2,
    contenders: [{ optimizer: 'sgd', learningRate: 0.1 }],
  });
  const { page, complaints } = await openPage(browser());
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith('http') && host !== new URL(server.url).host) elsewhere.push(request.url());
  });
  const answer = await page.goto(`${server.url}/graphiql?query=mutation%20Sent%20%7B%20nothing%20%7D`);
  expect(answer?.headers()['content-security-policy']).toContain("script-src 'self';");
  await page.locator('.graphiql-container').first().waitFor();

  const result = page.locator('.graphiql-response .view-lines');
  const run = page.getByRole('button', { name: /Execute query/ });
  const tab = (name: string) => page.getByRole('button', { name, exact: true });
  await run.click();
  await expect.poll(() => result.innerText(), { timeout: 20_000 }).toMatch(/"name":\s"Asked\sabout"/);

  await tab('Follow').press('Enter');
  await run.click();
  const told = async (): Promise<string> => {
    const text = await result.innerText();
    // Pressed before the tab's text was read, it looks for the operation of the tab before.
    if (/Cannot\sinfer/.test(text)) await run.click();
    return text;
  };
  await expect.poll(told, { timeout: 60_000 }).toContain('FINISHED');
  expect(await page.locator('#page').textContent()).toContain(id);
  expect(page.url()).toBe(`${server.url}/graphiql`); // a link brings nothing to run
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});
