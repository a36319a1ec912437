import type { FindingDocument } from '../../api/model.ts';
import { words } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import classes from './finding.module.css';
import { withoutOpinion } from './opinion.ts';

/** Stands where the AI's assessment and probability stand otherwise. */
export function BlindPanel({ document }: { readonly document: FindingDocument }) {
  const { openedBy } = document.finding;
  return (
    <Panel id="assessment" title="AI assessment">
      <p className={classes.muted} data-testid="blind">
        {withoutOpinion(document)}
      </p>
      {openedBy ? (
        <p>
          <Untrusted text={openedBy.name} clip={80} />, <When at={openedBy.at} />, from {words(openedBy.origin)}
          {openedBy.note !== '' && ': '}
          <Untrusted text={openedBy.note} clip={600} />
        </p>
      ) : (
        <p className={classes.muted}>
          Evidence and detections are all here. Some findings are decided this way so that agreement with the AI is
          measured and not suggested.
        </p>
      )}
    </Panel>
  );
}
