import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { type DestinationStream, pino, stdSerializers } from 'pino';
import { currentTraceId } from './tracing/spans.ts';

/** From silent to everything. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `auto`: text in a terminal, JSON elsewhere. */
export const LOG_FORMATS = ['auto', 'text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What a line is about, to find all lines about one. */
export interface LogIds {
  readonly requestId?: string;
  readonly experimentId?: string;
  readonly runId?: string;
  readonly attempt?: number;
}

export interface Log {
  error(message: string, cause?: unknown): void;
  warn(message: string, cause?: unknown): void;
  info(message: string): void;
  debug(message: string): void;
  /** The same log, for lines about these. */
  about(ids: LogIds): Log;
}

/** What everything that is logged while something is answered is about. */
const answering = new AsyncLocalStorage<LogIds>();

/** What is being answered now. */
export function currentIds(): LogIds {
  return answering.getStore() ?? {};
}

/** Does something so that the lines logged meanwhile carry these ids. */
export function loggedAbout<T>(ids: LogIds, act: () => T): T {
  return answering.run({ ...answering.getStore(), ...ids }, act);
}

/**
 * Writes to the error stream: as text, lines with time and level and causes with their stack; as JSON, an object a
 * line with `time`, `level`, `msg`, the ids and `err`.
 */
export function createLog(
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
  format: LogFormat = 'text',
): Log {
  const json = format === 'json' || (format === 'auto' && process.stderr.isTTY !== true);
  return json ? jsonLog(level, { write }) : textLog(level, write);
}

function textLog(level: LogLevel, write: (line: string) => void): Log {
  const enabled = (at: LogLevel): boolean => LOG_LEVELS.indexOf(at) <= LOG_LEVELS.indexOf(level);
  const line = (at: LogLevel) => (message: string, cause?: unknown) => {
    if (!enabled(at)) return;
    const told = cause === undefined ? '' : `\n${inspect(cause)}`;
    write(`${new Date().toISOString()} ${at.padEnd(5)} ${message}${told}\n`);
  };
  const log: Log = {
    error: line('error'),
    warn: line('warn'),
    info: line('info'),
    debug: line('debug'),
    about: () => log, // a person reads the message, which names what matters
  };
  return log;
}

function jsonLog(level: LogLevel, stream: DestinationStream): Log {
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
      mixin: () => ({ ...currentIds(), ...currentTraceId() }),
    },
    stream,
  );
  const over = (to: typeof root): Log => ({
    error: (message, cause) => to.error(withCause(cause), message),
    warn: (message, cause) => to.warn(withCause(cause), message),
    info: (message) => to.info(message),
    debug: (message) => to.debug(message),
    about: (ids) => over(to.child(ids)),
  });
  return over(root);
}

function withCause(cause: unknown): object {
  if (cause === undefined) return {};
  return { err: cause instanceof Error ? cause : new Error(inspect(cause)) };
}
