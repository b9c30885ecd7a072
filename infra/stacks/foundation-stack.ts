/** One data lake's foundation as a stack of its own, in the lake's account: the hub is not needed for it. */

import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { bootstrapless } from '../constructs/bootstrapless.ts';
import { DataLakeFoundation, type DataLakeFoundationProps } from '../constructs/data-lake-foundation.ts';

export class FoundationStack extends Stack {
  readonly foundation: DataLakeFoundation;

  constructor(scope: Construct, id: string, props: DataLakeFoundationProps) {
    super(scope, id, { synthesizer: bootstrapless() });
    this.foundation = new DataLakeFoundation(this, 'Lake', props);
    const { bucket, registrationRole, crawlerRole, administrators, readers, workgroup } = this.foundation;
    const outputs = {
      Location: `s3://${bucket.bucketName}/`,
      RegistrationRoleArn: registrationRole.attrArn,
      CrawlerRoleArn: crawlerRole.attrArn,
      AdministratorsPolicyArn: administrators.ref,
      ReadersPolicyArn: readers.ref,
      WorkgroupName: workgroup.name,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
