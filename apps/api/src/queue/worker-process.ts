import { type ChildProcess, fork } from 'node:child_process';
import type { FromWorker, ToWorker } from '../worker/messages.ts';

export interface WorkerEvents {
  readonly onMessage: (message: FromWorker) => void;
  /** The process is gone; `why` is a sentence. */
  readonly onExit: (why: string) => void;
}

/** One forked worker process, as the server sees it. */
export class WorkerProcess {
  /** How many runs it has. */
  load = 0;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #alive = true;
  #endedFor: string | null = null;

  constructor(entry: string, { onMessage, onExit }: WorkerEvents) {
    this.#child = fork(entry, [], {
      serialization: 'advanced', // structured cloning: JSON would lose NaN and the infinities
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message) => onMessage(message as FromWorker));
    this.#exited = new Promise((resolve) => {
      let told = false;
      const gone = (why: string): void => {
        if (told) return;
        told = true;
        this.#alive = false;
        resolve();
        onExit(this.#endedFor ?? why);
      };
      this.#child.on('exit', (code, signal) => gone(exitReason(code, signal)));
      this.#child.on('error', (error) => gone(`The worker process could not run: ${error.message}`));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Sends a message; one to a process that is gone is lost, its exit tells the rest. */
  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Ends the process at once; `why`, a sentence, is what its exit then tells. */
  end(why: string): void {
    this.#endedFor ??= why;
    this.#child.kill('SIGKILL');
  }

  /** Lets the process end by itself; ends it for good when it has not after `milliseconds`. */
  async close(milliseconds: number): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), milliseconds);
    await this.#exited;
    clearTimeout(timer);
  }
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') {
    return 'The worker process was killed (SIGKILL); the system does so when memory runs out.';
  }
  if (signal !== null) return `The worker process was ended by ${signal}.`;
  // 134: V8 aborts with SIGABRT when its heap is full, which some systems report as 128 + 6.
  if (code === 134) return 'The worker process aborted (status 134), as it does when memory runs out.';
  return `The worker process ended with status ${code}.`;
}
