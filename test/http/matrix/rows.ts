/** `ok` = let through (whatever the route then makes of the request), else the status that refuses. */
export type Caller =
  | 'anonymous'
  | 'stranger'
  | 'viewer'
  | 'analyst'
  | 'lead'
  | 'administrator'
  | 'customer'
  /** An analyst of the provider that looks after the tenant. */
  | 'provider';
export type Row = Record<Caller, 'ok' | 401 | 403 | 404>;

export const open: Row = {
  anonymous: 'ok',
  stranger: 'ok',
  viewer: 'ok',
  analyst: 'ok',
  lead: 'ok',
  administrator: 'ok',
  customer: 'ok',
  provider: 'ok',
};
export const signedIn: Row = { ...open, anonymous: 401 };
export const withCustomer: Row = { ...open, anonymous: 401, stranger: 404 };
export const staff: Row = { ...withCustomer, customer: 403 };
export const decider: Row = { ...staff, viewer: 403 };
export const deciderOrCustomer: Row = { ...withCustomer, viewer: 403 };
export const leadOrAdministrator: Row = { ...decider, analyst: 403, provider: 403 };
export const leadOnly: Row = { ...leadOrAdministrator, administrator: 403 };
export const administratorOnly: Row = { ...leadOrAdministrator, lead: 403 };

export type Routes = Readonly<Record<string, Row>>;
