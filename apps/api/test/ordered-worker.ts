import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromWorker, Report, RunOrder, ToWorker } from '../src/worker/messages.ts';

const ENTRY = fileURLToPath(new URL('../src/worker/main.ts', import.meta.url));

/** A real worker process with the real trainer; a test is its server. */
export class OrderedWorker {
  readonly #child: ChildProcess = fork(ENTRY, [], { serialization: 'advanced' });
  /** Every report in order. */
  readonly reports: Report[] = [];
  /** What it said of its storage. */
  readonly away: (string | null)[] = [];

  constructor() {
    this.#child.on('message', (message: FromWorker) => {
      if (message.type === 'storage') this.away.push(message.away);
    });
  }

  /**
   * Runs to its end, answering every report; or until `until` says so of a report, which is not answered any more. Throws
   * what the run failed with.
   */
  async run(order: Omit<RunOrder, 'type'>, until: (report: Report) => boolean = () => false): Promise<void> {
    const { runId, token } = order;
    const { promise: over, resolve, reject } = Promise.withResolvers<void>();
    const take = (message: FromWorker): void => {
      if (message.runId !== runId) return;
      if (message.type === 'failed') reject(new Error(message.reason));
      if (message.type === 'left') resolve();
      if (message.type !== 'report') return;
      this.reports.push(message.report);
      if (until(message.report)) resolve();
      else this.#send({ type: 'recorded', runId, token, held: true });
    };
    this.#child.on('message', take);
    this.#send({ type: 'run', ...order });
    await over.finally(() => this.#child.off('message', take));
  }

  /** Stops a run where it stands, as when it is to go on elsewhere. */
  stop({ runId, token }: Pick<RunOrder, 'runId' | 'token'>): void {
    this.#send({ type: 'stop', runId, token, discard: false });
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #send(message: ToWorker): void {
    this.#child.send(message);
  }
}
