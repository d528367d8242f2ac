export { inspectImage, NO_UMOCI, umoci } from './image-jail.js';
export { ImageStore, type UnpackedImage } from './image-store.js';
export { isOciInspection, OCI_LIMITS, OCI_REFUSALS, type OciInspection, type OciLayer } from './oci-image.js';
export {
  type ImageEnvironment,
  imageFields,
  imageProfile,
  type ImageScoreOptions,
  type ImageScoreResult,
  scoreImage,
} from './score-image.js';
export { type ImageSessionOptions, openImageSession } from './image-session.js';
