/** Resource Access Manager: shares, who and what is in them, and invitations. Shares live in a Region. */

import { Sequence } from '../sequence.ts';

export type AssociationStatus = 'ASSOCIATING' | 'ASSOCIATED' | 'FAILED' | 'DISASSOCIATING' | 'DISASSOCIATED';

export interface Association {
  readonly type: 'PRINCIPAL' | 'RESOURCE';
  /** A resource ARN, an account, or the ARN of an organization, unit, role or user. */
  readonly entity: string;
  status: AssociationStatus;
  message: string | undefined;
  /** Outside the owner's organization. Principals only. */
  readonly external: boolean;
  readonly created: number;
  updated: number;
  /** False while the last change of status isn't visible yet. */
  shows: () => boolean;
}

/** Which of an account pair's shares it is: Lake Formation keeps these apart from version 2 on. */
export type Slot = 'database' | 'tables' | 'all-tables' | 'tag-database' | 'tag-table';

export interface Share {
  readonly seq: number;
  readonly arn: string;
  name: string;
  readonly owner: string;
  readonly region: string;
  status: 'ACTIVE' | 'DELETED';
  allowExternalPrincipals: boolean;
  readonly created: number;
  updated: number;
  readonly principals: Map<string, Association>;
  readonly resources: Map<string, Association>;
  readonly tags: { key: string; value: string }[];
  /** Set when Lake Formation made it. */
  readonly lakeFormation: { readonly version: number; readonly slot: Slot; readonly principal: string } | undefined;
}

/** What carries a grant to another account: a resource in a share. */
export interface Carrier {
  readonly share: string;
  readonly resource: string;
}

export interface Invitation {
  readonly seq: number;
  readonly arn: string;
  readonly share: Share;
  readonly sender: string;
  readonly receiver: string;
  /** The principal invited: the receiver's account, or one of its roles or users. */
  readonly principal: string;
  readonly at: number;
  status: 'PENDING' | 'ACCEPTED' | 'REJECTED' | 'EXPIRED';
  answered: number | undefined;
  shows: () => boolean;
}

/** The status as it shows: a change takes as long as a test wants it to. */
export function statusOf(association: Association): AssociationStatus {
  if (association.shows()) return association.status;
  return association.status === 'DISASSOCIATED' ? 'DISASSOCIATING' : 'ASSOCIATING';
}

export interface RamState {
  /** By ARN. */
  readonly shares: Map<string, Share>;
  /** By owner and Region. */
  readonly owned: Map<string, Sequence<Share>>;
  /** By principal (account, organization, unit, role, user) and Region. */
  readonly sharedWith: Map<string, Sequence<Share>>;
  /** By resource ARN. */
  readonly sharing: Map<string, Set<Share>>;
  /** Shares that Lake Formation goes on using, by owner, Region, principal and slot. */
  readonly consolidated: Map<string, Share>;
  /** By ARN. */
  readonly invitations: Map<string, Invitation>;
  /** Unanswered ones, oldest first: those that expire next. */
  readonly pending: Set<Invitation>;
  /** By receiver and Region. */
  readonly received: Map<string, Sequence<Invitation>>;
  /** Answers already given, by caller, operation and client token. */
  readonly answered: Map<string, { readonly input: string; readonly answer: unknown }>;
  seq: number;
}

/** A state without any share. */
export function createRamState(): RamState {
  return {
    shares: new Map(),
    owned: new Map(),
    sharedWith: new Map(),
    sharing: new Map(),
    consolidated: new Map(),
    invitations: new Map(),
    pending: new Set(),
    received: new Map(),
    answered: new Map(),
    seq: 0,
  };
}

/** The sequence under a key, made when it is first needed. */
export function sequenceAt<T extends { readonly seq: number }>(map: Map<string, Sequence<T>>, at: string): Sequence<T> {
  const known = map.get(at);
  if (known) return known;
  const fresh = new Sequence<T>();
  map.set(at, fresh);
  return fresh;
}
