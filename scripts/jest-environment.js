// The Node environment of jest, with the typed arrays of Node itself: jest gives tests a realm of their own, and native modules
// (onnxruntime-node) make arrays of the outer one, which would be no instances of the inner classes.
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    Object.assign(this.global, {
      Float32Array,
      Float64Array,
      Int8Array,
      Int16Array,
      Int32Array,
      Uint16Array,
      Uint32Array,
      BigInt64Array,
      BigUint64Array,
    });
  }
};
