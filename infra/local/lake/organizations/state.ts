/** Organizations: their units and accounts. An account belongs to one organization at most. */

import type {
  AccountJoinedMethod,
  AccountState,
  CreateAccountStatus,
  HandshakeState,
} from '@aws-sdk/client-organizations';

export interface Unit {
  readonly id: string;
  name: string;
  /** The id of a unit or of the root. */
  readonly parent: string;
}

export interface Member {
  readonly id: string;
  name: string;
  email: string;
  state: AccountState;
  readonly joinedMethod: AccountJoinedMethod;
  readonly joined: Date;
  /** The id of a unit or of the root. */
  parent: string;
}

/** A service control policy. */
export interface ControlPolicy {
  /** `p-…` */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly content: string;
}

export interface Organization {
  /** `o-…` */
  readonly id: string;
  /** `r-…` */
  readonly root: string;
  readonly managementAccount: string;
  readonly units: Map<string, Unit>;
  readonly accounts: Map<string, Member>;
  /** Trusted services by principal (`ram.amazonaws.com`), with the time they were enabled. */
  readonly serviceAccess: Map<string, Date>;
  /** Delegated administrators: account, then service principal, with the time of registration. */
  readonly delegated: Map<string, Map<string, Date>>;
  readonly creations: Map<string, CreateAccountStatus>;
  /** By id. */
  readonly policies: Map<string, ControlPolicy>;
  /** Policy ids by root, unit or account; what is not in it has full access and nothing else. */
  readonly attached: Map<string, ReadonlySet<string>>;
  /** RAM's own switch (`EnableSharingWithAwsOrganization`): trusted access alone is not the same. */
  ramSharing: boolean;
}

/** An invitation of an account into an organization. */
export interface Invitation {
  readonly id: string;
  readonly organization: Organization;
  readonly account: string;
  readonly requested: Date;
  readonly expires: Date;
  /** As it was last answered; time alone makes an open one EXPIRED. */
  state: HandshakeState;
}

export interface OrganizationsState {
  /** By organization id. */
  readonly organizations: Map<string, Organization>;
  /** Organization id by account. */
  readonly membership: Map<string, string>;
  /** By handshake id. */
  readonly invitations: Map<string, Invitation>;
}

/** A state without any organization. */
export function createOrganizationsState(): OrganizationsState {
  return { organizations: new Map(), membership: new Map(), invitations: new Map() };
}
