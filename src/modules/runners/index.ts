export { RunnerGatewayServer, type GatewaySettings } from './gateway/gateway-server.js';
export { RemoteFailure, type RemoteWork, RunnerDesk } from './gateway/desk.js';
export { KeptScores } from './gateway/kept-scores.js';
export { RunnerGatewayRow, RunnerRow } from './runner.entity.js';
export { RunnersModule } from './runners.module.js';
