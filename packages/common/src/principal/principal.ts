/** The authenticated caller. */
export interface Principal {
  /** Stable and unique; what `createdBy` and sessions are bound to. */
  subject: string;
  name: string;
  roles: readonly string[];
  tenant: string;
}
