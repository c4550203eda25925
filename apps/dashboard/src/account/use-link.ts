'use client';

import { useEffect, useState } from 'react';
import { sendAccount } from './send-account.ts';

/** What a link is for, by the secret behind the # of the page's address; a server never sees that part in its logs. */
export type Link =
  | { readonly state: 'reading' }
  | { readonly state: 'good'; readonly secret: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly state: 'bad'; readonly message: string };

const NO_SECRET =
  'The link is not whole: what follows its # is missing. Copy all of it into the address bar.';

/** Asks the service what the page's link is for. */
export function useLink(path: '/invitation' | '/password-link'): Link {
  const [link, setLink] = useState<Link>({ state: 'reading' });
  useEffect(() => {
    let gone = false;
    const read = async () => {
      const secret = window.location.hash.slice(1);
      if (secret === '') return setLink({ state: 'bad', message: NO_SECRET });
      const answer = await sendAccount(path, { secret });
      if (gone) return;
      setLink(
        answer.ok ? { state: 'good', secret, data: answer.data } : { state: 'bad', message: answer.message },
      );
    };
    void read();
    const changed = () => void read();
    window.addEventListener('hashchange', changed);
    return () => {
      gone = true;
      window.removeEventListener('hashchange', changed);
    };
  }, [path]);
  return link;
}
