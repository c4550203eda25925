import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  acceptInvitation,
  type Database,
  invitationWithSecret,
  isRefusal,
  memberOfPasswordLink,
  type Refusal,
} from '@optiscope/schema';
import { z } from 'zod';
import { addressOf } from '../server/client-address.ts';
import { isOwnOrigin } from '../server/origin.ts';
import { headersOf } from '../server/request-headers.ts';
import type { AccountAct } from './account-act.ts';
import { AttemptLimit, holderOf } from './attempt-limit.ts';
import { ADDRESS_HEADER, AUTH_PATH, type Auth, LONGEST_PASSWORD, SHORTEST_PASSWORD } from './auth.ts';
import { authOf, away, type Provider } from './providers.ts';
import { AccountProblem, jsonText, parsed } from './request-body.ts';
import { roleOf } from './session-viewer.ts';

export interface AccountRoutesOptions {
  readonly db: Database;
  readonly publicUrl: string;
  /** Password sign-ins, and all that is done with a session. */
  readonly auth: Auth;
  /** Sign-ins elsewhere, by what the address of each is called: asked for when someone first signs in there. */
  readonly providers: readonly Provider[];
  readonly onAct: (act: AccountAct) => void;
}

export interface AccountRoutes {
  /** Answers a request below /auth. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const MINUTE = 60_000;
/** Guesses from one address, and at one account. */
const FROM_ADDRESS = { most: 30, within: 5 * MINUTE };
const AT_ACCOUNT = { most: 10, within: 5 * MINUTE };

const SignIn = z.object({ email: z.string().max(320), password: z.string() });
const Link = z.object({ secret: z.string().min(1).max(200) });
const Acceptance = Link.extend({
  name: z.string().max(1_000),
  email: z.string().max(320).default(''),
  password: z.string(),
});
const NewPassword = z.object({ token: z.string().min(1).max(200), newPassword: z.string() });
const ChangedPassword = z.object({ currentPassword: z.string(), newPassword: z.string() });
const Elsewhere = z.object({ provider: z.string(), callbackURL: z.string().max(2_000).default('/') });

/** Signing in and out, and what links do: the few of better-auth's addresses that are needed, and our own. */
export function createAccountRoutes(options: AccountRoutesOptions): AccountRoutes {
  const { db, publicUrl, auth, providers, onAct } = options;
  const fromAddress = new AttemptLimit(FROM_ADDRESS.most, FROM_ADDRESS.within);
  const atAccount = new AttemptLimit(AT_ACCOUNT.most, AT_ACCOUNT.within);

  /** Counts an attempt, whatever comes of it. */
  const attempt = (request: IncomingMessage, email: string | null = null): void => {
    const wait = Math.max(
      fromAddress.take(holderOf(addressOf(request) ?? '')),
      email === null ? 0 : atAccount.take(email.trim().toLowerCase()),
    );
    if (wait === 0) return;
    throw new AccountProblem(
      429,
      'TOO_MANY_ATTEMPTS',
      `Too many attempts. Try again in ${wait < 90 ? `${wait} seconds` : `${Math.ceil(wait / 60)} minutes`}.`,
      wait,
    );
  };

  /** Hands a request on to better-auth. */
  const passOn = async (
    to: Auth,
    path: string,
    request: IncomingMessage,
    body: object | null,
  ): Promise<Response> => {
    const headers = headersOf(request);
    headers.set(ADDRESS_HEADER, addressOf(request) ?? '');
    headers.delete('content-length');
    // It wants one of whatever looks like a browser. Who names none has been let in already (`isOwnOrigin`).
    if (!headers.has('origin')) headers.set('origin', new URL(publicUrl).origin);
    if (body !== null) headers.set('content-type', 'application/json');
    const method = request.method ?? 'GET';
    return await to.handler(
      new Request(`${publicUrl}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) }),
    );
  };

  const act = (
    request: IncomingMessage,
    operation: AccountAct['operation'],
    outcome: string,
    who: { readonly email?: string | null; readonly member?: { id: string; role?: unknown } | null } = {},
  ): void => {
    const { email = null, member = null } = who;
    onAct({
      operation,
      outcome,
      email,
      memberId: member?.id ?? null,
      role: roleOf(member?.role),
      address: addressOf(request) ?? null,
    });
  };

  const signIn = async (request: IncomingMessage, email: string, password: string): Promise<Response> =>
    await passOn(auth, `${AUTH_PATH}/sign-in/email`, request, { email, password });

  const posts: Readonly<Record<string, (request: IncomingMessage, text: string) => Promise<Response>>> = {
    '/sign-in/email': async (request, text) => {
      const { email, password } = parsed(SignIn, text);
      attempt(request, email);
      const answer = await signIn(request, email.trim(), password);
      const { user } = answer.ok ? SignedIn.parse(await answer.clone().json()) : { user: null };
      act(request, 'signIn', answer.ok ? 'DONE' : 'WRONG_PASSWORD', { email, member: user });
      if (answer.ok || answer.status >= 500) return done(answer);
      // The same to a wrong password, an address of nobody, and a member who may no longer sign in.
      throw new AccountProblem(401, 'WRONG_PASSWORD', 'The e-mail address or the password is wrong.');
    },
    '/sign-in/social': async (request, text) => {
      const { provider, callbackURL } = parsed(Elsewhere, text);
      const found = providers.find(({ id }) => id === provider);
      if (found === undefined)
        throw new AccountProblem(404, 'NOT_FOUND', 'There is no such way to sign in here.');
      attempt(request);
      const answer = await passOn(await authOf(found), `${AUTH_PATH}/sign-in/social`, request, {
        provider,
        callbackURL,
        disableRedirect: true,
      });
      // Of a provider whose addresses could not be asked for, it says that there is none.
      if (answer.status === 404) throw away(found);
      return answer;
    },
    '/sign-out': async (request) => {
      const session = await auth.api.getSession({ headers: headersOf(request) });
      const answer = await passOn(auth, `${AUTH_PATH}/sign-out`, request, {});
      act(request, 'signOut', 'DONE', { member: session?.user ?? null });
      return done(answer);
    },
    '/change-password': async (request, text) => {
      const { currentPassword, newPassword } = parsed(ChangedPassword, text);
      checkPassword(newPassword);
      const session = await auth.api.getSession({ headers: headersOf(request) });
      if (session === null) throw new AccountProblem(401, 'UNAUTHENTICATED', 'Sign in first.');
      attempt(request, session.user.email);
      const answer = await passOn(auth, `${AUTH_PATH}/change-password`, request, {
        currentPassword,
        newPassword,
        revokeOtherSessions: true,
      });
      act(request, 'changePassword', answer.ok ? 'DONE' : 'WRONG_PASSWORD', { member: session.user });
      if (answer.ok) return done(answer);
      const { code } = Refused.parse(await answer.json());
      throw code === 'CREDENTIAL_ACCOUNT_NOT_FOUND' ? NO_PASSWORD : PRESENT_WRONG;
    },
    '/invitation': async (request, text) => {
      const { secret } = parsed(Link, text);
      attempt(request);
      const found = await invitationWithSecret(db, secret);
      if (found === null) throw LINK_ENDED;
      const { email, role, expiresAt } = found;
      return Response.json({ email, role, expiresAt });
    },
    '/accept-invitation': async (request, text) => {
      const { secret, name, email, password } = parsed(Acceptance, text);
      attempt(request);
      checkPassword(password);
      const passwordHash = await (await auth.$context).password.hash(password);
      const member = await acceptInvitation(db, { secret, name, email, passwordHash });
      if (isRefusal(member)) {
        act(request, 'acceptInvitation', member.code, { email: email || null });
        throw refused(member);
      }
      act(request, 'acceptInvitation', 'DONE', { email: member.email, member });
      return done(await signIn(request, member.email, password));
    },
    '/password-link': async (request, text) => {
      const { secret } = parsed(Link, text);
      attempt(request);
      const member = await memberOfPasswordLink(db, secret);
      if (member === null) throw LINK_ENDED;
      return Response.json({ email: member.email, name: member.name });
    },
    '/reset-password': async (request, text) => {
      const { token, newPassword } = parsed(NewPassword, text);
      attempt(request);
      checkPassword(newPassword);
      const member = await memberOfPasswordLink(db, token);
      if (member === null) throw LINK_ENDED;
      const answer = await passOn(auth, `${AUTH_PATH}/reset-password`, request, { token, newPassword });
      const outcome = answer.ok ? 'DONE' : 'INVITATION_ENDED';
      act(request, 'resetPassword', outcome, { member });
      if (!answer.ok) throw LINK_ENDED;
      return done(await signIn(request, member.email, newPassword));
    },
  };

  const answer = async (request: IncomingMessage): Promise<Response> => {
    if (!isOwnOrigin(request.headers.origin, request.headers.host)) {
      throw new AccountProblem(403, 'FORBIDDEN', 'Requests of other sites are refused.');
    }
    const url = new URL(request.url ?? '/', publicUrl);
    const path = url.pathname.slice(AUTH_PATH.length);
    if (request.method === 'POST') {
      const post = Object.hasOwn(posts, path) ? posts[path] : undefined;
      if (post !== undefined) return await post(request, await jsonText(request));
    }
    if (request.method === 'GET') {
      if (path === '/ways') {
        return Response.json({ providers: providers.map(({ id, name }) => ({ id, name })) });
      }
      // Where a provider sends people back to.
      const back = providers.find(({ id }) => path === `/callback/${id}`);
      if (back !== undefined) {
        attempt(request);
        const signedIn = await passOn(await authOf(back), `${url.pathname}${url.search}`, request, null);
        const failed = /[?&]error=([\w-]+)/.exec(signedIn.headers.get('location') ?? '')?.[1];
        act(request, 'signIn', failed === undefined ? 'DONE' : failed.toUpperCase());
        return signedIn;
      }
    }
    throw new AccountProblem(404, 'NOT_FOUND', 'There is nothing at this address.');
  };

  return {
    handle: async (request, response) => {
      try {
        await send(await answer(request), response);
      } catch (error) {
        if (!(error instanceof AccountProblem)) throw error;
        const { status, code, message, retryAfter } = error;
        if (retryAfter !== null) response.setHeader('retry-after', retryAfter);
        if (status === 413) response.setHeader('connection', 'close');
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(`${JSON.stringify({ code, message })}\n`);
      }
    },
  };
}

const SignedIn = z.object({ user: z.object({ id: z.string(), role: z.string() }) });

const Refused = z.object({ code: z.string().optional() });

const PRESENT_WRONG = new AccountProblem(422, 'WRONG_PASSWORD', 'The present password is wrong.');
const NO_PASSWORD = new AccountProblem(
  422,
  'NO_PASSWORD',
  'You sign in elsewhere and have no password here. An administrator can give you a link to set one.',
);
const LINK_ENDED = new AccountProblem(
  410,
  'LINK_ENDED',
  'The link has been used, was revoked, or its time is over. Ask an administrator for a new one.',
);

function checkPassword(password: string): void {
  const { length } = password;
  if (length >= SHORTEST_PASSWORD && length <= LONGEST_PASSWORD) return;
  throw new AccountProblem(
    422,
    'PASSWORD_LENGTH',
    `The password has ${length} characters; it must have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD}.`,
  );
}

function refused({ code, message }: Refusal): AccountProblem {
  return new AccountProblem(code === 'INVITATION_ENDED' ? 410 : 422, code, message);
}

/** Keeps the cookies of an answer. The session's token stands in the cookie, and nowhere that scripts can read it. */
function done(answer: Response): Response {
  if (!answer.ok) throw new Error(`better-auth answered with ${answer.status} to what it should have done`);
  const headers = new Headers();
  for (const cookie of answer.headers.getSetCookie()) headers.append('set-cookie', cookie);
  return Response.json({}, { headers });
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.setHeader('cache-control', 'no-store');
  response.writeHead(answer.status);
  response.end(body);
}
