/** Classes of how many in the tenant have a value already: none, 1, 2-3, 4-7, ... */
const CLASSES = 16;
const HALF_LIFE = 30;
/** Entities whose day of something new is counted, each once a day; beyond it a day has been new enough. */
const A_DAY = 2048;

/** How often something new comes in one tenant, in entity-days that fade to half in 30 days. */
export class FirstSeenRate {
  #day = 0;
  #entityDays = 0;
  #newDays = 0;
  #rarity = new Float64Array(CLASSES);
  /** Who had something new today. */
  #today = new Set<string>();

  /** A day begins; what was fades. */
  begin(day: number): boolean {
    if (day <= this.#day) return false;
    if (this.#day > 0) {
      const fade = 0.5 ** ((day - this.#day) / HALF_LIFE);
      this.#entityDays *= fade;
      this.#newDays *= fade;
      for (let at = 0; at < CLASSES; at += 1) this.#rarity[at] = (this.#rarity[at] ?? 0) * fade;
    }
    this.#day = day;
    this.#today.clear();
    return true;
  }

  active(entities: number): void {
    this.#entityDays += entities;
  }

  /** Counts once a day for each entity, whatever it does: a flood teaches no more than a day. Tells whether it counted. */
  happened(entity: string, holders: number): boolean {
    if (this.#today.size >= A_DAY || this.#today.has(entity)) return false;
    this.#today.add(entity);
    this.#newDays += 1;
    const at = classOf(holders);
    this.#rarity[at] = (this.#rarity[at] ?? 0) + 1;
    return true;
  }

  forget(): void {
    this.#newDays = Math.max(0, this.#newDays - 1);
  }

  /** Days with something new, of an entity's days: Good and Turing's share of the unseen, by days. Half a day of it is taken as seen. */
  get rate(): number {
    return (this.#newDays + 0.5) / (this.#entityDays + 1);
  }

  get entityDays(): number {
    return this.#entityDays;
  }

  /** Of what was new to somebody, the share that at most so many others had. */
  rarity(holders: number): number {
    let all = 0;
    let rarer = 0;
    for (let at = 0; at < CLASSES; at += 1) {
      all += this.#rarity[at] ?? 0;
      if (at <= classOf(holders)) rarer += this.#rarity[at] ?? 0;
    }
    return (rarer + 1) / (all + 1);
  }

  save(): unknown {
    const [day, entityDays, newDays] = [this.#day, this.#entityDays, this.#newDays];
    return { day, entityDays, newDays, rarity: [...this.#rarity], today: [...this.#today] };
  }

  restore(saved: unknown): void {
    const { day, entityDays, newDays, rarity, today } = saved as Record<'day' | 'entityDays' | 'newDays', number> & {
      rarity: number[];
      today: string[];
    };
    this.#day = day;
    this.#entityDays = entityDays;
    this.#newDays = newDays;
    this.#rarity = Float64Array.from(rarity);
    this.#today = new Set(today);
  }
}

function classOf(holders: number): number {
  return holders <= 0 ? 0 : Math.min(CLASSES - 1, Math.floor(Math.log2(holders)) + 1);
}
