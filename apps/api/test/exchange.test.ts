import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OpenDatabase } from '@optiscope/schema';
import { openTestDatabase } from '@optiscope/schema/test-database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createExchange } from '../src/server/exchange.ts';
import { startTestService, type TestService } from './test-service.ts';

let database: OpenDatabase;
let service: TestService;
let server: Server;
let url: string;

beforeAll(async () => {
  database = await openTestDatabase();
  service = await startTestService(database); // the dispatcher stays off: nothing trains here
  const exchange = createExchange(database.db);
  server = createServer((request, response) => {
    void exchange.handle(request, response).then((handled) => {
      if (!handled) response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server?.close(resolve));
  await service?.close();
  await database?.close();
});

async function anExperiment(): Promise<string> {
  const { createExperiment } = await service.ask<{ createExperiment: { id: string } }>(
    'mutation { createExperiment(input: { name: "Höhe", contenders: [{ optimizer: "sgd" }] }) { ... on Experiment { id } } }',
  );
  return createExperiment.id;
}

async function send(query: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  return await fetch(`${url}/import?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body: body as BodyInit,
  });
}

const HISTORY = '{"loss": [2, 1], "val_accuracy": [0.5, NaN]}';
const IMPORTED = `query ($id: ID!) {
  experiment(id: $id) {
    exportPath(format: CSV)
    runs { origin importedFrom status contender { label learningRate optimizer { name label } hyperparameters { name } } series(metrics: [VAL_ACCURACY]) { values nonFinite { epoch kind } } }
  }
}`;

test('a file that is sent becomes a run, is answered by GraphQL, and can be downloaded again', async () => {
  const id = await anExperiment();
  const query = `experimentId=${id}&name=old.json&idempotencyKey=k`;
  const response = await send(query, HISTORY);
  expect(response.status).toBe(201);
  expect(await (await send(query, HISTORY)).json()).toEqual(await response.json());
  const { experiment } = await service.ask<{ experiment: { exportPath: string; runs: unknown[] } }>(
    IMPORTED,
    { id },
  );
  expect(experiment.runs).toHaveLength(2);
  expect(experiment.runs[1]).toEqual({
    origin: 'IMPORTED',
    importedFrom: 'old.json',
    status: 'FINISHED',
    contender: {
      label: 'old',
      learningRate: null,
      optimizer: { name: 'imported', label: 'Imported' },
      hyperparameters: [],
    },
    series: [{ values: [0.5, null], nonFinite: [{ epoch: 2, kind: 'NAN' }] }],
  });
  const download = await fetch(url + experiment.exportPath);
  expect(download.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(download.headers.get('content-disposition')).toBe(
    `attachment; filename="H_he.csv"; filename*=UTF-8''H%C3%B6he.csv`,
  );
  expect((await download.text()).split('\r\n')).toHaveLength(4);
  const json = await (await fetch(`${url}/export/${id}.json?metrics=loss&rows=steps`)).json();
  expect(json).toMatchObject({ experiments: [{ id, runs: [{}, { epochs: { loss: [2, 1] } }] }] });
  const notes = await fetch(`${url}/export/${id}/annotations.csv`);
  expect(notes.headers.get('content-disposition')).toMatch(/^attachment; filename="H_he annotations.csv"/);
  expect(await notes.text()).toMatch(/^experiment_id,.*,body\r\n$/);
  const zip = new Uint8Array(await (await fetch(`${url}/export/${id}/tensorboard.zip`)).arrayBuffer());
  expect([...zip.subarray(0, 4)]).toEqual([0x50, 0x4b, 3, 4]);
});

test('a mutation imports what fits into it, and adds published results', async () => {
  const id = await anExperiment();
  const { importRuns } = await service.ask<{ importRuns: object }>(
    `mutation ($input: ImportRunsInput!) { importRuns(input: $input) { ... on Experiment { runs { contender { label } } } ... on InvalidInput { problems { field message } } } }`,
    { input: { experimentId: id, name: 'a.csv', encoding: 'BASE64', content: btoa('epoch,loss\n0,1\n') } },
  );
  expect(importRuns).toEqual({ runs: [{ contender: { label: 'SGD' } }, { contender: { label: 'a' } }] });
  const { references } = await service.ask<{ references: { id: string }[] }>('{ references { id } }');
  const { addReference } = await service.ask<{ addReference: { runs: unknown[] } }>(
    'mutation ($id: ID!, $reference: ID!) { addReference(experimentId: $id, reference: $reference) { ... on Experiment { runs { lastEpoch } } } }',
    { id, reference: references[0]!.id },
  );
  expect(addReference.runs).toHaveLength(8);
});

describe('what cannot be done is said as JSON, with its status:', () => {
  test.each([
    ['/export/none.csv', 404],
    ['/export/00000000-0000-7000-8000-000000000000.json', 404],
    ['/export/', 404],
    ['/export/..%2f.json', 404],
    ['/export/none.csv?rows=all', 400],
    ['/export/none.csv?metrics=mae', 400],
    ['/import', 405],
  ])('GET %s', async (path, status) => {
    const response = await fetch(url + path);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ code: expect.any(String), message: expect.any(String) });
  });

  test('a file with a mistake names its line', async () => {
    const id = await anExperiment();
    const response = await send(`experimentId=${id}&name=x.csv`, 'epoch,loss\n0,one\n');
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      problems: [{ field: 'content', message: 'Line 2, column "loss": "one" is no number.' }],
    });
  });

  test('a file that is too large', async () => {
    const response = await send('name=x.csv', new Uint8Array(8 * 2 ** 20 + 1));
    expect(response.status).toBe(413);
  });

  test("a request of another site's page, or one that a form could send", async () => {
    const id = await anExperiment();
    const query = `experimentId=${id}&name=x.json`;
    expect((await send(query, HISTORY, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await send(query, HISTORY, { 'content-type': 'text/plain' })).status).toBe(415);
    const { experiment } = await service.ask<{ experiment: { runs: unknown[] } }>(IMPORTED, { id });
    expect(experiment.runs).toHaveLength(1);
  });
});

test('other paths are left to others', async () => {
  for (const path of ['/', '/exports', '/importer', '//x:y:z']) {
    expect((await fetch(url + path)).status).toBe(204);
  }
});
