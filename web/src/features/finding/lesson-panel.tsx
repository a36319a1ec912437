import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { percent, signed, words } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { lessonQuery } from '../models/queries.ts';
import classes from './lesson.module.css';

interface LessonPanelProps {
  readonly tenant: string;
  readonly id: string;
  readonly determination: string;
}

/** What a verdict changed in the challenger, and what follows for findings still open. The champion scores as before. */
export function LessonPanel({ tenant, id, determination }: LessonPanelProps) {
  const { data } = useQuery(lessonQuery(tenant, id, determination));
  if (data === undefined) return null;
  const detectors = data.state === 'taught' ? data.lesson.detectors : [];
  // A detector that nobody has judged and that no finding here names moves with its kind: its id tells a person nothing.
  const named = detectors.filter(({ title, verdicts }) => title !== null || verdicts > 0);
  return (
    <div className={classes.apart}>
      <Panel id="lesson" title="What this verdict taught" note="the challenger; the champion scores as before">
        {data.state === 'learning' && <p className={classes.quiet}>Learning…</p>}
        {data.state === 'nothing' && <p className={classes.quiet}>Nothing. {data.why}.</p>}
        {data.state === 'taught' && (
          <>
            {data.superseded && <p className={classes.quiet}>It holds no longer: what it taught was taken back.</p>}
            {data.lesson.determinations.length > 1 && (
              <p className={classes.quiet}>
                Learned together with {data.lesson.determinations.length - 1} other verdicts.
              </p>
            )}
            <dl className={classes.facts}>
              {data.lesson.findings
                .filter((each) => each.id === id)
                .map(({ before, after }) => (
                  <Move key="this" what="This finding" before={percent(before)} after={percent(after)} />
                ))}
              {named.map(({ id: detector, title, before, after, verdicts }) => (
                <Move
                  key={detector}
                  what={`${title ?? detector} (${verdicts} ${verdicts === 1 ? 'verdict' : 'verdicts'})`}
                  before={signed(before)}
                  after={signed(after)}
                />
              ))}
              {data.lesson.terms.map(({ term, before, after }) => (
                <Move
                  key={term}
                  what={`factor on ${words(term)}`}
                  before={before.toFixed(2)}
                  after={after.toFixed(2)}
                />
              ))}
            </dl>
            {named.length < detectors.length && (
              <p className={classes.quiet}>Others of its kind moved with it: {detectors.length - named.length}.</p>
            )}
            {data.lesson.open.length > 0 && (
              <>
                <h3 className={classes.head}>Open findings that it would move</h3>
                <ul className={classes.list}>
                  {data.lesson.open.map(({ id: finding, title, before, after }) => (
                    <li key={finding}>
                      <Link to="/t/$tenant/findings/$finding" params={{ tenant, finding }}>
                        <Untrusted text={title} clip={90} expandable={false} />
                      </Link>{' '}
                      {percent(before)} → {percent(after)}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </Panel>
    </div>
  );
}

function Move({ what, before, after }: { readonly what: string; readonly before: string; readonly after: string }) {
  return (
    <>
      <dt>
        <Untrusted text={what} clip={120} expandable={false} />
      </dt>
      <dd>
        {before} → {after}
      </dd>
    </>
  );
}
