/**
 * Programs colour what they print when these ask for it, numbers included, and warn when they contradict each other. Jest sets
 * FORCE_COLOR in the workers of a run in a terminal. A test reads what its programs print, so they get none of these.
 * Jest runs this file in the realm of each test file, packages-once.mjs in the worker itself, whose environment a program
 * takes over that is started without one of its own.
 */
const VARIABLES = ['CLICOLOR', 'CLICOLOR_FORCE', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'NO_COLOR'];

export const forcedColour = process.env.FORCE_COLOR;
for (const name of VARIABLES) delete process.env[name];
