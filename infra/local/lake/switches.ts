/** Facts about AWS that only a real account can confirm. Each has a default, the harsher reading, and its alternatives. */

export interface Switch {
  readonly name: string;
  readonly default: string;
  readonly alternatives: readonly string[];
  /** What it decides, and what each value means. */
  readonly meaning: string;
}

export const SWITCHES: readonly Switch[] = [
  {
    name: 'validation-error-name',
    default: 'InvalidInputException',
    alternatives: ['ValidationException'],
    meaning:
      'what Glue and Lake Formation call a request that breaks their own model (too long, too many, not in the enum)',
  },
  {
    name: 'lf-default-version-listed',
    default: 'absent',
    alternatives: ['listed'],
    meaning:
      'whether GetDataLakeSettings names CROSS_ACCOUNT_VERSION while it is the default of 1 (aws-facts 2.3, G-S4)',
  },
  {
    name: 'lf-select-describes',
    default: 'no',
    alternatives: ['yes'],
    meaning: 'whether SELECT without DESCRIBE shows a table to GetTable (G-L12)',
  },
  {
    name: 'lf-table-shows-database',
    default: 'no',
    alternatives: ['yes'],
    meaning: 'whether a permission on a table shows its database, too (G-L28: DESCRIBE on the database is asked for)',
  },
  {
    name: 'lf-version-1-to-3',
    default: 'refused',
    alternatives: ['works'],
    meaning:
      'whether an account of cross-account version 1 can grant by name to one of version 3 or later: sources conflict',
  },
  {
    name: 'lf-duplicate-tag',
    default: 'InvalidInputException',
    alternatives: ['AlreadyExistsException'],
    meaning: 'what CreateLFTag answers for a key that exists: its model knows no AlreadyExistsException (G-L33)',
  },
  {
    name: 'lf-tag-length',
    default: '50',
    alternatives: ['256'],
    meaning: 'how long LF-Tag keys and values may be: the guide says 50, the model more',
  },
  {
    name: 'lf-tags-on-links',
    default: 'refused',
    alternatives: ['allowed'],
    meaning: 'whether LF-Tags can be put on resource links',
  },
  {
    name: 'lf-full-table-setting',
    default: 'both',
    alternatives: ['owner'],
    meaning:
      "whose AllowFullTableExternalDataAccess counts when a table of another account is read: the owner's or both accounts'",
  },
  {
    name: 'lf-vending-action',
    default: 'both',
    alternatives: ['data-access'],
    meaning:
      'what GetTemporaryGlueTableCredentials asks of IAM: an action of its own name beside lakeformation:GetDataAccess, or that one alone',
  },
  {
    name: 'lf-drop-keeps-shares',
    default: 'yes',
    alternatives: ['no'],
    meaning: 'whether dropping a shared database or table leaves its RAM share behind (aws-facts 2.4: orphan shares)',
  },
  {
    name: 'ram-event-fields',
    default: 'documented',
    alternatives: ['share'],
    meaning: 'whether Resource Sharing State Change has more than event and status: the share in detail and resources',
  },
  {
    name: 'ram-invitation-event',
    default: 'sender',
    alternatives: ['receiver'],
    meaning: "whether an invitation's event also reaches the bus of the account invited",
  },
  {
    name: 'ram-empty-pages',
    default: 'yes',
    alternatives: ['no'],
    meaning: "whether RAM's listings begin with an empty page and a token: AWS says they may (G-R7)",
  },
  {
    name: 'ram-first-share',
    default: 'two-invitations',
    alternatives: ['one-invitation'],
    meaning:
      "whether a pair's first table share from version 3 on brings a share of its database along, with an invitation",
  },
  {
    name: 'ram-all-tables-resource',
    default: 'database',
    alternatives: ['pattern'],
    meaning:
      'what the share of a grant on all tables holds before version 5: the database, or table/DATABASE/* (G-R10)',
  },
  {
    name: 'organizations-account-status',
    default: 'absent',
    alternatives: ['present'],
    meaning: 'whether Organizations still answers the retired Account.Status beside Account.State',
  },
  {
    name: 'organizations-membership-detail-type',
    default: 'AWS Service Event via CloudTrail',
    alternatives: ['AWS API Call via CloudTrail'],
    meaning: 'detail-type of AccountJoinedOrganization and AccountDepartedOrganization: the pages show both',
  },
  {
    name: 'organizations-membership-facts-in',
    default: 'serviceEventDetails',
    alternatives: ['requestParameters', 'responseElements'],
    meaning: 'where in the detail of these two events account, method and time are',
  },
  {
    name: 'iam-details-boundary',
    default: 'omitted',
    alternatives: ['listed'],
    meaning:
      "whether GetAccountAuthorizationDetails names a role's permissions boundary: its model does, people report not",
  },
  {
    name: 'catalog-key-asked-by',
    default: 'every-call',
    alternatives: ['declared'],
    meaning:
      "which calls on an encrypted catalog need its key: all of Glue's and Lake Formation's that deal in its metadata, lists of what is shared too, or only grants and those whose model has GlueEncryptionException",
  },
  {
    name: 'lf-no-key-error',
    default: 'InvalidInputException',
    alternatives: ['AccessDeniedException', 'GlueEncryptionException'],
    meaning:
      'what Lake Formation calls a refusal for want of the key of an encrypted catalog where its model has no GlueEncryptionException: grants are such',
  },
  {
    name: 'glue-relinked-refuses',
    default: 'engines',
    alternatives: ['nobody'],
    meaning:
      'whom a link made anew with another target refuses for 24 hours: queries without a session context, or nobody',
  },
  {
    name: 'glue-invisible-at-home',
    default: 'insufficient',
    alternatives: ['not-found'],
    meaning:
      'what a caller gets for what exists in his own catalog but is not granted to him: "Insufficient Lake Formation permission(s)", as people report, or EntityNotFoundException, as the page on unified errors can be read',
  },
];
