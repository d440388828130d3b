describe('the package, with the one for artifacts that it imports', () => {
  it('loads no native engine until one is asked for: services and the shell import it to know the models', () => {
    jest.isolateModules(() => {
      const load = jest.fn(() => ({}));
      jest.doMock('onnxruntime-node', load);
      expect(require('./index').openEngine).toBeInstanceOf(Function);
      expect(load).not.toHaveBeenCalled();
      require('onnxruntime-node');
      expect(load).toHaveBeenCalledTimes(1);
    });
  });
});
