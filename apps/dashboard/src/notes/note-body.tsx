import Markdown from 'markdown-to-jsx/react';

/** Only what a note needs: no images, which would be asked for elsewhere, and nothing that is HTML. */
const OPTIONS = {
  disableParsingRawHTML: true,
  forceBlock: true,
  overrides: {
    a: { props: { rel: 'noopener noreferrer nofollow', target: '_blank', className: 'underline' } },
    img: { component: () => null },
    iframe: { component: () => null },
    h1: { component: 'h4' },
    h2: { component: 'h4' },
    h3: { component: 'h4' },
    ul: { props: { className: 'list-disc pl-5' } },
    ol: { props: { className: 'list-decimal pl-5' } },
    code: { props: { className: 'rounded bg-sunken px-1 text-[0.9em]' } },
    pre: { props: { className: 'overflow-x-auto rounded bg-sunken p-2' } },
  },
} as const;

/** What somebody wrote, as Markdown, made of elements and never of HTML. */
export function NoteBody({ text }: { text: string }) {
  return (
    <div className="space-y-2 break-words [&_h4]:font-semibold">
      <Markdown options={OPTIONS}>{text}</Markdown>
    </div>
  );
}
