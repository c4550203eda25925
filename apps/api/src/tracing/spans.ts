import {
  type Attributes,
  context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';

/** Whether spans go anywhere. While they do not, none is made. */
let on = false;

/** Turned on once, by `startTracing`, before anything is traced; off again when it has stopped. */
export function turnSpans(to: boolean): void {
  on = to;
}

/** Whether anything is traced at all. */
export function areSpansOn(): boolean {
  return on;
}

export interface SpanStart {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** What it follows from, as `currentTraceparent` told it there; a trace of its own begins here. */
  readonly linkedTo?: string | null;
  /** What it is a part of, as the caller's header told. */
  readonly partOf?: string | null;
}

/** Starts a span under the one that is active; undefined while nothing is traced. Whoever starts it ends it. */
export function startSpan(name: string, start: SpanStart = {}): Span | undefined {
  if (!on) return undefined;
  const { kind = SpanKind.INTERNAL, attributes = {}, linkedTo, partOf } = start;
  const link = remote(linkedTo);
  const links: Link[] = link === null ? [] : [{ context: link }];
  const parent = remote(partOf);
  const root = linkedTo !== undefined || partOf !== undefined;
  const under = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  return trace
    .getTracer('optiscope')
    .startSpan(name, { kind, attributes, links }, root ? under : context.active());
}

/** Does something while the span is the active one. */
export function within<T>(span: Span | undefined, act: () => T): T {
  return span === undefined ? act() : context.with(trace.setSpan(context.active(), span), act);
}

/** Does something as a span of its own, which ends when that is done, as failed where it throws. */
export async function traced<T>(name: string, start: SpanStart, act: () => Promise<T>): Promise<T> {
  const span = startSpan(name, start);
  if (span === undefined) return await act();
  try {
    return await within(span, act);
  } catch (error) {
    failed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Marks a span as one of something that failed. The kind of the error is told; its text may carry data. */
export function failed(span: Span | undefined, error: unknown): void {
  const kind = error instanceof Error ? error.name : typeof error;
  span?.setStatus({ code: SpanStatusCode.ERROR, message: kind });
  span?.setAttribute('error.type', kind);
}

/** Whether something is being traced at this place. */
export function isTraced(): boolean {
  return on && trace.getActiveSpan() !== undefined;
}

/** The active span in the form of the header `traceparent`; null where there is none. */
export function currentTraceparent(): string | null {
  const told = on ? trace.getActiveSpan()?.spanContext() : undefined;
  if (told === undefined || !isSpanContextValid(told)) return null;
  return `00-${told.traceId}-${told.spanId}-${told.traceFlags.toString(16).padStart(2, '0')}`;
}

/** The trace that is active, for the log. */
export function currentTraceId(): { readonly traceId?: string } {
  const told = on ? trace.getActiveSpan()?.spanContext() : undefined;
  return told === undefined ? {} : { traceId: told.traceId };
}

function remote(traceparent: string | null | undefined): SpanContext | null {
  const [, traceId, spanId, flags] =
    /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return null;
  const traceFlags = Number.parseInt(flags ?? '00', 16) & TraceFlags.SAMPLED;
  const told = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(told) ? told : null;
}
