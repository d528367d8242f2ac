export type { FeatureProxy, JointProxy, Proxies, ProxyReport, ScoreProxy } from './document.js';
export { isCoded, type Feature } from './bins.js';
export { proxies, type ProxyInput, type ProxyOptions } from './proxies.js';
export { sampleRows } from './sample.js';
