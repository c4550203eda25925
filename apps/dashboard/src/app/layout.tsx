import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { ViewerProvider } from '../account/viewer-provider.tsx';
import { SiteHeader } from '../components/site-header.tsx';
import { ConnectionProvider } from '../connection/connection-provider.tsx';
import { askViewer } from '../graphql/server-client.ts';
import { THEME_COOKIE, themeFrom } from '../theme.ts';
import './globals.css';

// Every page shows what is so at this moment, and asks the service for it while it is rendered.
export const dynamic = 'force-dynamic';

export const metadata: Metadata = {
  title: { default: 'Comparisons · Optiscope', template: '%s · Optiscope' },
  description: 'Which optimizer, at which learning rate, should this image model be fine-tuned with?',
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#16191d' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // The choice is in a cookie so that the first byte of the page has it already: no flash, and no script.
  const theme = themeFrom((await cookies()).get(THEME_COOKIE)?.value);
  const viewer = await askViewer();
  return (
    <html lang="en" {...(theme === 'system' ? {} : { 'data-theme': theme })}>
      <body className="min-h-dvh bg-page font-sans text-ink antialiased">
        <a
          href="#content"
          className="sr-only z-50 rounded-lg bg-raised px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        >
          To the content
        </a>
        <ViewerProvider viewer={viewer}>
          <ConnectionProvider>
            <SiteHeader theme={theme} viewer={viewer} />
            <main id="content" className="mx-auto max-w-[90rem] px-4 py-6 sm:px-6">
              {children}
            </main>
          </ConnectionProvider>
        </ViewerProvider>
      </body>
    </html>
  );
}
