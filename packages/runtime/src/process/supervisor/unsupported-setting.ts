import { isShellVariable } from '../../child-guard/shell-variables.js';
import type { Failure } from '../../runtime.js';
import type { Workload } from '../../workload.js';

/** Why the workload cannot run as a process of this machine at all; null when it can. */
export function unsupportedSetting({ environment, secretEnvironment = {} }: Workload): Failure | null {
  const [secret] = Object.keys(secretEnvironment);
  if (secret !== undefined) {
    return {
      reason: 'SecretsNotSupported',
      message: `${secret} is to come from a Secret, and processes have none. Say its value in environmentVariables, or use RUNTIME=kubernetes.`,
    };
  }
  const shells = Object.keys(environment).find(isShellVariable);
  if (shells !== undefined) {
    return {
      reason: 'VariableNotSupported',
      message: `${shells} belongs to the shell that starts a process, so its server cannot have it. Take it out of environmentVariables, or use RUNTIME=kubernetes.`,
    };
  }
  return null;
}
