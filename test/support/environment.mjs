import { TestEnvironment } from 'jest-environment-node';
import { forcedColour } from './forget-colour.mjs';

/** Jest's environment for Node.js. It keeps the colours of failed assertions, which forget-colour.mjs removes from programs. */
export default class Environment extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} args */
  constructor(...args) {
    super(...args);
    // `expect` reads the variable once, before forget-colour.mjs deletes it in this realm.
    if (forcedColour) this.global.process.env['FORCE_COLOR'] = forcedColour;
  }
}
