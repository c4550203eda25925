import { LOCAL_OWNER, type Viewer } from '@optiscope/schema';

/** Tells who sends a request, from its headers: a session's cookie or a token. Null: a stranger. */
export type Identify = (headers: Headers) => Promise<Viewer | null>;

/** Where nobody signs in, everyone who reaches the server is its owner. */
export const everyoneIsOwner: Identify = async () => LOCAL_OWNER;
