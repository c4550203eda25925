import { expect, test } from 'vitest';
import { application } from './application.ts';
import { openPage } from './page.ts';

const { server, browser } = application();

/** Each would set a mark on the page, were any of it taken for more than text. */
const RUN = "document.documentElement.dataset.ran='yes'";
const PAYLOADS = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `"><svg onload=${RUN}>`,
  `'-${RUN}-'`,
  `</title></textarea></script><script>${RUN}</script>`,
  `[link](javascript:${encodeURIComponent(RUN)})`,
  `![x](x"onerror="${RUN})`,
  `<a href="javascript:${RUN}">here</a> <iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `{{constructor.constructor("${RUN}")()}}`,
];

test('A5: what people write and import is text on every page: no script runs, and the policy would stop one', async () => {
  const { page, complaints } = await openPage(browser());
  page.on('dialog', () => complaints.push('a dialog was opened'));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, sourceFile }) => {
      // Evaluated by the test itself.
      if (sourceFile !== '') document.documentElement.dataset.refused = violatedDirective;
    });
  });
  const { importRuns } = await server.ask<{ importRuns: { id: string } }>(
    'mutation ($input: ImportRunsInput!) { importRuns(input: $input) { ... on Experiment { id } ... on Refusal { code message } } }',
    {
      input: {
        name: `${PAYLOADS[0]}.csv`,
        label: PAYLOADS[1],
        content:
          'epoch,loss,accuracy,val_loss,val_accuracy\n0,2,0.1,2,0.1\n1,1,0.5,1,0.5\n2,0.9,0.6,0.8,0.7\n',
      },
    },
  );
  const { id } = importRuns;
  expect(id).toBeDefined();
  for (const [index, payload] of PAYLOADS.entries()) {
    const { annotate } = await server.ask<{ annotate: object }>(
      'mutation ($input: AnnotateInput!) { annotate(input: $input) { __typename ... on Refusal { message } } }',
      { input: { experimentId: id, body: payload, ...(index % 2 === 0 && PLACE) } },
    );
    expect(annotate).toMatchObject({ __typename: 'Annotation' });
    if (payload.length > 50) continue;
    await server.ask(
      'mutation ($id: ID!, $add: [String!]!) { tagExperiment(id: $id, add: $add) { __typename } }',
      { id, add: [payload] },
    );
  }
  const paths = [
    '/',
    `/?text=${encodeURIComponent(PAYLOADS[0]!)}&tag=${encodeURIComponent(PAYLOADS[1]!)}`,
    `/experiments/${id}`,
    `/experiments/${id}?target=${encodeURIComponent(PAYLOADS[2]!)}&runs=${encodeURIComponent(PAYLOADS[3]!)}`,
    `/experiments/${encodeURIComponent(PAYLOADS[0]!)}`,
    `/experiments/new?from=${encodeURIComponent(PAYLOADS[0]!)}`,
    `/nowhere/${encodeURIComponent(PAYLOADS[1]!)}`,
  ];
  await server.ask(
    'mutation ($id: ID!, $name: String!) { renameExperiment(id: $id, name: $name) { __typename } }',
    {
      id,
      name: PAYLOADS[4],
    },
  );
  for (const path of paths) {
    const response = await page.goto(`${server.url}${path}`, { waitUntil: 'networkidle' });
    const policy = response?.headers()['content-security-policy'] ?? '';
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? '';
    expect(scripts).toMatch(/'nonce-[\w+/=]{20,}'/);
    expect(scripts).not.toMatch(/unsafe|\*|data:|https?:/);
    expect(policy).toMatch(/default-src 'self'.*object-src 'none'; base-uri 'none'.*frame-ancestors 'none'/);
    const marks = await page.evaluate(() => ({
      ...document.documentElement.dataset,
      handlers: document.querySelectorAll('[onerror], [onload], iframe, object, embed').length,
      links: [...document.querySelectorAll('a[href]')]
        .map((link) => (link as HTMLAnchorElement).protocol)
        .filter((protocol) => !/^https?:$/.test(protocol)),
    }));
    expect(marks).toMatchObject({ handlers: 0, links: [] });
    expect(marks).not.toHaveProperty('ran');
    expect(marks).not.toHaveProperty('refused');
  }
  // It is there, to be read.
  await page.goto(`${server.url}/experiments/${id}`);
  await page.getByText('onerror', { exact: false }).first().waitFor();
  expect(await page.locator('h1').innerText()).toContain('<script>');

  // Were markup taken for markup after all, it would be stopped, and this test would know.
  const refused = await page.evaluate(
    (run) =>
      new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective));
        document.body.insertAdjacentHTML('beforeend', `<img src="data:," onerror="${run}">`);
      }),
    RUN,
  );
  expect(refused).toBe('script-src-attr');
  expect(await page.evaluate(() => document.documentElement.dataset.ran)).toBeUndefined();

  // What is no page is none, also when a browser is sent there.
  for (const path of [`/export/${encodeURIComponent(PAYLOADS[0]!)}.csv`, `/export/${id}.csv`, '/metrics']) {
    const response = await fetch(`${server.url}${path}`);
    expect(response.headers.get('content-type')).not.toMatch(/html|svg|xml/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  }
  expect(
    complaints.filter((text) => !text.includes('script-src-attr') && !text.includes('inline event handler')),
  ).toEqual([]);
});

/** On a place of a curve, so that it is drawn on the chart as well. */
const PLACE = { metric: 'VAL_ACCURACY', axis: 'EPOCH', from: 1, to: 2 };
