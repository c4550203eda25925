import type { IncomingMessage, ServerResponse } from 'node:http';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { startSpan, within } from './spans.ts';

/** Answers a request as a span, a part of the caller's trace where its header `traceparent` names one. */
export function tracedRequest<T>(
  request: IncomingMessage,
  response: ServerResponse,
  route: string,
  requestId: string,
  answer: () => T,
): T {
  const { method = 'GET', headers } = request;
  const span = startSpan(`${method} ${route}`, {
    kind: SpanKind.SERVER,
    partOf: typeof headers.traceparent === 'string' ? headers.traceparent : null,
    attributes: { 'http.request.method': method, 'http.route': route, 'optiscope.request.id': requestId },
  });
  if (span === undefined) return answer();
  response.once('close', () => {
    span.setAttribute('http.response.status_code', response.statusCode);
    if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
  return within(span, answer);
}
