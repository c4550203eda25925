import { type Command, UsageError } from '@optiscope/trainer/cli';
import { MemberOrder } from '../accounts/member-orders.ts';
import { obeyed } from './team-database.ts';

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
    return await obeyed({ members: order.data });
  },
};
