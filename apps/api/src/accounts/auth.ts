import {
  acceptForEmail,
  accounts,
  type Database,
  invitationForEmail,
  members,
  orderedId,
  secretHash,
  sessions,
  verifications,
} from '@optiscope/schema';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { betterAuth } from 'better-auth/minimal';
import { genericOAuth } from 'better-auth/plugins/generic-oauth';
import type { Log } from '../log.ts';

export const AUTH_PATH = '/auth';
export const SIGN_IN_PATH = '/sign-in';
/** In which header the routes tell better-auth where a request comes from. Whatever a client sends in it is replaced. */
export const ADDRESS_HEADER = 'x-optiscope-address';
export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 128;
const SESSION_SECONDS = 30 * 24 * 3600;

/** A provider of sign-ins: this server's id and secret there. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface AuthOptions {
  readonly db: Database;
  readonly secret: string;
  /** The server's address as members know it. */
  readonly publicUrl: string;
  readonly log: Log;
  readonly github: ClientCredentials | null;
  readonly oidc: (ClientCredentials & { readonly issuer: string }) | null;
}

export type Auth = ReturnType<typeof createAuth>;

/**
 * Sign-ins and sessions by better-auth, on our own tables: members are its users. Nobody can register; members come
 * from invitations. What it would do on the network or in its own time (telemetry, rate limits) is off.
 */
export function createAuth({ db, secret, publicUrl, log, github, oidc }: AuthOptions) {
  return betterAuth({
    appName: 'Optiscope',
    baseURL: publicUrl,
    basePath: AUTH_PATH,
    secret,
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    database: drizzleAdapter(db, {
      provider: 'pg',
      schema: { user: members, session: sessions, account: accounts, verification: verifications },
      // The hooks below read by themselves, and the embedded database has one session: they would wait for a
      // transaction around them for ever. Nothing is lost without: whoever was made and has no way to sign in
      // yet gets one at their next sign-in, and a link that was spent in vain is asked for again.
      transaction: false,
    }),
    // Only own pages get here (`isOwnOrigin`), by whatever of its names the server was called.
    trustedOrigins: async (request) => {
      const host = request?.headers.get('host');
      return host ? [`http://${host}`, `https://${host}`] : [];
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: LONGEST_PASSWORD,
      revokeSessionsOnPasswordReset: true,
    },
    user: {
      additionalFields: {
        role: { type: 'string', required: false, input: false },
        disabledAt: { type: 'date', required: false, input: false },
      },
      validateUserInfo: async ({ user, source }) => {
        const email = user.email ?? '';
        if (source.action !== 'create-user') return;
        if (user.emailVerified !== true) return refused('email_not_verified');
        if ((await invitationForEmail(db, email)) === null) return refused('not_invited');
      },
    },
    session: {
      fields: { userId: 'memberId' },
      expiresIn: SESSION_SECONDS,
      // However much it is used: a sign-in lasts so long and no longer.
      disableSessionRefresh: true,
    },
    account: {
      fields: { userId: 'memberId' },
      accountLinking: { enabled: true, trustedProviders: [] },
    },
    verification: { storeIdentifier: { hash: async (identifier) => secretHash(identifier) } },
    databaseHooks: {
      user: {
        create: {
          before: async (user) => {
            const invitation = await invitationForEmail(db, user.email);
            if (invitation === null) return false;
            return { data: { ...user, role: invitation.role, emailVerified: true } };
          },
          after: (user) => acceptForEmail(db, user),
        },
      },
      session: {
        create: {
          before: async (session, context) => {
            const member = await context?.context.internalAdapter.findUserById(session.userId);
            return member !== null && member !== undefined && !('disabledAt' in member && member.disabledAt);
          },
        },
      },
      account: {
        // Of a sign-in elsewhere it matters who came. Nothing is done there in their name.
        create: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
        update: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
      },
    },
    ...(github && { socialProviders: { github } }),
    plugins: oidc
      ? [
          genericOAuth({
            config: [
              {
                providerId: 'oidc',
                discoveryUrl: `${oidc.issuer}/.well-known/openid-configuration`,
                requireIdTokenVerification: true,
                clientId: oidc.clientId,
                clientSecret: oidc.clientSecret,
                scopes: ['openid', 'email', 'profile'],
              },
            ],
          }),
        ]
      : [],
    onAPIError: { errorURL: `${publicUrl}${SIGN_IN_PATH}` },
    advanced: {
      cookiePrefix: 'optiscope',
      useSecureCookies: publicUrl.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: () => orderedId() },
    },
    logger: {
      level: 'info',
      log: (level, message, ...about) => {
        const cause: unknown = about.find((part) => part instanceof Error);
        if (level === 'error') log.error(`Signing in: ${message}`, cause);
        else log.debug(`Signing in: ${message}`);
      },
    },
  });
}

const NO_TOKENS = {
  accessToken: null,
  refreshToken: null,
  idToken: null,
  accessTokenExpiresAt: null,
  refreshTokenExpiresAt: null,
  scope: null,
};

function refused(error: string): { readonly error: string } {
  return { error };
}
