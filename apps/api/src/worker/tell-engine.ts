import { EngineChoice } from '@optiscope/trainer';
import { chooseRuntime } from '@optiscope/trainer/engine';

/** Writes what engine a run would compute on here, as JSON; run in a process of its own, since probing blocks. */
const { runtime, description } = await chooseRuntime({
  engine: EngineChoice.parse(process.argv[2] ?? 'auto'),
  threads: 1,
});
process.stdout.write(JSON.stringify(description));
await runtime.dispose();
