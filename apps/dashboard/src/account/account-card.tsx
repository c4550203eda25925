import type { ReactNode } from 'react';

/** The middle of a page that has one thing to do, such as signing in. */
export function AccountCard({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="mx-auto mt-[8vh] max-w-sm">
      <div className="panel px-5 py-6 sm:px-7">
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        {lead ? <div className="mt-1.5 text-muted">{lead}</div> : null}
        {children}
      </div>
    </div>
  );
}

/** Why it did not work; read out when it appears. */
export function AccountProblem({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="mt-4 rounded-lg border border-bad bg-bad/8 px-3 py-2 text-sm text-bad">
      {children}
    </p>
  );
}
