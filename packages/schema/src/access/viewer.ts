import type { MemberRole } from '../tables/member.ts';

/** Who asks. */
export interface Viewer {
  /** The owner of this machine, where nobody signs in; a signed-in member; or a program with a member's token. */
  readonly kind: 'LOCAL' | 'MEMBER' | 'TOKEN';
  /** What they may do; of a token, the lesser of its own and its member's. */
  readonly role: MemberRole;
  /** Shown beside what they do. */
  readonly name: string;
  /** Null for the local owner and their tokens. */
  readonly memberId: string | null;
  readonly tokenId: string | null;
  readonly sessionId: string | null;
}

/** Whoever sits at a machine whose server only that machine can reach: there is nobody to tell apart. */
export const LOCAL_OWNER: Viewer = {
  kind: 'LOCAL',
  role: 'ADMIN',
  name: 'Owner',
  memberId: null,
  tokenId: null,
  sessionId: null,
};

/** Where a request came from; of a subscription, the connection's. */
export interface Caller {
  /** Null: a stranger, who may do next to nothing. */
  readonly viewer: Viewer | null;
  /** In every line of the log that is about the request. */
  readonly requestId: string | null;
  /** Network address; null where there is none, as in a test. */
  readonly address: string | null;
  /** Tells who it is by now, for streams that outlast a sign-out. Null: a stranger by now. */
  readonly again?: () => Promise<Viewer | null>;
  /** Counts a mutation that is about to be tried; throws when there were too many in a short time. */
  readonly countMutation?: () => void;
}

export const LOCAL_CALLER: Caller = { viewer: LOCAL_OWNER, requestId: null, address: null };
