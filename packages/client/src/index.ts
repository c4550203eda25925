export { type Client, type ClientOptions, createClient, type RequestOptions } from './client.ts';
export { type AnswerError, ConnectionError, RequestError } from './errors.ts';
export * as operations from './generated/operations.ts';
export { type Operation, operation } from './operation.ts';
export { type AnyRefusal, accepted, isRefusal, RefusedError } from './refusal.ts';
export type { FollowOptions, StreamState } from './resume.ts';
