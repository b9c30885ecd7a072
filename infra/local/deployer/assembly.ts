/** What `cdk synth` wrote: stacks in the order they depend on each other, with the files they need. CDK itself reads it. */

import { join } from 'node:path';
import { FileAssetPackaging, Manifest } from 'aws-cdk-lib/cloud-assembly-schema';
import {
  AssetManifestArtifact,
  CloudAssembly,
  type CloudFormationStackArtifact,
  UNKNOWN_ACCOUNT,
  UNKNOWN_REGION,
} from 'aws-cdk-lib/cx-api';
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

/**
 * The stacks below a directory that `cdk synth` wrote into, each after those it depends on.
 * @throws UsageInvalid when it holds none, of a newer CDK, or what the local deployer can't deploy.
 */
export function readAssembly(directory: string): readonly StackToDeploy[] {
  const assembly = readable(join(directory, 'manifest.json'), () => new CloudAssembly(directory));
  const [stage] = assembly.nestedAssemblies;
  if (stage) throw refuse(`${directory} holds a CDK stage (${stage.id})`, "give the stage's own directory");
  return assembly.stacks.map(readStack);
}

function readStack(stack: CloudFormationStackArtifact): StackToDeploy {
  const { account, region } = stack.environment;
  if (account === UNKNOWN_ACCOUNT || region === UNKNOWN_REGION) {
    throw refuse(`stack ${stack.id} has no account and Region`, 'give its `env` both');
  }
  const manifests = stack.dependencies.filter(AssetManifestArtifact.isAssetManifestArtifact);
  return {
    name: stack.stackName,
    account,
    region,
    template: readable(stack.templateFullPath, () => stack.template),
    assets: manifests.flatMap(({ file }) => readAssets(stack.assembly.directory, file, { account, region })),
    parameters: stack.parameters,
  };
}

type Place = Pick<StackToDeploy, 'account' | 'region'>;

function readAssets(directory: string, file: string, { account, region }: Place): readonly FileAsset[] {
  const { files = {}, dockerImages = {} } = readable(file, () => Manifest.loadAssetManifest(file));
  if (Object.keys(dockerImages).length > 0) throw refuse(`${file} wants container images`, 'use zip functions');
  const pseudo: Readonly<Record<string, string>> = { AccountId: account, Region: region, Partition: 'aws' };
  const here = (text: string): string => text.replace(/\$\{AWS::(\w+)\}/g, (whole, name) => pseudo[name] ?? whole);
  return Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map((destination) => ({
      path: join(directory, source.path ?? ''),
      zip: source.packaging === FileAssetPackaging.ZIP_DIRECTORY,
      bucket: here(destination.bucketName),
      key: here(destination.objectKey),
    })),
  );
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new LakeError('UsageInvalid', {
      message: `${file} is not readable: ${cause instanceof Error ? cause.message : cause}`,
      remedy: 'synthesize first: npm run synth',
      cause,
    });
  }
}

function refuse(message: string, remedy: string): LakeError {
  return new LakeError('UsageInvalid', { message: `the local deployer can't deploy this: ${message}`, remedy });
}
