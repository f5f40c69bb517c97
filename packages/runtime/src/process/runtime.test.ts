import { runtimeContract } from '../../test/contract.js';
import { startProcessRuntime } from '../../test/supervisor.js';

runtimeContract('process', startProcessRuntime);
