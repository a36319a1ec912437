import { BridgewatchError } from '../kernel/errors.ts';

/**
 * A value about a person, inside a ledger payload. It is written encrypted with a key of `subject`, whom it is about, and read back as
 * it was while that key lives. It has no JSON form of its own, so that it cannot be written in the clear by an oversight.
 */
export class Personal {
  /** Whom it is about, by a name that itself says nothing, e.g. `account:<id>`. Destroying the subject's key erases the value. */
  readonly subject: string;
  readonly value: unknown;

  constructor(subject: string, value: unknown) {
    this.subject = subject;
    this.value = value;
  }

  toJSON(): never {
    throw new BridgewatchError(
      'LEDGER_PERSONAL_UNSEALED',
      'A personal value would have been written in the clear; append it to the ledger through the store, which encrypts it',
    );
  }
}

/** Marks `value`, anything JSON can hold, as being about `subject`. */
export function personal(subject: string, value: unknown): Personal {
  return new Personal(subject, value);
}

/** The data subject that the holder of an account is. */
export function accountSubject(account: string): string {
  return `account:${account}`;
}

/** A person as a payload names them: the account stays, the name can be erased. */
export function namedPerson({ id, name }: { readonly id: string; readonly name: string }): {
  id: string;
  name: Personal;
} {
  return { id, name: personal(accountSubject(id), name) };
}
