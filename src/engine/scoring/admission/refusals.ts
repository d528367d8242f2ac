/** What a file's content was found to be, where it is not the ONNX model that was asked for. */
const EXPORT = 'Export the model to ONNX';

/**
 * A sentence for each format that is not taken: what the file is, why it is not run, and what to do. The keys are the
 * codes by which a version is refused, and stay.
 */
export const REFUSALS = {
  EMPTY_FILE: 'The file is empty: upload the model itself.',
  PICKLE: `This is a Python pickle (pickle, joblib or an old PyTorch file): reading one runs its code. ${EXPORT}, for example with skl2onnx.`,
  COMPRESSED_PICKLE: `This is a compressed Python pickle, as joblib writes them: reading one runs its code. ${EXPORT}, for example with skl2onnx.`,
  PYTORCH_ARCHIVE: `This is a PyTorch archive, which holds a Python pickle: reading one runs its code. ${EXPORT} with torch.onnx.export.`,
  TORCHSCRIPT_ARCHIVE: `This is a TorchScript archive, which holds code. ${EXPORT} with torch.onnx.export.`,
  KERAS_ARCHIVE: `This is a Keras archive. ${EXPORT}, for example with tf2onnx or model.export(path, format="onnx").`,
  HDF5: `This is an HDF5 file, as Keras wrote them. ${EXPORT}, for example with tf2onnx.`,
  NUMPY_ARRAYS: `These are NumPy arrays (npy or npz): weights without a model, and perhaps pickled objects. ${EXPORT}.`,
  SAFETENSORS: `These are safetensors: weights without the graph that uses them. ${EXPORT}, which holds both.`,
  GGUF: `This is a GGUF language model, which the runtime ONNX does not run. ${EXPORT}.`,
  TFLITE: `This is a TensorFlow Lite model. ${EXPORT}, for example with tf2onnx.`,
  GRADIENT_BOOSTING: `This is a model in a format of XGBoost, LightGBM or CatBoost. ${EXPORT}, for example with onnxmltools.`,
  OCI_ARCHIVE:
    'This is an OCI image: create the version with the runtime OCI_IMAGE, or upload an ONNX model.',
  DOCKER_ARCHIVE:
    'This is an image as docker save writes it. Save it as an OCI archive, for example with skopeo copy docker-archive:FILE oci-archive:OUT, for the runtime OCI_IMAGE.',
  TAR_ARCHIVE: 'This is a tar archive: upload the ONNX file that it holds, not the archive.',
  ZIP_ARCHIVE: 'This is a ZIP archive: upload the ONNX file that it holds, not the archive.',
  ARCHIVE_TRAVERSAL:
    'This is an archive with a path that leaves its folder, which nothing of ours unpacks: upload the ONNX file itself.',
  ARCHIVE_BOMB:
    'This is an archive that claims to unpack to far more than it can hold: upload the ONNX file itself.',
  COMPRESSED: 'The file is compressed: unpack it and upload the ONNX file as it is.',
  SCRIPT: `This is a script or source code: no code of that kind is run. ${EXPORT}.`,
  EXECUTABLE: `This is a program for a machine (ELF, PE, Mach-O, WebAssembly or Java): it is not run. ${EXPORT}.`,
  PMML: `This is PMML, HTML or another document of tags. ${EXPORT}.`,
  JSON: `This is JSON, for example a model of XGBoost or a saved configuration. ${EXPORT}, for example with onnxmltools.`,
  TABLE: 'This is a table (CSV, Parquet or Arrow), data and not a model: upload the ONNX file.',
  DOCUMENT: 'This is a document, a picture or a database, not a model: upload the ONNX file.',
  NOT_ONNX: 'The file is text: upload the file that the exporter to ONNX wrote.',
} as const;

export type RefusedFormat = keyof typeof REFUSALS;
