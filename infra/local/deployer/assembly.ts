/** What `cdk synth` wrote: stacks in the order they depend on each other, with the files they need. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LakeError } from '#contracts/errors.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly [attribute: string]: unknown;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly [attribute: string]: unknown }>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly [section: string]: unknown;
}

export interface FileAsset {
  /** File or directory. */
  readonly path: string;
  readonly zip: boolean;
  readonly bucket: string;
  readonly key: string;
}

export interface StackToDeploy {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly template: Template;
  readonly assets: readonly FileAsset[];
  readonly parameters: Readonly<Record<string, string>>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly parameters?: Readonly<Record<string, string>>;
    readonly file?: string;
  };
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string; readonly packaging: 'file' | 'zip' };
        readonly destinations: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
      }
    >
  >;
  readonly dockerImages?: Readonly<Record<string, unknown>>;
}

const STACK = 'aws:cloudformation:stack';
const ASSETS = 'cdk:asset-manifest';

export function readAssembly(directory: string): readonly StackToDeploy[] {
  const { artifacts } = readJson<{ artifacts: Record<string, Artifact> }>(join(directory, 'manifest.json'));
  const nested = Object.entries(artifacts).find(([, artifact]) => artifact.type === 'cdk:cloud-assembly');
  if (nested) throw refuse(`${directory} holds a CDK stage (${nested[0]})`, "give the stage's own directory");
  return inOrder(artifacts).map((id) => readStack(directory, id, artifacts));
}

/** Stacks after those they depend on; otherwise as the manifest has them. */
function inOrder(artifacts: Readonly<Record<string, Artifact>>): readonly string[] {
  const ordered = new Set<string>();
  const visit = (id: string): void => {
    const artifact = artifacts[id];
    if (artifact?.type !== STACK || ordered.has(id)) return;
    artifact.dependencies?.forEach(visit);
    ordered.add(id);
  };
  Object.keys(artifacts).forEach(visit);
  return [...ordered];
}

function readStack(directory: string, id: string, artifacts: Readonly<Record<string, Artifact>>): StackToDeploy {
  const artifact = artifacts[id];
  const [, account, region] = /^aws:\/\/(\d{12})\/([a-z0-9-]+)$/.exec(artifact?.environment ?? '') ?? [];
  if (account === undefined || region === undefined) {
    throw refuse(`stack ${id} has no account and Region`, 'give its `env` both');
  }
  const { templateFile = '', stackName = id, parameters = {} } = artifact?.properties ?? {};
  const manifests = (artifact?.dependencies ?? []).filter((name) => artifacts[name]?.type === ASSETS);
  const assets = manifests.flatMap((name) =>
    readAssets(directory, artifacts[name]?.properties?.file ?? '', account, region),
  );
  return { name: stackName, account, region, template: readJson(join(directory, templateFile)), assets, parameters };
}

function readAssets(directory: string, file: string, account: string, region: string): readonly FileAsset[] {
  const { files = {}, dockerImages = {} } = readJson<AssetManifest>(join(directory, file));
  if (Object.keys(dockerImages).length > 0) throw refuse(`${file} wants container images`, 'use zip functions');
  const pseudo: Readonly<Record<string, string>> = { AccountId: account, Region: region, Partition: 'aws' };
  const here = (text: string): string => text.replace(/\$\{AWS::(\w+)\}/g, (whole, name) => pseudo[name] ?? whole);
  return Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map((destination) => ({
      path: join(directory, source.path),
      zip: source.packaging === 'zip',
      bucket: here(destination.bucketName),
      key: here(destination.objectKey),
    })),
  );
}

function readJson<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    throw new LakeError('UsageInvalid', {
      message: `${file} is not readable as JSON`,
      remedy: 'synthesize first: npm run synth',
      cause,
    });
  }
}

function refuse(message: string, remedy: string): LakeError {
  return new LakeError('UsageInvalid', { message: `the local deployer can't deploy this: ${message}`, remedy });
}
