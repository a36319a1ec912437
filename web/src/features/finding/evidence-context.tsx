import { createContext, type ReactNode, useContext } from 'react';
import classes from './evidence.module.css';

/** Opens the raw events with these ids beside the page. */
export type OpenEvidence = (title: string, ids: readonly string[]) => void;

export const EvidenceContext = createContext<OpenEvidence>(() => {});

/** The way from any claim to the records it rests on. */
export function EvidenceLink({
  ids,
  title,
  children,
}: {
  readonly ids: readonly string[];
  readonly title: string;
  readonly children?: ReactNode;
}) {
  const open = useContext(EvidenceContext);
  if (ids.length === 0) return null;
  return (
    <button type="button" className={classes.evidenceLink} onClick={() => open(title, ids)} data-testid="evidence-link">
      {children ?? `${ids.length} event${ids.length === 1 ? '' : 's'}`}
    </button>
  );
}
