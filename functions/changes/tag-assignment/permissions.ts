/** Making tags and putting them on things: a run does both with one session. */
export { WRITE_TAGS } from '../tag-key/permissions.ts';
