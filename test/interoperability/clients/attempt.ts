import { FEATURES, type Feature, type Outcome, type Profile } from '../features.ts';

const FEATURE_MS = 60_000; // a program that starts anew for each request is slow on a busy machine
const REFUSAL =
  /-32601|Unsupported method|not found on server|(do|does|did) not (support|declare)|not supported|no back-channel|the client cannot/i;

/** The client or the server lacks the feature. */
export class Cannot extends Error {}

interface Arguments {
  url: URL;
  profile: Profile;
  /** How a client of both eras chooses one. */
  mode: string;
}

/** `node client.ts URL PROFILE [MODE]`, where the profile is JSON. */
export function readArguments(): Arguments {
  const [, , url = '', profile = '', mode = 'legacy'] = process.argv;
  return { url: new URL(url), profile: JSON.parse(profile) as Profile, mode };
}

/** Tries each feature in turn and prints the outcomes as JSON. */
export async function attemptAll(attempts: Record<Feature, () => Promise<unknown>>): Promise<void> {
  const outcomes: Partial<Record<Feature, Outcome>> = {};
  for (const feature of FEATURES) outcomes[feature] = await attempt(attempts[feature]);
  await new Promise<void>((resolve) => {
    process.stdout.write(JSON.stringify(outcomes), () => resolve());
  });
}

async function attempt(run: () => Promise<unknown>): Promise<Outcome> {
  let late: NodeJS.Timeout | undefined;
  try {
    const tooLate = new Promise((_resolve, reject) => {
      late = setTimeout(() => reject(new Error('took too long')), FEATURE_MS);
    });
    await Promise.race([run(), tooLate]);
    return { result: 'works' };
  } catch (error) {
    const { message } = error as Error;
    return { result: error instanceof Cannot || isRefusal(error) ? 'cannot' : 'fails', why: message };
  } finally {
    clearTimeout(late);
  }
}

/** A server, or the SDK on its behalf, answers that it does not implement the method. */
const isRefusal = (error: unknown): boolean =>
  (error as { code?: number }).code === -32601 || REFUSAL.test((error as Error).message);
