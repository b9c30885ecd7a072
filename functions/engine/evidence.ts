/** Who asked what: reads that remember which hop went by which answer. */

import type { Evidence } from '#contracts/evidence.ts';
import { clip } from '#core/clip.ts';
import type { Observed } from '#core/observed.ts';
import type { PlaceReads, Query, Reads } from './query.ts';

/** Bytes of one text of evidence: names are others' to choose. */
const MOST_TEXT = 512;
/** Lines of one answer that are shown. */
const MOST_LINES = 10;

/** Reads, and what was asked through them. */
export interface Listening {
  readonly reads: Reads;
  heard(): readonly Evidence[];
}

/** Answers are those of `reads`; what several hops make once of their readings is evidence for each of them. */
export function listenTo(reads: Reads): Listening {
  const heard = new Map<string, Evidence>();
  const hear = (evidence: Evidence): void => {
    const { calls, about, account, region } = evidence;
    heard.set(JSON.stringify([calls, about, account, region]), evidence);
  };
  const listening: Reads = {
    ...reads,
    in: (account, region) => listeningIn(reads.in(account, region), hear),
    once: async (key, make) => {
      const made = await reads.once(`heard ${key}`, async () => {
        const inner = listenTo(reads);
        return { value: await make(inner.reads), heard: inner.heard() };
      });
      for (const evidence of made.heard) hear(evidence);
      return made.value;
    },
  };
  return { reads: listening, heard: () => [...heard.values()] };
}

function listeningIn(place: PlaceReads, hear: (evidence: Evidence) => void): PlaceReads {
  return {
    ...place,
    ask: async (query, args) => {
      const answer = await place.ask(query, args);
      hear(evidenceOf(query, args, { place, answer }));
      return answer;
    },
  };
}

function evidenceOf<A extends object, T>(
  query: Query<A, T>,
  args: A,
  { place, answer }: { readonly place: PlaceReads; readonly answer: Observed<T> },
): Evidence {
  const { account, region } = place;
  const about = clip(query.about?.(args) ?? Object.values(args).flat().join(', '), MOST_TEXT);
  const told = { calls: [...query.calls], about, account, region, at: answer.source?.at ?? 0 };
  if (!answer.known) return { ...told, unknown: clip(answer.why.message, MOST_TEXT) };
  const all = query.shows?.(answer.value) ?? [];
  if (all.length === 0) return told;
  const more = all.length > MOST_LINES ? [`and ${all.length - MOST_LINES} more`] : [];
  return { ...told, shows: [...all.slice(0, MOST_LINES).map((line) => clip(line, MOST_TEXT)), ...more] };
}
