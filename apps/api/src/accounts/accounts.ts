import { type Database, hasAdminOrInvitation } from '@optiscope/schema';
import type { Log } from '../log.ts';
import { StartError } from '../start-error.ts';
import type { AccountAct } from './account-act.ts';
import { type Auth, type AuthOptions, createAuth } from './auth.ts';
import type { Identify } from './identify.ts';
import type { Provider } from './providers.ts';
import { type AccountRoutes, createAccountRoutes } from './routes.ts';
import { authSecret } from './secret-file.ts';
import { createSessionViewer } from './session-viewer.ts';
import { type AccountSettings, INVITE_COMMAND } from './settings.ts';

export interface Accounts {
  readonly publicUrl: string;
  /** Whose session a request's cookie carries. */
  readonly identify: Identify;
  readonly routes: AccountRoutes;
}

export interface AccountsOptions {
  readonly db: Database;
  readonly settings: AccountSettings & { readonly DATA_DIR: string };
  /** The server's address for this machine; that for members, where the settings name none. */
  readonly url: string;
  readonly log: Log;
  readonly onAct: (act: AccountAct) => void;
}

/** Opens what people sign in with. Throws `StartError` when there is nobody who could administer the team. */
export async function openAccounts({ db, settings, url, log, onAct }: AccountsOptions): Promise<Accounts> {
  if (!(await hasAdminOrInvitation(db))) {
    throw new StartError(
      `ACCOUNTS is on, but there is no administrator yet. Make a link for the first one, then start again:\n  ${INVITE_COMMAND}`,
    );
  }
  const publicUrl = settings.PUBLIC_URL ?? url;
  const { GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET, OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } =
    settings;
  const options: AuthOptions = {
    db,
    secret: await authSecret(settings.AUTH_SECRET, settings.DATA_DIR),
    publicUrl,
    log,
    github:
      GITHUB_CLIENT_ID !== undefined && GITHUB_CLIENT_SECRET !== undefined
        ? { clientId: GITHUB_CLIENT_ID, clientSecret: GITHUB_CLIENT_SECRET }
        : null,
    oidc: null,
  };
  const auth = createAuth(options);
  const providers: Provider[] = [];
  if (options.github !== null) providers.push({ id: 'github', name: 'GitHub', auth: async () => auth });
  if (OIDC_ISSUER !== undefined && OIDC_CLIENT_ID !== undefined && OIDC_CLIENT_SECRET !== undefined) {
    const oidc = { issuer: OIDC_ISSUER, clientId: OIDC_CLIENT_ID, clientSecret: OIDC_CLIENT_SECRET };
    // Made when someone first signs in there: it asks the issuer for its addresses, and a start asks nobody.
    let made: Auth | null = null;
    const withOidc = async (): Promise<Auth> => {
      made ??= createAuth({ ...options, oidc });
      return made;
    };
    providers.push({ id: 'oidc', name: settings.OIDC_NAME, auth: withOidc });
  }
  return {
    publicUrl,
    identify: await createSessionViewer(auth, db, log),
    routes: createAccountRoutes({ db, publicUrl, auth, providers, onAct }),
  };
}
