import { DirectoryInUseError, openEmbedded, openPostgres } from '@optiscope/schema';
import { type Command, UsageError } from '@optiscope/trainer/cli';
import { MemberOrder, type Obeyed, obeyMemberOrder } from '../accounts/member-orders.ts';
import { readSettings, type Settings, SettingsError } from '../env.ts';
import { askServer } from '../server/control.ts';
import { urlOf } from '../server/url-of.ts';

const USAGE =
  'members list | members invite EMAIL [--role viewer|editor|admin] [--days N] | members role EMAIL viewer|editor|admin | members disable EMAIL | members enable EMAIL | members reset EMAIL';

/** Who may sign in. */
export const members: Command = {
  name: 'members',
  usage: USAGE,
  summary:
    'Lists who may sign in; makes a link by which someone becomes a member, or by which a member sets a new password; ' +
    'changes what a member may do. Of the database that the settings name, also while the server runs.',
  options: { role: { type: 'string' }, days: { type: 'string' } },
  async run({ role, days }, [action, email, third, ...rest]) {
    const wrong = (why: string): UsageError => new UsageError(`members: ${why} Usage: optiscope ${USAGE}`);
    if (rest.length > 0) throw wrong(`"${rest[0]}" is too much.`);
    if (action === undefined) throw wrong('an action is missing.');
    if (role !== undefined && action !== 'invite') throw wrong(`${action} does not take --role.`);
    if (days !== undefined && action !== 'invite') throw wrong(`${action} does not take --days.`);
    if (third !== undefined && action !== 'role') throw wrong(`"${third}" is too much.`);
    if (action === 'list' ? email !== undefined : email === undefined) {
      throw wrong(action === 'list' ? `"${email}" is too much.` : 'an e-mail address is missing.');
    }
    const given = (action === 'role' ? third : role) ?? (action === 'invite' ? 'viewer' : undefined);
    const order = MemberOrder.safeParse({
      do: action,
      email,
      role: typeof given === 'string' ? given.toUpperCase() : undefined,
      ...(days !== undefined && { days: Number(days) }),
    });
    if (!order.success) {
      const [issue] = order.error.issues;
      if (issue?.path[0] === 'role') {
        throw wrong(`the role is ${JSON.stringify(given)}; wanted viewer, editor or admin.`);
      }
      if (issue?.path[0] === 'days') throw wrong(`--days is "${days}"; wanted a number.`);
      throw wrong(`there is no "${action}".`);
    }
    const { done, message } = await obey(order.data);
    (done ? process.stdout : process.stderr).write(`${message}\n`);
    return done ? 0 : 1;
  },
};

async function obey(order: MemberOrder): Promise<Obeyed> {
  const settings = settingsOrUsageError();
  const url = settings.PUBLIC_URL ?? urlOf(settings.HOST, settings.PORT || 3000);
  const { DATABASE_URL, DATA_DIR } = settings;
  try {
    const database =
      DATABASE_URL === undefined
        ? await openEmbedded(DATA_DIR)
        : await openPostgres(DATABASE_URL, () => undefined);
    try {
      return await obeyMemberOrder(database.db, order, url);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!(error instanceof DirectoryInUseError)) throw error;
    const told = await askServer(DATA_DIR, { members: order });
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
