export { UploadRow } from './upload.entity.js';
export {
  type UploadOutcome,
  type UploadReceiver,
  UPLOAD_SETTINGS,
  UploadService,
  type UploadSettings,
} from './upload.service.js';
export { UploadTarget } from './upload.type.js';
export { UploadsModule } from './uploads.module.js';
