/**
 * These variables make programs colour what they print, numbers included, and programs warn when the variables contradict
 * each other. Jest sets FORCE_COLOR in its workers when it runs in a terminal. Tests read what programs print, so this file
 * deletes the variables. Jest runs it in the realm of each test file; environment.mjs imports it in the worker itself,
 * because a program that starts without an environment of its own inherits the worker's.
 */
const VARIABLES = ['CLICOLOR', 'CLICOLOR_FORCE', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'NO_COLOR'];

export const forcedColour = process.env.FORCE_COLOR;
for (const name of VARIABLES) delete process.env[name];
