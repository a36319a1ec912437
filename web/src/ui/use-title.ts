import { useEffect } from 'react';
import { revealed } from './reveal.ts';

/** Names the page in the browser's tab and to screen readers. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = `${revealed(title.slice(0, 100))} · Bridgewatch`;
  }, [title]);
}
