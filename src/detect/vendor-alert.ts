import { techniqueId } from '../contracts/attack.ts';
import type { Detector, MatchedField } from '../contracts/detection.ts';
import type { VendorAlert } from '../contracts/event.ts';
import { plainName, plainText } from '../contracts/plain-text.ts';
import { stableId } from '../kernel/ids.ts';

/** Detectors kept; a flood is a few rules many times over, and whoever invents a rule an alert must not fill the memory. */
const KEPT = 4096;
/** Characters of a product's rule name, of its title, and of a severity. */
const ID_LIMIT = 128;
const TITLE_LIMIT = 300;
const SEVERITY_LIMIT = 100;

const SEPARATOR = '\u0000';

/**
 * Other products' rules as detectors of ours, one object for each that is seen. The id is `vendor:<product>:<rule>`. The version digests
 * product, rule and the edition its lens can tell, so that a record earned by a rule ends when its vendor is seen to change it. Title,
 * level and tags are no part of it: several products (GuardDuty, Defender) choose them anew for each case.
 */
export function createVendorDetectors(): (alert: VendorAlert) => Detector {
  const kept = new Map<string, Detector>();
  return (alert) => {
    const key = keyOf(alert);
    let detector = kept.get(key);
    if (detector === undefined) {
      if (kept.size >= KEPT) kept.clear();
      detector = describe(alert);
      kept.set(key, detector);
    }
    return detector;
  };
}

function keyOf({ product, ruleId, revision, level, title, techniques, tactics }: VendorAlert): string {
  const tags = techniques.length + tactics.length === 0 ? '' : `${techniques.join()}${SEPARATOR}${tactics.join()}`;
  return [product, ruleId, revision ?? '', level, title, tags].join(SEPARATOR);
}

function describe({ product, ruleId, revision, level, title, techniques, tactics }: VendorAlert): Detector {
  const ids = [...new Set(techniques.map(techniqueId))];
  return {
    kind: 'vendor',
    id: `vendor:${plainName(product, 64)}:${plainName(ruleId, ID_LIMIT)}`,
    version: stableId('vendor', product, ruleId, revision ?? ''),
    title: plainText(title, TITLE_LIMIT),
    level,
    techniques: ids,
    tactics: [...tactics],
    falsePositives: [],
  };
}

/** The vendor's own severity, kept as the field that decided. */
export function vendorSeverity({ product, vendorSeverity: value }: VendorAlert): MatchedField {
  return { selection: 'vendor', field: 'severity', value: plainText(value, SEVERITY_LIMIT), pattern: product };
}
