import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of the benchmark's own, asked by messages and answering each with one. */
export class Child<To extends object, From extends { readonly type: string }> {
  readonly #child: ChildProcess;

  constructor(program: string) {
    this.#child = fork(fileURLToPath(new URL(program, import.meta.url)), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Sends a message and waits for the answer of the given type. */
  async ask<Type extends From['type']>(message: To, type: Type): Promise<Extract<From, { type: Type }>> {
    const answered = new Promise<Extract<From, { type: Type }>>((resolve, reject) => {
      const onExit = (): void =>
        reject(new Error(`a process of the benchmark ended while it was to ${type}`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (answer) => {
        this.#child.off('exit', onExit);
        const got = answer as From;
        if (got.type === type) resolve(got as Extract<From, { type: Type }>);
        else reject(new Error(`a process of the benchmark answered ${got.type} in place of ${type}`));
      });
    });
    this.#child.send(message);
    return await answered;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 3_000);
    await exited;
    clearTimeout(timer);
  }
}
