import { DirectoryInUseError, openEmbedded, openPostgres } from '@optiscope/schema';
import { UsageError } from '@optiscope/trainer/cli';
import type { Obeyed } from '../accounts/member-orders.ts';
import { obeyTeamOrder, type TeamOrder } from '../accounts/team-orders.ts';
import { readSettings, type Settings, SettingsError } from '../env.ts';
import { askServer } from '../server/control.ts';
import { urlOf } from '../server/url-of.ts';

/**
 * Does it on the database that the settings name, through its server where that is the embedded one and runs. Prints
 * what came of it; the exit status.
 */
export async function obeyed(order: TeamOrder): Promise<number> {
  const { done, message } = await obey(order);
  (done ? process.stdout : process.stderr).write(`${message}\n`);
  return done ? 0 : 1;
}

async function obey(order: TeamOrder): Promise<Obeyed> {
  const settings = settingsOrUsageError();
  const url = settings.PUBLIC_URL ?? urlOf(settings.HOST, settings.PORT || 3000);
  const { DATABASE_URL, DATA_DIR } = settings;
  try {
    const database =
      DATABASE_URL === undefined
        ? await openEmbedded(DATA_DIR)
        : await openPostgres(DATABASE_URL, () => undefined);
    try {
      return await obeyTeamOrder(database.db, order, url);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!(error instanceof DirectoryInUseError)) throw error;
    const told = await askServer(DATA_DIR, order);
    if (told === null) throw error; // its owner is no server, or cannot be asked
    return told;
  }
}

function settingsOrUsageError(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(error.message);
    throw error;
  }
}
