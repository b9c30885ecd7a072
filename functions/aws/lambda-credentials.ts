/**
 * Put in place of the SDK's default chain when a function is bundled: Lambda hands a function its credentials in
 * the environment, and the chain's other links (profiles, SSO, processes, metadata) weigh 100 KB in every bundle.
 */

export { fromEnv as defaultProvider } from '@aws-sdk/credential-providers';
