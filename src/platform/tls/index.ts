export { fingerprintOf, keptSelfSigned, makeSelfSigned, type SelfSigned } from './self-signed.js';
