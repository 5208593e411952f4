import { silentLogger } from '@pcc/platform';
import { redisPorts } from '../connect.js';
import { portsContract } from '../ports.contract.js';

portsContract('the ports in memory', () => redisPorts({ logger: silentLogger }));
