import { type Database, recordAudit } from '@optiscope/schema';
import { currentIds, type Log } from '../log.ts';
import type { AccountAct } from './account-act.ts';
import type { Accounts, AccountsOptions } from './accounts.ts';

/** What people sign in with; null where nobody does, and then nothing of it is loaded. Throws `StartError`. */
export async function openTeam(
  db: Database,
  settings: AccountsOptions['settings'],
  url: string,
  log: Log,
): Promise<Accounts | null> {
  if (settings.ACCOUNTS === 'off') return null;
  const { openAccounts } = await import('./accounts.ts');
  const onAct = (act: AccountAct): void => {
    audit(db, act).catch((error: unknown) =>
      log.error(`${act.operation} was not written into the audit log`, error),
    );
  };
  return await openAccounts({ db, settings, url, log, onAct });
}

async function audit(db: Database, act: AccountAct): Promise<void> {
  const { operation, outcome, email, memberId, role, address } = act;
  const viewer =
    memberId === null || role === null
      ? null
      : { kind: 'MEMBER' as const, role, name: '', memberId, tokenId: null, sessionId: null };
  await recordAudit(
    db,
    { viewer, requestId: currentIds().requestId ?? null, address },
    { operation, outcome, ...(email !== null && { arguments: { email } }) },
  );
}
