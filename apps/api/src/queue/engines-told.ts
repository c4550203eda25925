import type { EngineDescription } from '@optiscope/trainer';

const MOST = 8;

/** The engines that runs told when they began, each once, the latest last. */
export class EnginesTold {
  readonly #engines = new Map<string, EngineDescription>();

  get told(): readonly EngineDescription[] {
    return [...this.#engines.values()];
  }

  tell(engine: EngineDescription): void {
    const key = JSON.stringify(engine);
    this.#engines.delete(key);
    this.#engines.set(key, engine);
    const [oldest] = this.#engines.keys();
    if (this.#engines.size > MOST && oldest !== undefined) this.#engines.delete(oldest);
  }
}
