import { useEffect, useState } from 'react';
import { age, formats, type TimeFormat, utc } from './format.ts';

/** A moment in the viewer's zone; UTC on hover. Epoch ms. */
export function When({ at, format = 'full' }: { readonly at: number; readonly format?: TimeFormat }) {
  const iso = utc(at);
  if (iso === 'not a time') return <span>{iso}</span>;
  return (
    <time dateTime={iso} title={`${iso} (UTC)`}>
      {formats[format](at)}
    </time>
  );
}

/** How long ago, kept current. */
export function Age({ at }: { readonly at: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={utc(at)} title={`${utc(at)} (UTC)`}>
      {age(now - at)}
    </time>
  );
}
