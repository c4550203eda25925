import type { MemberRole } from '@optiscope/schema';

/** What was tried with an account, for the log of what people did. No secret is in it. */
export interface AccountAct {
  readonly operation: 'signIn' | 'signOut' | 'acceptInvitation' | 'resetPassword' | 'changePassword';
  /** `DONE`, or the code of the refusal. */
  readonly outcome: string;
  readonly email: string | null;
  readonly memberId: string | null;
  readonly role: MemberRole | null;
  readonly address: string | null;
}
