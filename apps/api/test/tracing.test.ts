import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_POSTGRES, startPostgres } from '@optiscope/schema/test-postgres';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { wantsTraces } from '../src/tracing/start-tracing.ts';
import { startServer } from './server-process.ts';
import { startWorkerProgram } from './worker-process.ts';

const Value = z.object({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() });
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: z.array(z.object({ key: z.string(), value: Value })).default([]),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.number().optional() }).default({}),
});
type Span = z.output<typeof Span>;
const Sent = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value: Value })) }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

/** Stands for a collector: takes what is sent as OTLP does, in JSON. */
class Collector {
  readonly spans: Span[] = [];
  readonly resources: Record<string, unknown>[] = [];
  text = '';
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      expect([request.method, request.url]).toEqual(['POST', '/v1/traces']);
      const text = Buffer.concat(chunks).toString();
      this.text += text;
      for (const { resource, scopeSpans } of Sent.parse(JSON.parse(text)).resourceSpans) {
        this.resources.push(attributesOf(resource));
        this.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** The one span of that name under another. */
  under(parent: Span, name: string): Span {
    const found = this.spans.filter((span) => span.parentSpanId === parent.spanId && span.name === name);
    expect(found.length, `${name} under ${parent.name}`).toBeGreaterThan(0);
    expect(found[0]!.traceId).toBe(parent.traceId);
    return found[0]!;
  }
}

function attributesOf({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
}

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-tracing-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const MAKE = `mutation Make($input: CreateExperimentInput!) {
  createExperiment(input: $input) { ... on Experiment { id runs { id } } }
}`;

async function expectTraced(settings: Record<string, string>, elsewhere = false): Promise<void> {
  const collector = new Collector();
  const OTEL_EXPORTER_OTLP_ENDPOINT = await collector.open();
  const traced = { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT, MIN_FREE_BYTES: '0' };
  const server = await startServer(elsewhere ? { ...traced, WORKERS: '0' } : traced);
  const worker = elsewhere ? await startWorkerProgram(traced) : null;
  const input = {
    name: 'a name that is nobody’s business',
    epochs: 3,
    batchSize: 1,
    contenders: [{ optimizer: 'sgd', learningRate: 0.1 }],
  };
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01`,
    },
    body: JSON.stringify({ query: MAKE, operationName: 'Make', variables: { input } }),
  });
  const { createExperiment: made } = (await response.json()).data;
  const status = async (): Promise<string> =>
    (
      await server.ask<{ experiment: { status: string } }>(
        'query ($id: ID!) { experiment(id: $id) { status } }',
        { id: made.id },
      )
    ).experiment.status;
  await expect.poll(status, { timeout: 30_000 }).toBe('FINISHED');
  if (worker !== null) expect(await worker.end('SIGTERM')).toBe(0);
  expect(await server.end('SIGTERM')).toBe(0); // what is left is sent at the end
  collector.close();

  const services = collector.resources.map((resource) => resource['service.name']);
  expect(new Set(services)).toEqual(new Set(elsewhere ? ['optiscope', 'optiscope-worker'] : ['optiscope']));
  expect(collector.resources[0]).toMatchObject({ 'service.version': 'test' });
  const request = collector.spans.find(({ parentSpanId }) => parentSpanId === CALLER.spanId);
  expect(request).toMatchObject({ name: 'POST /graphql', traceId: CALLER.traceId });
  expect(attributesOf(request!)).toMatchObject({ 'http.response.status_code': 200 });
  const operation = collector.under(request!, 'graphql mutation Make');
  expect(attributesOf(collector.under(operation, 'insert experiments'))['db.query.text']).toContain('$1');

  const attempt = collector.spans.find(({ name }) => name === 'run attempt');
  expect(attempt?.links).toEqual([
    expect.objectContaining({ traceId: CALLER.traceId, spanId: operation.spanId }),
  ]);
  expect(attributesOf(attempt!)).toEqual({
    'optiscope.experiment.id': made.id,
    'optiscope.run.id': made.runs[0].id,
    'optiscope.attempt': 1,
  });
  collector.under(collector.under(attempt!, 'claim run'), 'insert attempts');
  const recorded = collector.spans.filter(
    ({ name, parentSpanId }) => name === 'record epoch' && parentSpanId === attempt!.spanId,
  );
  expect(recorded.map((span) => attributesOf(span)['optiscope.epoch'])).toEqual([1, 2, 3]);
  collector.under(recorded[0]!, 'insert epochs');
  expect(collector.text).not.toContain('nobody’s business');
  // Looking into the queue every second belongs to nothing that somebody asked for.
  const alone = collector.spans.filter(({ parentSpanId }) => !parentSpanId);
  expect(new Set(alone.map(({ name }) => name))).toEqual(new Set(['POST /graphql', 'run attempt']));
}

test('a request is traced through the job to every epoch’s row', async () => {
  await expectTraced({ DATA_DIR: join(directory, 'embedded') });
}, 180_000);

test('the same with PostgreSQL and a worker, over both programs', async (context: TestContext) => {
  const postgres = await startPostgres();
  if (postgres === null) return context.skip(NO_POSTGRES);
  await expectTraced({ DATA_DIR: join(directory, 'server'), DATABASE_URL: postgres.url }, true);
  await postgres.stop();
}, 180_000);

test('a collector that is away costs no request, and no orderly end', async () => {
  const server = await startServer({
    DATA_DIR: join(directory, 'embedded'), // it is there already
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  });
  expect((await server.ask<{ optimizers: unknown[] }>('{ optimizers { name } }')).optimizers).not.toEqual([]);
  expect(await server.end('SIGTERM')).toBe(0);
});

test('nothing is traced unless OpenTelemetry’s variables ask for it', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:4318';
  expect(wantsTraces({})).toBe(false);
  expect(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT })).toBe(true);
  expect(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBe(false);
  expect(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBe(false);
});
