import { setTimeout as sleep } from 'node:timers/promises';
import { context, DiagLogLevel, diag, trace } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace';
import type { Log } from '../log.ts';
import { turnSpans } from './spans.ts';

/** For so long the last spans are waited for: a collector that is away holds no server up. */
const FAREWELL_MILLISECONDS = 2_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether OpenTelemetry's own variables ask for traces. */
export function wantsTraces(environment: Environment): boolean {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  if (environment.OTEL_TRACES_EXPORTER?.toLowerCase() === 'none') return false;
  return Boolean(environment.OTEL_EXPORTER_OTLP_ENDPOINT || environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/**
 * Sends spans to a collector, as JSON over HTTP, when OpenTelemetry's variables name one. Nothing of it is loaded
 * otherwise. Returns what sends the last spans and stops.
 */
export async function startTracing(
  environment: Environment,
  { name, version, log }: { readonly name: string; readonly version: string; readonly log: Log },
): Promise<() => Promise<void>> {
  if (!wantsTraces(environment)) return async () => undefined;
  const sdk = await import('@opentelemetry/sdk-trace');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
  const { defaultResource, resourceFromAttributes } = await import('@opentelemetry/resources');
  if (environment.OTEL_EXPORTER_OTLP_PROTOCOL?.startsWith('grpc')) {
    log.warn(
      'Traces are sent as http/json; OTEL_EXPORTER_OTLP_PROTOCOL asks for grpc, which is not spoken here.',
    );
  }
  const warn = (message: string): void => log.warn(`Traces: ${message}`);
  const none = (): void => undefined;
  diag.setLogger(
    { error: warn, warn, info: none, debug: none, verbose: none },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const manager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  const provider = new sdk.TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.name': environment.OTEL_SERVICE_NAME || name,
        'service.version': version,
        'process.pid': process.pid,
      }),
    ),
    sampler: samplerOf(environment, sdk, log),
    spanProcessors: [
      new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 1_000 }),
    ],
  });
  trace.setGlobalTracerProvider(provider);
  turnSpans(true);
  return async () => {
    turnSpans(false);
    const late = sleep(FAREWELL_MILLISECONDS, 'late', { ref: false });
    const sent = provider.shutdown().then(
      () => 'sent',
      () => 'failed',
    );
    if ((await Promise.race([sent, late])) !== 'sent') log.warn('The last spans could not be sent');
    trace.disable();
    context.disable();
    diag.disable();
  };
}

/** OpenTelemetry's samplers by their standard names; of everything a part, or all. */
function samplerOf(
  {
    OTEL_TRACES_SAMPLER: name = 'parentbased_always_on',
    OTEL_TRACES_SAMPLER_ARG: argument = '1',
  }: Environment,
  sdk: typeof import('@opentelemetry/sdk-trace'),
  log: Log,
): Sampler {
  const ratio = Number(argument);
  const part = Number.isFinite(ratio) && ratio >= 0 && ratio <= 1 ? ratio : 1;
  const [, base = name] = /^parentbased_(.*)$/.exec(name) ?? [];
  const root =
    base === 'always_off'
      ? new sdk.AlwaysOffSampler()
      : base === 'traceidratio'
        ? new sdk.TraceIdRatioBasedSampler(part)
        : new sdk.AlwaysOnSampler();
  if (!['always_on', 'always_off', 'traceidratio'].includes(base)) {
    log.warn(`OTEL_TRACES_SAMPLER is ${name}, which is not known here; every trace is sent.`);
  }
  return base === name ? root : new sdk.ParentBasedSampler({ root });
}
