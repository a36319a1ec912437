import {
  IconBox,
  IconCloud,
  IconDeviceDesktop,
  IconFile,
  IconKey,
  IconNetwork,
  IconSparkles,
  IconTerminal2,
  IconUser,
  IconWorld,
  type TablerIcon,
} from '@tabler/icons-react';
import type { CSSProperties } from 'react';
import type { Disposition, Entity, Severity } from '../api/model.ts';
import { percent, words } from './format.ts';
import { revealed } from './reveal.ts';
import classes from './ui.module.css';
import { Untrusted } from './untrusted.tsx';

const variables = (values: Readonly<Record<`--${string}`, string>>): CSSProperties => values as CSSProperties;

const entityIcons: Readonly<Record<Entity['kind'], TablerIcon>> = {
  host: IconDeviceDesktop,
  user: IconUser,
  process: IconTerminal2,
  file: IconFile,
  address: IconNetwork,
  domain: IconWorld,
  cloud_principal: IconKey,
  cloud_resource: IconCloud,
};

/** Who or what a finding is about; `name` is shown instead of a value that only machines can read. */
export function EntityChip({ entity, name }: { readonly entity: Entity; readonly name?: string | undefined }) {
  const Icon = entityIcons[entity.kind] ?? IconBox;
  return (
    <span className={classes.chip} title={`${words(entity.kind)}: ${revealed(entity.value)}`}>
      <Icon size={13} stroke={1.7} aria-label={words(entity.kind)} />
      <Untrusted text={name ?? entity.value} clip={60} expandable={false} />
    </span>
  );
}

export function SeverityMark({ severity }: { readonly severity: Severity }) {
  return (
    <span className={classes.severity} style={variables({ '--level': `var(--bw-${severity})` })}>
      {severity}
    </span>
  );
}

const verdictColours: Readonly<Record<Disposition, string>> = {
  threat: 'var(--bw-threat)',
  benign: 'var(--bw-benign)',
  false_positive: 'var(--bw-false)',
  inconclusive: 'var(--bw-unsure)',
};

export const verdictColour = (verdict: Disposition): string => verdictColours[verdict];

/** A disposition, and whose it is: the AI's recommendation is dashed with sparkles, a person's determination solid. */
export function Verdict({ verdict, by }: { readonly verdict: Disposition; readonly by: 'ai' | 'human' }) {
  const Icon = by === 'ai' ? IconSparkles : IconUser;
  return (
    <span
      className={`${classes.verdict} ${by === 'ai' ? classes.byAi : classes.byHuman}`}
      style={variables({ '--verdict': verdictColour(verdict) })}
    >
      <Icon size={13} stroke={1.8} aria-label={by === 'ai' ? 'AI recommends' : 'Determined'} />
      {words(verdict)}
    </span>
  );
}

/** A probability as a bar. The number stands beside it, so the bar is hidden from screen readers. */
export function ProbabilityBar({ probability }: { readonly probability: number }) {
  const share = Math.min(1, Math.max(0, probability));
  const mixed = `color-mix(in oklab, var(--bw-raise) ${Math.round(share * 100)}%, var(--bw-base))`;
  return (
    <div className={classes.bar} aria-hidden="true" title={percent(probability)}>
      <div className={classes.barFill} style={{ width: `${share * 100}%`, ...variables({ '--fill': mixed }) }} />
    </div>
  );
}
