import type { ProposedAction } from '../../api/model.ts';
import { words } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import classes from './finding.module.css';

/** Response steps the AI proposes. */
export function ActionsPanel({ actions }: { readonly actions: readonly ProposedAction[] }) {
  if (actions.length === 0) return null;
  return (
    <Panel id="actions" title="Proposed actions" flush note="Proposed only. Nothing has been done.">
      <div className={classes.scroll}>
        <table className={`${classes.fields} ${classes.actions}`}>
          <thead>
            <tr>
              <th scope="col">Action</th>
              <th scope="col">Target</th>
              <th scope="col">Impact</th>
              <th scope="col">Undo</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {actions.map((action, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: fixed rows of one revision.
              <tr key={place}>
                <td>
                  <Untrusted text={words(action.kind)} clip={60} />
                </td>
                <td>
                  <Untrusted mono text={action.target} clip={120} />
                </td>
                <td data-impact={action.impact}>{action.impact}</td>
                <td>{action.reversible ? 'reversible' : 'cannot be undone'}</td>
                <td>
                  <Untrusted text={action.why} clip={240} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
