/** Service models as `models/distill.py` leaves them: botocore's shapes without their prose. Loaded when first needed. */

import { readFileSync } from 'node:fs';

export interface Member {
  readonly shape: string;
  readonly location?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';
  readonly locationName?: string;
  readonly flattened?: boolean;
  readonly timestampFormat?: string;
  readonly xmlAttribute?: boolean;
}

export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Member>>;
  readonly required?: readonly string[];
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly flattened?: boolean;
  readonly union?: boolean;
  /** The member that is the whole HTTP body. */
  readonly payload?: string;
  readonly timestampFormat?: string;
  readonly locationName?: string;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
}

export interface OperationModel {
  readonly method: string;
  readonly uri: string;
  readonly input?: string;
  readonly output?: string;
  readonly resultWrapper?: string;
  readonly status?: number;
  readonly errors: readonly string[];
}

export interface Model {
  readonly metadata: {
    readonly apiVersion: string;
    readonly protocol: 'json' | 'rest-json' | 'rest-xml' | 'query';
    readonly jsonVersion?: string;
    readonly targetPrefix?: string;
    readonly xmlNamespace?: string;
    readonly serviceId: string;
  };
  readonly operations: Readonly<Record<string, OperationModel>>;
  /** Operations AWS has and this file says nothing more about. */
  readonly others: readonly string[];
  readonly shapes: Readonly<Record<string, Shape>>;
}

const loaded = new Map<string, Model>();

/** The services there are models for, by signing name. */
export const MODELLED = ['glue', 'lakeformation', 'ram', 'organizations', 'sts', 'iam', 'kms', 's3'] as const;

/** The service's model, read once. Throws for a service that has none. */
export function loadModel(service: string): Model {
  const known = loaded.get(service);
  if (known !== undefined) return known;
  const model: Model = JSON.parse(readFileSync(new URL(`../models/${service}.json`, import.meta.url), 'utf8'));
  loaded.set(service, model);
  return model;
}

/** A shape by name. Throws where the model lacks it: a mistake in the model. */
export function shapeOf(model: Model, name: string): Shape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`the model of ${model.metadata.serviceId} has no shape ${name}`);
  return shape;
}
