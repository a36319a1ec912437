import type { ReactNode } from 'react';
import classes from './ui.module.css';

interface PanelProps {
  readonly id: string;
  readonly title: string;
  readonly note?: ReactNode;
  readonly aside?: ReactNode;
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** One titled part of a page; `id` is its anchor and names its heading. */
export function Panel({ id, title, note, aside, flush = false, children }: PanelProps) {
  return (
    <section id={id} className={classes.panel} aria-labelledby={`${id}-title`}>
      <header className={classes.panelHead}>
        <h2 id={`${id}-title`}>{title}</h2>
        {note !== undefined && <span className={classes.panelNote}>{note}</span>}
        {aside !== undefined && <span className={classes.panelAside}>{aside}</span>}
      </header>
      <div className={flush ? undefined : classes.panelBody}>{children}</div>
    </section>
  );
}
