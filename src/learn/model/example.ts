import type { TaughtExample } from '../../contracts/learning.ts';
import type { Example } from '../../contracts/model.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { sha256 } from '../../kernel/ids.ts';

/** What the learner takes; an example without features is left out. */
export function toLearn(kept: readonly TaughtExample[]): readonly Example[] {
  return kept.flatMap(({ tenant, analyst, finding, revision, at, verdict, features, weight }) =>
    features === null
      ? []
      : [
          {
            tenant,
            analyst,
            finding,
            revision,
            at,
            features,
            isThreat: verdict === 'threat',
            // `benign`: the act was real, and somebody was allowed to. The detector was right.
            blamesDetector: verdict === 'false_positive',
            weight,
          },
        ],
  );
}

/** Names a set of examples: which verdicts, in which order. */
export function digestOf(kept: readonly TaughtExample[]): string {
  return sha256(
    canonicalJson(
      kept.map(({ determination, finding, revision, verdict }) => [determination, finding, revision, verdict]),
    ),
  );
}
