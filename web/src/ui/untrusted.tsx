import { Fragment, useState } from 'react';
import { count } from './format.ts';
import { reveal, type Segment, tokenText } from './reveal.ts';
import classes from './ui.module.css';

/** Characters shown at most, however far a person unfolds: a record may be any size, a page may not. */
const MOST_SHOWN = 100_000;

/** The first characters, never half of one: a lone surrogate would be shown as if the record held it. */
function startOf(text: string, most: number): string {
  const splits = text.length > most && /[\ud800-\udbff]/.test(text.charAt(most - 1));
  return text.slice(0, splits ? most - 1 : most);
}

function shown(segment: Segment, index: number) {
  if ('text' in segment) return <Fragment key={index}>{segment.text}</Fragment>;
  return (
    <span key={index} className={classes.hidden} title={`${segment.code} ${segment.name}`}>
      {tokenText(segment)}
    </span>
  );
}

interface UntrustedProps {
  readonly text: string;
  /** Characters shown before the rest is folded away. */
  readonly clip?: number;
  /** False inside links and buttons, where a second control may not stand. */
  readonly expandable?: boolean;
  readonly mono?: boolean;
  /** Keeps line breaks and indentation. */
  readonly block?: boolean;
}

/** Text that came out of telemetry: always text, isolated in direction, hidden characters named, long strings folded. */
export function Untrusted({ text, clip = 280, expandable = true, mono = false, block = false }: UntrustedProps) {
  const [open, setOpen] = useState(false);
  const folded = text.length > clip && !open;
  const most = folded ? clip : MOST_SHOWN;
  const className = [classes.untrusted, mono ? classes.mono : '', block ? classes.block : ''].join(' ');
  return (
    <bdi className={className}>
      {reveal(startOf(text, most)).map(shown)}
      {text.length > most && '…'}
      {text.length > clip && expandable && (
        <button type="button" className={classes.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open
            ? 'show less'
            : `show ${text.length > MOST_SHOWN ? `more of ${count(text.length)}` : `all ${count(text.length)}`} characters`}
        </button>
      )}
    </bdi>
  );
}
