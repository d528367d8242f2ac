export {
  ContentStore,
  type ContentStoreOptions,
  type PutOptions,
  type StoredObject,
} from './content-store.js';
export { StorageError, type StorageErrorCode } from './storage-error.js';
