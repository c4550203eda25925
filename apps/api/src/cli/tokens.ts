import { TOKEN_DAYS } from '@optiscope/schema';
import { type Command, UsageError } from '@optiscope/trainer/cli';
import { TokenOrder } from '../accounts/token-orders.ts';
import { obeyed } from './team-database.ts';

const USAGE =
  'tokens list | tokens create NAME [--role viewer|editor|admin] [--days N] [--member EMAIL] | tokens revoke ID';

/** Secrets by which programs use the API. */
export const tokens: Command = {
  name: 'tokens',
  usage: USAGE,
  summary: `Lists the tokens of the API, makes one (for ${TOKEN_DAYS} days, unless told otherwise), or ends one. Of the database that the settings name, also while the server runs.`,
  options: { role: { type: 'string' }, days: { type: 'string' }, member: { type: 'string' } },
  async run({ role, days, member }, [action, given, ...rest]) {
    const wrong = (why: string): UsageError => new UsageError(`tokens: ${why} Usage: optiscope ${USAGE}`);
    if (action === undefined) throw wrong('an action is missing.');
    if (rest.length > 0) throw wrong(`"${rest[0]}" is too much.`);
    if (action !== 'create') {
      for (const [name, value] of Object.entries({ role, days, member })) {
        if (value !== undefined) throw wrong(`${action} does not take --${name}.`);
      }
    }
    if (action === 'list' && given !== undefined) throw wrong(`"${given}" is too much.`);
    if (action === 'create' && given === undefined) throw wrong('a name is missing: what is the token for?');
    if (action === 'revoke' && given === undefined) throw wrong('an id is missing; "tokens list" tells it.');
    const order = TokenOrder.safeParse({
      do: action,
      name: given,
      id: given,
      role: typeof role === 'string' ? role.toUpperCase() : 'VIEWER',
      email: typeof member === 'string' ? member : null,
      ...(days !== undefined && { days: Number(days) }),
    });
    if (!order.success) {
      const [issue] = order.error.issues;
      if (issue?.path[0] === 'role') {
        throw wrong(`the role is "${role}"; wanted viewer, editor or admin.`);
      }
      if (issue?.path[0] === 'days') throw wrong(`--days is "${days}"; wanted a number.`);
      throw wrong(`there is no "${action}".`);
    }
    return await obeyed({ tokens: order.data });
  },
};
