describe('the package', () => {
  it('starts no native engine until one is asked for: services and the shell import it to know the models', () => {
    jest.isolateModules(() => {
      const load = jest.fn(() => ({}));
      jest.doMock('onnxruntime-node', load);
      expect(require('./index').MODELS.size).toBeGreaterThan(0);
      expect(load).not.toHaveBeenCalled();
      require('onnxruntime-node');
      expect(load).toHaveBeenCalledTimes(1);
    });
  });
});
