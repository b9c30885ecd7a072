/** Pairs of writes whose order AWS demands, or which would let somebody see too much the other way round. */

import type { Deed } from './deeds.ts';
import type { LakeResource } from './lake-resources.ts';
import type { Alone, Pair } from './order.ts';

const EVERYBODY = 'IAM_ALLOWED_PRINCIPALS';
const here = ({ account, region }: Deed, ...more: readonly string[]) => [account, region, ...more].join(' ');

type Permission = Extract<Deed['act'], { kind: 'grant' | 'revoke' }>;
function permission(kind: 'grant' | 'revoke', { act }: Deed): Permission | null {
  return act.kind === kind ? act : null;
}

/** To another account, or to an organization or unit of it. */
function isShare(deed: Deed, kind: 'grant' | 'revoke'): boolean {
  const act = permission(kind, deed);
  return act !== null && /^\d{12}$|^arn:[^:]+:organizations:/.test(act.principal) && act.principal !== deed.account;
}

function databaseOf(on: LakeResource): readonly string[] {
  return on.database === undefined ? [] : [`${on.catalog}/${on.database}`];
}

/** Shares of a database by name, or of its tables. */
function shared(kind: 'grant' | 'revoke') {
  return (deed: Deed): readonly string[] => {
    const act = permission(kind, deed);
    return act !== null && isShare(deed, kind) ? databaseOf(act.on).map((name) => here(deed, name)) : [];
  };
}

function everybodys(kind: 'grant' | 'revoke') {
  return (deed: Deed): readonly string[] => {
    const act = permission(kind, deed);
    return act !== null && act.principal === EVERYBODY ? databaseOf(act.on).map((name) => here(deed, name)) : [];
  };
}

/** A change of what new tables of a database are opened to. */
function tableDefaults(opens: boolean) {
  return (deed: Deed): readonly string[] => {
    const { act } = deed;
    if (act.kind !== 'update-database' || JSON.stringify(act.input).includes(EVERYBODY) !== opens) return [];
    return [here(deed, `${deed.account}/${act.name}`)];
  };
}

/** Databases and links of the deed's own account that it is about, other than making them. */
function onOwnDatabase(kind: 'grant' | 'revoke') {
  return (deed: Deed): readonly string[] => {
    const act = permission(kind, deed);
    if (act === null || act.on.catalog !== deed.account || act.on.kind !== 'database') return [];
    return [here(deed, act.on.database ?? '')];
  };
}

function made(deed: Deed): readonly string[] {
  return deed.act.kind === 'create-database' ? [here(deed, deed.act.name)] : [];
}

function bytes(deed: Deed): readonly string[] {
  return deed.act.kind === 'policy' && deed.act.of !== 'catalog policy' ? ['storage'] : [];
}

function accepted({ act, account }: Deed): readonly string[] {
  if (act.kind !== 'accept') return [];
  const { sender, databases } = act.invitation;
  return databases === null ? [`${account} ${sender} by tag`] : databases.map((name) => `${account} ${sender}/${name}`);
}

function assigned(level: 'columns' | 'table' | 'database') {
  return (deed: Deed): readonly string[] => {
    const { act } = deed;
    if (act.kind !== 'tag' || act.on.kind !== level) return [];
    const table = act.on.table === undefined ? [] : [`${act.on.database}.${act.on.table}`];
    return [...table, `${act.on.database}`].map((thing) => here(deed, act.on.catalog, thing, act.key));
  };
}

function valuesMade(deed: Deed): readonly string[] {
  const { act } = deed;
  return act.kind === 'tag-key' ? act.values.map((value) => here(deed, act.catalog, `${act.key}=${value}`)) : [];
}

function valuesUsed(deed: Deed): readonly string[] {
  const { act } = deed;
  if (act.kind === 'tag') return [here(deed, act.on.catalog, `${act.key}=${act.value}`)];
  if (act.kind !== 'grant') return [];
  return (act.on.tags ?? []).map((tag) => here(deed, act.on.catalog, tag));
}

/** What an account holds of another's, in the words of the grant: it can pass on that, and nothing else. */
function received(deed: Deed): readonly string[] {
  const { act } = deed;
  if (act.kind !== 'grant' || !isShare(deed, 'grant')) return [];
  return [`${act.principal.startsWith('arn:') ? 'organization' : act.principal} ${act.on.text}`];
}

function passedOn(deed: Deed): readonly string[] {
  const { act, account } = deed;
  return act.kind === 'grant' && act.on.catalog !== account ? [`${account} ${act.on.text}`] : [];
}

export const PAIRS: readonly Pair[] = [
  {
    name: 'our operator is an administrator before it writes anything else but an acceptance in the account and Region',
    because: 'only a data lake administrator may grant, revoke and tag (G-L18); RAM asks for none',
    within: 'run',
    first: (deed) =>
      deed.act.kind === 'settings' && deed.act.admins.some((arn) => arn.endsWith('-operator')) ? [here(deed)] : [],
    later: (deed) => (['settings', 'accept'].includes(deed.act.kind) || deed.role !== 'operator' ? [] : [here(deed)]),
  },
  {
    name: 'RAM may share the catalog before anything of it is shared',
    because: 'a catalog policy without glue:ShareResource makes RAM fail for good: it does not try again (G-S7)',
    within: 'run',
    first: (deed) => (deed.act.kind === 'policy' && deed.act.of === 'catalog policy' ? [here(deed)] : []),
    later: (deed) => (isShare(deed, 'grant') ? [here(deed)] : []),
  },
  {
    name: 'IAM_ALLOWED_PRINCIPALS is revoked in a database before it, or a table of it, is shared',
    because: 'AWS refuses to share by name what is open to everybody (G-L17)',
    within: 'run',
    every: true,
    first: everybodys('revoke'),
    later: shared('grant'),
  },
  {
    name: 'new tables of a database start closed before it is shared',
    because: 'a table made meanwhile would be open again, and refused (G-L17)',
    within: 'run',
    every: true,
    first: tableDefaults(false),
    later: shared('grant'),
  },
  {
    name: 'our operator may alter a database before it alters it',
    because: 'an administrator may alter only what it was granted (G-L25)',
    within: 'run',
    first: (deed) => {
      const act = permission('grant', deed);
      return act?.permissions.includes('ALTER') && act.on.kind === 'database'
        ? [here(deed, act.on.database ?? '')]
        : [];
    },
    later: (deed) => (deed.act.kind === 'update-database' ? [here(deed, deed.act.name)] : []),
  },
  {
    name: 'a database is shared no longer before it is opened to everybody again',
    because: 'AWS takes no sharing beside IAM_ALLOWED_PRINCIPALS (G-L17); law 3 puts it back',
    within: 'run',
    every: true,
    first: shared('revoke'),
    later: (deed) => [...everybodys('grant')(deed), ...tableDefaults(true)(deed)],
  },
  {
    name: 'a key of LF-Tags has a value before something is tagged or granted with it',
    because: 'Lake Formation knows no tag that was not made (G-L33, G-L34)',
    within: 'run',
    first: valuesMade,
    later: valuesUsed,
  },
  {
    name: 'columns are tagged before their table, with the same key',
    because: 'a table passes its tag to its columns at once: the exception has to stand before it does',
    within: 'run',
    every: true,
    first: assigned('columns'),
    later: (deed) => assigned('table')(deed).slice(0, 1),
  },
  {
    name: 'tables and columns are tagged before their database, with the same key',
    because: 'a database passes its tag to its tables at once: the exception has to stand before it does',
    within: 'run',
    every: true,
    first: (deed) => [...assigned('columns')(deed), ...assigned('table')(deed)],
    later: assigned('database'),
  },
  {
    name: 'a place is registered before it is granted',
    because: 'data location permissions exist on registered locations only (G-L26)',
    within: 'run',
    first: (deed) => (deed.act.kind === 'register' ? [here(deed, deed.act.arn)] : []),
    later: (deed) => {
      const act = permission('grant', deed);
      return act?.on.arn === undefined ? [] : [here(deed, act.on.arn)];
    },
  },
  {
    name: 'what is granted by tag comes before what is granted by name',
    because: 'the other way round they get in conflict (G-L20)',
    within: 'run',
    every: true,
    first: (deed) => {
      const act = permission('grant', deed);
      return act?.on.kind === 'by-tag' && !isShare(deed, 'grant') ? [here(deed)] : [];
    },
    later: (deed) => {
      const act = permission('grant', deed);
      return act?.on.database !== undefined && act.on.catalog !== deed.account ? [here(deed)] : [];
    },
  },
  {
    name: 'an invitation is accepted before what it brings is linked or granted',
    because: 'before, nothing of the sender is there to be seen (G-L35, G-R9)',
    within: 'run',
    first: accepted,
    later: (deed) => {
      const { act, account } = deed;
      if (act.kind === 'create-database' && act.target !== null) return [`${account} ${act.target}`];
      if (act.kind !== 'grant' || act.on.catalog === account) return [];
      if (act.on.kind === 'by-tag') return [`${account} ${act.on.catalog} by tag`];
      return databaseOf(act.on).map((name) => `${account} ${name}`);
    },
  },
  {
    name: 'a link, or the database default, is there before anything is granted or revoked on it',
    because: 'what does not exist is granted to nobody (G-L35, G-L28)',
    within: 'run',
    first: made,
    later: (deed) => [...onOwnDatabase('grant')(deed), ...onOwnDatabase('revoke')(deed)],
  },
  {
    name: 'grants on a link are revoked before it is deleted',
    because: 'they would be orphans, and its name may come back (G-K6)',
    within: 'run',
    every: true,
    first: onOwnDatabase('revoke'),
    later: (deed) => (deed.act.kind === 'delete-database' ? [here(deed, deed.act.name)] : []),
  },
  {
    name: 'grants are made before bytes are opened',
    because: 'a product whose grants AWS refuses is not half readable',
    within: 'run',
    every: true,
    first: (deed) => (isShare(deed, 'grant') ? ['storage'] : []),
    later: bytes,
  },
  {
    name: 'grants are taken back before bytes are closed',
    because: 'while the brake holds the one it holds the other; a reader is refused by Lake Formation, with its words',
    within: 'run',
    every: true,
    first: (deed) => (isShare(deed, 'revoke') ? ['storage'] : []),
    later: bytes,
  },
  {
    name: 'an account is granted before it grants its own principals the same',
    because: 'nobody can pass on what he does not hold (G-L13; by tag in the identical words)',
    within: 'world',
    first: received,
    // Or the organization is, with all its accounts.
    orBy: (key) => key.replace(/^\S+/, 'organization'),
    later: passedOn,
  },
];

export const ALONE: readonly Alone[] = [
  {
    name: 'grants and revokes of one account and Region go one batch at a time',
    because: 'AWS takes no two for one principal at once (G-L1)',
    key: (deed) => (deed.act.kind === 'grant' || deed.act.kind === 'revoke' ? here(deed) : null),
  },
  {
    name: 'a table and its columns are tagged one call at a time',
    because: 'AWS takes no two changes of one thing at once (G-L1)',
    key: (deed) => {
      const { act } = deed;
      return act.kind === 'tag' ? here(deed, act.on.catalog, act.on.database ?? '', act.on.table ?? '') : null;
    },
  },
  {
    name: 'a document has one writer at a time',
    because: 'AWS replaces it whole, and most of them without asking for what was read (G-S1, G-S2, G-B1)',
    key: (deed) => {
      const { act } = deed;
      if (act.kind === 'settings') return here(deed, 'settings');
      return act.kind === 'policy' ? here(deed, act.of) : null;
    },
  },
];
