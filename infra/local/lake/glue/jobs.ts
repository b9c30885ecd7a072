/** Jobs and their runs. */

import type {
  CreateJobRequest,
  DeleteJobRequest,
  GetJobRequest,
  GetJobRunRequest,
  GetJobRunsRequest,
  GetJobsRequest,
  JobRun,
  ListJobsRequest,
  StartJobRunRequest,
  UpdateJobRequest,
} from '@aws-sdk/client-glue';
import type { Call, Operation, World } from '../service.ts';
import { alreadyExists, notFound } from './errors.ts';
import { required } from './input.ts';
import type { Place } from './names.ts';
import { glueArn } from './names.ts';
import { pageOf, pageOfList } from './paging.ts';
import type { JobEntry } from './state.ts';
import { catalogOf } from './state.ts';

function createJob(call: Call, input: CreateJobRequest): object {
  const catalog = catalogOf(call.world.glue, call.account, call.region);
  const Name = required(input.Name, 'Name');
  if (catalog.jobs.has(Name)) throw alreadyExists('Job');
  const now = new Date(call.world.now());
  const { Tags, ...rest } = input;
  catalog.jobs.set(Name, { job: { ...rest, Name, CreatedOn: now, LastModifiedOn: now }, runs: [] });
  if (Tags) catalog.tags.set(glueArn(call, `job/${Name}`), { ...Tags });
  return { Name };
}

function updateJob(call: Call, input: UpdateJobRequest): object {
  const entry = jobOf(call.world, call, required(input.JobName, 'JobName'));
  const { Name, CreatedOn } = entry.job;
  entry.job = { ...input.JobUpdate, Name, CreatedOn, LastModifiedOn: new Date(call.world.now()) };
  return { JobName: Name };
}

function deleteJob(call: Call, input: DeleteJobRequest): object {
  const JobName = required(input.JobName, 'JobName');
  // Deleting what isn't there succeeds on AWS.
  catalogOf(call.world.glue, call.account, call.region).jobs.delete(JobName);
  return { JobName };
}

function getJob(call: Call, input: GetJobRequest): object {
  return { Job: jobOf(call.world, call, required(input.JobName, 'JobName')).job };
}

function getJobs(call: Call, input: GetJobsRequest): object {
  const page = pageOf(catalogOf(call.world.glue, call.account, call.region).jobs, input, 1000, ({ job }) => job);
  return { Jobs: page.items, NextToken: page.NextToken };
}

function listJobs(call: Call, input: ListJobsRequest): object {
  const page = pageOf(catalogOf(call.world.glue, call.account, call.region).jobs, input, 1000, (each) => each.job.Name);
  return { JobNames: page.items, NextToken: page.NextToken };
}

function startJobRun(call: Call, input: StartJobRunRequest): object {
  const entry = jobOf(call.world, call, required(input.JobName, 'JobName'));
  const run = newRun(call.world, entry.job.Name, { Arguments: input.Arguments });
  entry.runs.unshift(run);
  return { JobRunId: run.Id };
}

/** A run that starts now and is RUNNING, unless `more` says otherwise. Nobody keeps it yet. */
export function newRun(world: World, JobName: string, more: Partial<JobRun> = {}): JobRun & { Id: string } {
  const now = new Date(world.now());
  return {
    Attempt: 0,
    JobName,
    StartedOn: now,
    LastModifiedOn: now,
    JobRunState: 'RUNNING',
    ...more,
    Id: more.Id ?? `jr_${world.id(64)}`,
  };
}

function getJobRun(call: Call, input: GetJobRunRequest): object {
  const { runs, job } = jobOf(call.world, call, required(input.JobName, 'JobName'));
  const run = runs.find((each) => each.Id === input.RunId);
  if (!run) throw notFound(`JobRun with id ${input.RunId} of job ${job.Name} not found.`);
  return { JobRun: run };
}

function getJobRuns(call: Call, input: GetJobRunsRequest): object {
  const page = pageOfList(jobOf(call.world, call, required(input.JobName, 'JobName')).runs, input, 200);
  return { JobRuns: page.items, NextToken: page.NextToken };
}

/** The job of that name with its runs. Throws `EntityNotFoundException`. */
export function jobOf(world: World, place: Place, name: string): JobEntry {
  const entry = catalogOf(world.glue, place.account, place.region).jobs.get(name);
  if (!entry) throw notFound(`Job ${name} not found.`);
  return entry;
}

export const jobOperations: Readonly<Record<string, Operation>> = {
  CreateJob: createJob,
  UpdateJob: updateJob,
  DeleteJob: deleteJob,
  GetJob: getJob,
  GetJobs: getJobs,
  ListJobs: listJobs,
  StartJobRun: startJobRun,
  GetJobRun: getJobRun,
  GetJobRuns: getJobRuns,
};
